import assert from 'node:assert/strict'
import { appendFile, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { AuditFile, readAudit } from '../../../src/app/audit-file.ts'
import { withAuditTrail, type AuditEntry } from '../../../src/coordinator/audit-trail.ts'
import { callerWith, createFakeOperations } from '../../fakes/fake-operations.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { RecordingLog } from '../../support/recording-log.ts'

const call = (...access: Parameters<typeof callerWith>[1][]) => ({
  caller: callerWith('token:alice', ...access),
  signal: new AbortController().signal,
  progress: () => undefined,
})

async function scratch(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'runner-mesh-audit-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  return folder
}

const line = (operation: string): AuditEntry => ({
  ...{ at: 1, principal: 'token:alice', door: 'mcp', operation, verdict: 'ok', ms: 2 },
})

test('changes and refusals are recorded with who, what and verdict; reads leave nothing', async () => {
  const fake = createFakeOperations()
  const entries: AuditEntry[] = []
  const operations = withAuditTrail(fake.operations, (entry) => entries.push(entry), new ManualClock())
  const { task_id: id } = fake.submit('token:alice')
  await operations.call('p2p_taskqueue_get_task', { task_id: id }, call('tasks:read'))
  await operations.invoke('p2p_taskqueue_cancel', { task_id: id }, call('tasks:cancel'))
  await assert.rejects(operations.invoke('p2p_peers_revoked', {}, call('tasks:read')), { code: 'forbidden' })
  await assert.rejects(operations.invoke('nothing', {}, call('tasks:read')), { code: 'unknown_operation' })
  assert.deepEqual(
    entries.map(({ principal, operation, task_id, verdict }) => [principal, operation, task_id, verdict]),
    [
      ['token:alice', 'p2p_taskqueue_cancel', id, 'ok'],
      ['token:alice', 'p2p_peers_revoked', undefined, 'forbidden'],
      ['token:alice', 'nothing', undefined, 'unknown_operation'],
    ],
  )
})

test('the audit log keeps its entries over restarts, turns full files over, and reads past half a line', async (t) => {
  const folder = await scratch(t)
  const write = async (...names: readonly string[]) => {
    const file = new AuditFile(folder, new RecordingLog(), { fileBytes: 200, files: 2 })
    await file.start()
    for (const name of names) {
      file.record(line(name))
      await file.stop()
    }
  }
  await write('one', 'two')
  await appendFile(join(folder, 'audit.jsonl'), '{"at":1,"princ\n')
  await write('three', 'four')
  const names = (await readAudit(folder)).map(({ operation }) => operation)
  assert.deepEqual(names, ['one', 'two', 'three', 'four'])
  await write('five', 'six', 'seven', 'eight', 'nine')
  assert.deepEqual((await readdir(folder)).toSorted(), ['audit.1.jsonl', 'audit.2.jsonl', 'audit.jsonl'])
  const kept = (await readAudit(folder)).map(({ operation }) => operation)
  assert.ok(!kept.includes('one') && kept.at(-1) === 'nine', kept.join())
})

test('a disk that does not take the audit log is told of, and stops nothing', async (t) => {
  const log = new RecordingLog()
  const file = new AuditFile(join(await scratch(t), 'absent'), log)
  await file.start()
  file.record(line('one'))
  await file.stop()
  assert.deepEqual(
    log.lines.map(({ event }) => event),
    ['audit.write_failed'],
  )
})
