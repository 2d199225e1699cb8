/** Who is a member, from the command line: looking at peers, turning one away and back, and changing the mesh key under way. */
import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { z } from 'zod'
import type { PeerProcess } from '../../scripts/demo/peer-process.ts'
import { systemRandom } from '../../src/app/system.ts'
import { newMeshKey } from '../../src/mesh/mesh-key.ts'
import { IMAGE, peerGround, until } from '../support/demo-peers.ts'
import { piped } from '../support/terminal.ts'

const told = z.looseObject({
  peers: z.array(z.looseObject({ peer_id: z.string(), alive: z.boolean(), last_error: z.string().optional() })),
})
const ended = z.looseObject({
  task: z.looseObject({
    status: z.string(),
    worker_id: z.string().optional(),
    error: z.string().optional(),
    attempt: z.number().optional(),
  }),
})

function commandOf(t: TestContext, home: PeerProcess) {
  const run = async (...args: readonly string[]) => {
    const { text, ended: code } = piped(t, ['--state-dir', home.ready.state_dir, ...args])
    return { code: await code, ...text }
  }
  /** Its output, when it worked. */
  const say = async (...args: readonly string[]): Promise<string> => {
    const { code, stdout, stderr } = await run(...args)
    assert.equal(code, 0, `${args.join(' ')}: ${stderr}`)
    return stdout
  }
  const stateOf = async ({ ready: { peer_id: peer } }: PeerProcess) =>
    told.parse(JSON.parse(await say('--json', 'peers'))).peers.find(({ peer_id: other }) => other === peer)
  const wait = async (task: string) => ended.parse(JSON.parse((await run('--json', 'wait', task)).stdout)).task
  return { run, say, stateOf, wait }
}

test('peers are listed, shown, revoked with their work, and restored', { timeout: 420_000 }, async (t) => {
  const ground = await peerGround(t)
  const home = await ground.up('home', ['--lease-seconds', '5'])
  const worker = await ground.worker('worker', home, ['--labels', 'big'])
  const [id, self] = [worker.ready.peer_id, home.ready.peer_id]
  const { run, say, stateOf, wait } = commandOf(t, home)
  await until(
    () => stateOf(worker),
    (peer) => peer?.alive === true,
  )
  const listed = (await say('peers')).trim().split('\n')
  assert.match(listed[0] ?? '', /^PEER +NAME +STATE +FOUND BY +HAS +ADDRESS$/)
  assert.match(listed.find((line) => line.startsWith(self)) ?? '', / home +self /)
  assert.match(
    listed.find((line) => line.startsWith(id)) ?? '',
    / worker +direct +inbound .* big +\/ip4\/127\.0\.0\.1\//,
  )
  assert.match(await say('peers', 'show'), new RegExp(`^${self}\n  version .*\n  machine +linux/`))
  assert.match(await say('peers', 'show', id), new RegExp(`^${id}\n[^]* labels +big\n[^]* load +0 of `))
  const nobody = await run('peers', 'show', '12D3KooWKKecaxb1crCMkAqqcY1NBCnWSav8HESsqBJXfMkXxEyJ')
  assert.deepEqual([nobody.code === 0, nobody.stdout], [false, ''])
  assert.match(nobody.stderr, /is not connected/)
  const noId = await run('peers', 'revoke', 'worker')
  assert.equal(noId.code, 64)
  assert.match(noId.stderr, /^[^\n]*peer id[^\n]*\n$/i)
  assert.equal(await say('peers', 'revoked'), '\n')

  const task = (await say('submit', IMAGE, '--idempotent', '--', 'sh', '-c', 'sleep 600')).trim()
  await until(ground.containers, (all) => all.length > 0)
  assert.equal(await say('peers', 'revoke', id, '--note', 'lost laptop'), 'revoked\n')
  assert.equal(await say('peers', 'revoke', id), 'was revoked already\n')
  assert.equal(await say('peers', 'revoked'), `${id}  lost laptop\n`)
  assert.notEqual((await stateOf(worker))?.alive, true)
  // It cannot renew what it holds: its container ends by itself, and the task is another's.
  await until(ground.containers, (all) => all.length === 0)
  const other = await ground.worker('other', home)
  const [again] = await until(ground.containers, (all) => all.length > 0)
  assert.equal(again?.Labels['runner-mesh.runner'], other.ready.peer_id)
  await say('cancel', task)
  assert.equal((await wait(task)).status, 'cancelled')

  assert.equal(await say('peers', 'restore', id), 'restored\n')
  assert.equal(await say('peers', 'restore', id), 'was not revoked\n')
  await until(
    () => stateOf(worker),
    (peer) => peer?.alive === true,
  )
})

test(
  'the mesh key is changed peer by peer, and at each step the work of either is done by the other',
  { timeout: 420_000 },
  async (t) => {
    const ground = await peerGround(t)
    const [oldKey, newKey] = [join(ground.folder, 'old.key'), join(ground.folder, 'new.key')]
    for (const path of [oldKey, newKey]) await writeFile(path, `${newMeshKey(systemRandom)}\n`, { mode: 0o600 })
    const KEYS = {
      old: ['--key-file', oldKey],
      changing: ['--key-file', newKey, '--previous-key-files', oldKey],
      changed: ['--key-file', newKey],
    } as const
    const port = String(20_000 + (process.pid % 20_000))
    const startHome = (keys: keyof typeof KEYS) =>
      ground.up('home', ['--listen', `/ip4/127.0.0.1/tcp/${port}`, ...KEYS[keys]])
    let home = await startHome('old')
    const way = ['--bootstrap', home.ready.addresses[0] ?? '']
    const startWorker = (keys: keyof typeof KEYS) =>
      ground.up('worker', ['--http', 'off', '--work', 'true', ...way, ...KEYS[keys]])
    let worker = await startWorker('old')
    const works = async (says: string): Promise<void> => {
      const { say, wait } = commandOf(t, home)
      const task = await wait((await say('submit', IMAGE, '--', 'echo', says)).trim())
      assert.equal(task.status, 'completed', `${says}: ${task.error ?? ''}`)
      assert.equal(task.worker_id, worker.ready.peer_id)
    }
    await works('both with the old key')
    await home.stop()
    home = await startHome('changing')
    await works('signed amid the change, run by one that knows the old key alone')
    await worker.stop()
    worker = await startWorker('changing')
    await works('both amid the change')
    await home.stop()
    home = await startHome('changed')
    await works('signed with the new key, run by one that still takes the old')

    await worker.stop()
    worker = await startWorker('old')
    const { stateOf } = commandOf(t, worker)
    const refused = await until(
      () => stateOf(home),
      (peer) => peer?.last_error !== undefined,
    )
    assert.match(refused?.last_error ?? '', /share.* mesh key/, 'who has the old key alone is a stranger now')
  },
)
