/** The completion scripts, asked by the shells they are for. */
import assert from 'node:assert/strict'
import { execFile, execFileSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { promisify } from 'node:util'
import { until } from '../../support/demo-peers.ts'
import { commandOnTerminal } from '../../support/terminal.ts'

const run = promisify(execFile)
const CLI = new URL('../../../src/cli/main.ts', import.meta.url).pathname
const script = (shell: string): string =>
  execFileSync(process.execPath, [CLI, 'completion', shell], { encoding: 'utf8' })

/** What bash offers after these words, the last of which is begun. */
function offered(source: string, words: readonly string[]): string[] {
  const ask = `COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _runner_mesh; printf '%s\\n' "\${COMPREPLY[@]}"`
  const shown = execFileSync('bash', ['--norc', '-c', `${source}\n${ask}`, 'bash', 'runner-mesh', ...words], {
    encoding: 'utf8',
  })
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

/** The script for a shell, in a file of its own. */
async function scriptFor(t: TestContext, shell: string): Promise<{ readonly folder: string; readonly file: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'runner-mesh-shell-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  const file = join(folder, `completion.${shell}`)
  await writeFile(file, script(shell))
  return { folder, file }
}

test('fish completes them too, and says what they are for', { timeout: 60_000 }, async (t) => {
  const { folder, file } = await scriptFor(t, 'fish')
  const complete = async (line: string): Promise<string[]> => {
    const script = `source ${file}; complete -C ${JSON.stringify(line)}`
    const { stdout } = await run('fish', ['--no-config', '-c', script], { env: { ...process.env, HOME: folder } })
    return stdout.trim().split('\n')
  }
  assert.match((await complete('runner-mesh subm')).join(), /^submit\tQueue a container/)
  assert.deepEqual(
    (await complete('runner-mesh submit --profile ')).map((line) => line.split('\t')[0]),
    ['standard', 'strict', 'trusted'],
  )
  assert.deepEqual(
    (await complete('runner-mesh submit --foll')).map((line) => line.split('\t')[0]),
    ['--follow'],
  )
  assert.match((await complete('runner-mesh cache d')).join(), /^delete\tRemove a key/)
})

test('zsh completes them as they are typed', { timeout: 60_000 }, async (t) => {
  const { folder, file } = await scriptFor(t, 'zsh')
  const shell = commandOnTerminal(t, 'exec zsh -f -i', { HOME: folder, ZDOTDIR: folder, TERM: 'dumb' })
  /** Types, and waits for what comes of it. */
  const type = async (keys: string, wanted: RegExp): Promise<void> => {
    shell.text.stdout = ''
    shell.type(keys)
    await until(
      () => shell.text.stdout,
      (text) => {
        t.signal.throwIfAborted()
        return wanted.test(text)
      },
    )
  }
  // Two halves, so that the echo of the line is not taken for what it prints.
  await type(`source ${file}; echo rea''dy\n`, /ready/)
  await type('runner-mesh subm\t', /submit/)
  await type('--foll\t', /--follow/)
  await type('--profile stri\t', /strict/)
  await type('\u0003', />|#|%/)
  await type('runner-mesh cac\t', /cache/)
  await type('d\t', /delete/)
})
