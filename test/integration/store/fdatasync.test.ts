import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { scratchDirectory } from '../../support/scratch-directory.ts'

const CHILD = join(import.meta.dirname, 'children', 'acknowledge.ts')
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

test('every answer follows the fdatasync of what it answers, as the kernel saw it', async (t) => {
  if (spawnSync('strace', ['-V']).status !== 0) {
    t.skip(
      'strace is not installed: nothing but the kernel can tell that an answer came after its sync. Install strace.',
    )
    return
  }
  await using scratch = await scratchDirectory()
  const log = join(scratch.path, 'trace')
  const options = ['-f', '-y', '-e', 'trace=fdatasync,fsync,write,pwrite64', '-o', log]
  const command = [process.execPath, CHILD, join(scratch.path, 'home'), String(ROUNDS)]
  const child = spawnSync('strace', [...options, ...command], { encoding: 'utf8' })
  assert.equal(child.status, 0, child.stderr)
  const calls = readTrace(readFileSync(log, 'utf8'))
  assert.equal(calls.filter((call) => call === 'acknowledgement').length, ROUNDS * 3)
  assert.equal(unproven(calls), 0)
})

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
