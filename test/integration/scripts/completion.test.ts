/** The completion scripts, asked by the shells themselves where they are there. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { test } from 'node:test'

const CLI = new URL('../../../src/cli/main.ts', import.meta.url).pathname
const script = (shell: string): string =>
  execFileSync(process.execPath, [CLI, 'completion', shell], { encoding: 'utf8' })

/** What bash offers after these words, the last of which is begun. */
function offered(source: string, words: readonly string[]): string[] {
  const ask = `COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _runner_mesh; printf '%s\\n' "\${COMPREPLY[@]}"`
  const shown = execFileSync('bash', ['-c', `${source}\n${ask}`, 'bash', 'runner-mesh', ...words], { encoding: 'utf8' })
  return shown.split('\n').filter((line) => line !== '')
}

test('bash completes commands, their commands, flags and the values of flags', () => {
  const source = script('bash')
  assert.deepEqual(offered(source, ['subm']), ['submit'])
  assert.deepEqual(offered(source, ['peers', 're']).toSorted(), ['restore', 'revoke', 'revoked'])
  assert.deepEqual(offered(source, ['run', '--canc']), ['--cancel-on-interrupt'])
  assert.deepEqual(offered(source, ['submit', '--profile', 's']).toSorted(), ['standard', 'strict'])
  assert.deepEqual(offered(source, ['--state-dir', '/x', 'compl']), ['completion'], 'a value is no command')
  assert.deepEqual(offered(source, ['run', 'alpine', '--', 'subm']), [], 'what follows -- is the task’s')
  assert.ok(!source.includes('guard'), 'hidden commands stay hidden')
})

test('zsh and fish know the same commands', () => {
  const [zsh, fish] = [script('zsh'), script('fish')]
  assert.ok(zsh.startsWith('#compdef runner-mesh\n'))
  execFileSync('bash', ['-n', '-c', zsh])
  for (const name of ['submit', 'run', 'follow', 'top', 'doctor', 'completion', 'token']) {
    assert.match(zsh, new RegExp(`'${name}'\\)`))
    assert.match(fish, new RegExp(`-a '${name}' -d '`))
  }
  assert.match(fish, /__fish_seen_subcommand_from submit' -l profile -x -a 'strict standard trusted'/)
})
