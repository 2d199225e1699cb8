import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { copySources, takeAway, type Mutation } from '../../support/mutated-sources.ts'
import { scratchDirectory } from '../../support/scratch-directory.ts'

const ROOT = join(import.meta.dirname, '..', '..', '..')
const CHILD = join('test', 'integration', 'store', 'children', 'acknowledge.ts')
const ROUNDS = 20

type SystemCall = 'write to the log' | 'sync of the log' | 'acknowledgement'

/** The calls that matter, in the order in which they ended. A line that is resumed counts where it ends. */
function readTrace(trace: string): readonly SystemCall[] {
  const begun = new Map<string, string>()
  return trace.split('\n').flatMap((line): readonly SystemCall[] => {
    const [, thread = '', rest = ''] = /^(\d+) +(.*)$/.exec(line) ?? []
    if (rest.endsWith('<unfinished ...>')) {
      begun.set(thread, rest)
      return []
    }
    const call = rest.startsWith('<... ') ? `${begun.get(thread) ?? ''}${rest}` : rest
    if (call.startsWith('write(1') && call.includes('acknowledged')) return ['acknowledgement']
    if (!call.includes('queue.db-wal>')) return []
    if (call.startsWith('pwrite64(')) return ['write to the log']
    return /^f(?:data)?sync\(.*\) += 0\b/.test(call) ? ['sync of the log'] : []
  })
}

/** How many acknowledgements were not preceded by a write to the log and, after the last such write, its sync. */
function unproven(calls: readonly SystemCall[]): number {
  let state: 'nothing' | 'written' | 'synced' = 'nothing'
  let bad = 0
  for (const call of calls) {
    if (call === 'write to the log') state = 'written'
    else if (call === 'sync of the log') state = state === 'nothing' ? 'nothing' : 'synced'
    else {
      if (state !== 'synced') bad += 1
      state = 'nothing'
    }
  }
  return bad
}

/** Why nobody can watch the kernel here; false when somebody can. */
const skip =
  spawnSync('strace', ['-V']).status === 0
    ? false
    : 'strace is not installed: nothing but the kernel can tell that an answer came after its sync. Install strace.'

/** What the kernel saw of a store of these sources that answers `ROUNDS` submits, claims and settlements. */
async function callsOf(sources: string): Promise<readonly SystemCall[]> {
  await using scratch = await scratchDirectory()
  const log = join(scratch.path, 'trace')
  const options = ['-f', '-y', '-e', 'trace=fdatasync,fsync,write,pwrite64', '-o', log]
  const command = [process.execPath, join(sources, CHILD), join(scratch.path, 'home'), String(ROUNDS)]
  const child = spawnSync('strace', [...options, ...command], { encoding: 'utf8' })
  assert.equal(child.status, 0, child.stderr)
  const calls = readTrace(readFileSync(log, 'utf8'))
  assert.equal(calls.filter((call) => call === 'acknowledgement').length, ROUNDS * 3)
  return calls
}

test('every answer follows the fdatasync of what it answers, as the kernel saw it', { skip }, async () => {
  assert.equal(unproven(await callsOf(ROOT)), 0)
})

const PLANTED: readonly (Mutation & { readonly bug: string })[] = [
  {
    bug: 'an acknowledgement before the commit',
    file: 'src/store/sqlite/group-commit.ts',
    from: 'done.push({ step, change, value })',
    to: 'done.push({ step, change, value }); step.resolve(value)',
  },
  {
    bug: 'an acknowledgement before the disk has it',
    file: 'src/store/sqlite/group-commit.ts',
    from: 'await this.#deps.sync()',
    // Nobody waits for it, so it may find its file closed: the process must not end of that.
    to: 'await Promise.resolve(void this.#deps.sync().catch(() => undefined))',
  },
]
for (const planted of PLANTED) {
  test(`${planted.bug}, planted in a copy of the sources, shows in what the kernel saw`, { skip }, async () => {
    await using copy = await copySources(['src', 'test/support', 'test/integration/store'])
    await takeAway(planted, copy.path)
    assert.notEqual(unproven(await callsOf(copy.path)), 0)
  })
}

test('a trace in which one answer comes before its sync is not accepted', () => {
  const [write, sync, answer] = ['write to the log', 'sync of the log', 'acknowledgement'] as const
  assert.equal(unproven([write, sync, answer, write, write, sync, answer]), 0)
  assert.equal(unproven([write, sync, answer, write, answer, sync]), 1)
  assert.equal(unproven([write, sync, write, answer]), 1)
  assert.equal(unproven([sync, answer]), 1)
  assert.equal(unproven([write, sync, answer, answer]), 1)
})

test('a trace is read with calls of several threads in each other’s way', () => {
  const trace = [
    '11 pwrite64(21</tmp/queue.db-wal>, "x", 1, 0) = 1',
    '11 fdatasync(21</tmp/queue.db-wal> <unfinished ...>',
    '12 write(1<pipe:[1]>, "acknowledged\\n", 13 <unfinished ...>',
    '11 <... fdatasync resumed>) = 0',
    '12 <... write resumed>) = 13',
    '11 fdatasync(21</tmp/queue.db-wal>) = -1 EIO (Input/output error)',
    '11 fdatasync(22</tmp/queue.db>) = 0',
  ].join('\n')
  assert.deepEqual(readTrace(trace), ['write to the log', 'sync of the log', 'acknowledgement'])
})
