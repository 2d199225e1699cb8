/** Every parser of foreign bytes for a second, and the proof that the hunt finds what is planted for it. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { cp, mkdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { stripTypeScriptTypes } from 'node:module'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { scratchDirectory } from '../../support/scratch-directory.ts'
import { TARGETS } from '../../fuzz/targets/all.ts'
import { PLANTED, type PlantedBug } from './planted.ts'

const ROOT = join(import.meta.dirname, '..', '..', '..')
const COPIED = ['package.json', 'src', 'test/fuzz', 'test/fakes', 'test/support', 'test/vectors', 'docs/policy.md']
const SINGLE = ['test/integration/legacy/deviations.json', 'test/unit/webhook/golden-rules.yml']
const SECONDS = process.env['RUNNER_MESH_TEST_FUZZ_SECONDS'] ?? '1'

interface Verdict {
  readonly code: number
  readonly output: string
}

function fuzz(directory: string, ...args: readonly string[]): Promise<Verdict> {
  return new Promise((resolve) => {
    const options = { cwd: directory, env: { TMPDIR: process.env['TMPDIR'] ?? '/tmp' }, maxBuffer: 1e8 }
    execFile(process.execPath, ['test/fuzz/main.ts', ...args], options, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : 1, output: `${stdout}${stderr}` })
    })
  })
}

test(
  'nothing foreign bytes can say breaks a parser: no crash, no stray rejection, no forgery, bounded memory and time',
  { timeout: 3_600_000 },
  async (context) => {
    const { code, output } = await fuzz(ROOT, '--seconds', SECONDS)
    assert.equal(code, 0, output)
    const tried = [...output.matchAll(/^\| ([a-z-]+) \| (\d+) \|/gm)].map(([, name, count]) => [name, Number(count)])
    assert.deepEqual(tried.map(([name]) => name).sort(), Object.keys(TARGETS).sort())
    assert(tried.every(([, count]) => Number(count) > 0))
    for (const line of output.split('\n').filter((each) => each.startsWith('|'))) context.diagnostic(line)
  },
)

describe('a planted bug is found', { concurrency: 2, timeout: 600_000 }, () => {
  for (const planted of PLANTED) {
    test(`${planted.target}: ${planted.bug}`, async () => {
      await using copy = await scratchDirectory('memory')
      await copySources(copy.path)
      await plantInto(copy.path, planted)
      const { code, output } = await fuzz(copy.path, '--target', planted.target, '--seconds', '8', '--patience', '4')
      assert.equal(code, 1, `it goes by unseen:\n${output}`)
      assert.match(output, /^BROKEN /m)
      assert.match(output, planted.tells)
    })
  }
})

async function copySources(directory: string): Promise<void> {
  await mkdir(join(directory, 'docs'))
  for (const path of [...COPIED, ...SINGLE]) await cp(join(ROOT, path), join(directory, path), { recursive: true })
  await symlink(join(ROOT, 'node_modules'), join(directory, 'node_modules'))
}

async function plantInto(directory: string, { file, from, to }: PlantedBug): Promise<void> {
  const path = join(directory, file)
  const source = await readFile(path, 'utf8')
  assert.equal(source.split(from).length - 1, 1, `${file} holds this once: ${from}`)
  const mutant = source.replace(from, () => to)
  // It must at least be a program, or everything is broken for no reason.
  stripTypeScriptTypes(mutant)
  await writeFile(path, mutant)
}
