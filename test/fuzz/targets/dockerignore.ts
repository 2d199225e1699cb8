/** A repository's .dockerignore, a stranger's, and a path: no pattern takes longer than its length allows. */
import { ignoring } from '../../../src/docker/images/ignore-patterns.ts'
import { hold, linesOf, type FuzzTarget } from '../engine/target.ts'

export const dockerignore: FuzzTarget = {
  name: 'dockerignore',
  form: 'text',
  seeds: [
    'src/a.ts\n**/*.ts\n!src/*.ts\n# a comment\n',
    `${'a'.repeat(200)}\n${'*a'.repeat(60)}b\n`,
    `${'a/'.repeat(100)}b\n${'**/'.repeat(50)}c\n`,
    'x\n[a-\\z]?\n[^]]\n[\n\\\n!\n/\n..\n',
  ],
  words: ['**', '*', '?', '[a-z]', '[^a]', '!', '\\', '/', '..', '#', '😀'],
  attempt: (input) => {
    const [path = 'a', ...rules] = linesOf(input, 400).map((line) => line.toString('utf8'))
    const isIgnored = ignoring(rules.join('\n'))(path)
    hold(!ignoring('')(path), 'without patterns nothing is left out')
    hold(!ignoring(`${rules.join('\n')}\n!**\n`)(path) || path === '', 'the last pattern decides')
    return String(isIgnored)
  },
}
