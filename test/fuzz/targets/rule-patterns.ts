/** Filter patterns of a repository's rules against names of branches and paths: both are strangers'. */
import { fitsPatterns } from '../../../src/webhook/rules/glob.ts'
import { hold, linesOf, type FuzzTarget } from '../engine/target.ts'

export const rulePatterns: FuzzTarget = {
  name: 'rule-patterns',
  form: 'text',
  seeds: [
    'feature/a/b\nfeature/**\n!feature/*/c\n',
    `${'a'.repeat(200)}\n${'*a'.repeat(60)}b\n`,
    `${'a/'.repeat(100)}b\n${'**/'.repeat(50)}c\n`,
    'v1.2\nv[12].[0-9]+\n[z-a]\na+++\na??+\n[a-]\n?\n+\n[\n',
  ],
  words: ['**', '**/', '*', '?', '+', '[a-z]', '!', '/', '😀'],
  attempt: (input) => {
    const [text = 'a', ...patterns] = linesOf(input, 64).map((line) => line.toString('utf8'))
    const fits = fitsPatterns(text, patterns)
    hold(fitsPatterns(text, [...patterns, '**']), 'two stars fit everything')
    hold(!fitsPatterns(text, [...patterns, '!**']), 'the last pattern that fits decides')
    return String(fits)
  },
}
