/** The completion scripts in the shells they are for. */
import assert from 'node:assert/strict'
import { execFile, spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { promisify } from 'node:util'
import { until } from '../support/demo-peers.ts'
import { piped } from '../support/terminal.ts'

const run = promisify(execFile)

/** The script for a shell, in a file of its own. */
async function scriptFor(t: TestContext, shell: string): Promise<{ readonly folder: string; readonly file: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'runner-mesh-shell-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  const printed = piped(t, ['completion', shell])
  assert.equal(await printed.ended, 0, printed.text.stderr)
  const file = join(folder, `completion.${shell}`)
  await writeFile(file, printed.text.stdout)
  return { folder, file }
}

test('bash completes commands, flags and the values of a flag', { timeout: 60_000 }, async (t) => {
  const { file } = await scriptFor(t, 'bash')
  const complete = async (...words: readonly string[]): Promise<string[]> => {
    const line = `source ${file}; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _runner_mesh; printf '%s\\n' "\${COMPREPLY[@]}"`
    const { stdout } = await run('bash', ['--norc', '-c', line, 'bash', 'runner-mesh', ...words])
    return stdout.trim().split('\n')
  }
  assert.deepEqual(await complete('subm'), ['submit'])
  assert.deepEqual(await complete('submit', '--profile', 'st'), ['strict', 'standard'])
  assert.deepEqual(await complete('submit', '--cpus', '2', '--foll'), ['--follow'])
  assert.deepEqual(await complete('--json', 'cache', 'd'), ['delete'])
})

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
  const child = spawn('script', ['-qefc', 'zsh -f -i', '/dev/null'], {
    env: { PATH: process.env['PATH'], HOME: folder, ZDOTDIR: folder, TERM: 'dumb' },
  })
  const ended = new Promise((resolve) => child.once('close', resolve))
  t.after(async () => {
    child.kill('SIGKILL')
    await ended
  })
  let shown = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (shown += text))
  /** Types, and waits for what comes of it. */
  const type = async (keys: string, wanted: RegExp): Promise<void> => {
    shown = ''
    child.stdin.write(keys)
    await until(
      () => shown,
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
