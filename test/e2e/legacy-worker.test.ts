/** A peer with a Docker Engine works for nodes of the predecessor that it found in the predecessor's own ways. */
import assert from 'node:assert/strict'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { IMAGE, peerGround, until } from '../support/demo-peers.ts'
import type { Row } from '../support/predecessor/queue.ts'
import type { PredecessorNode } from '../support/predecessor/start-node.ts'
import { startPredecessor } from '../support/predecessor/start-node.ts'

const TOKEN = 'shared'

const submit = (node: PredecessorNode, command: string) =>
  node.ask({
    op: 'submit',
    task_type: 'docker.execute',
    model_name: 'docker',
    payload: { image: IMAGE, command: ['sh', '-c', command], memory_limit: '32m', timeout: 60 },
  })

const UNDER_WAY = new Set(['queued', 'running'])

async function ended(node: PredecessorNode): Promise<Row | undefined> {
  const rows = await until(
    () => node.rows(),
    (all) => all.every(({ status }) => !UNDER_WAY.has(status)),
  )
  return rows[0]
}

test('containers run for nodes found by CACHE_BOOTSTRAP_PEERS, an announce file and a folder of peer files', async (t) => {
  const ground = await peerGround(t)
  const nodes = await Promise.all([
    startPredecessor(t, { protocols: ['mcp'], token: TOKEN }),
    startPredecessor(t, { protocols: ['lines'], token: TOKEN }),
    startPredecessor(t, { token: TOKEN }),
  ])
  const [named, announced, recorded] = nodes
  const announceFile = join(ground.folder, 'task_p2p_announce.json')
  await writeFile(announceFile, JSON.stringify({ peer_id: announced.self, multiaddr: announced.address }))
  const peerDir = join(ground.folder, 'p2p_peers')
  await mkdir(peerDir)
  const record = { peer_id: recorded.self, multiaddr: recorded.address, last_seen: new Date().toISOString() }
  await writeFile(join(peerDir, 'peer_other.json'), JSON.stringify(record))

  await submit(named, 'echo from $HOSTNAME > /dev/null; echo one')
  await submit(announced, 'echo two; exit 3')
  await submit(recorded, 'echo three')
  const worker = await ground.up('worker', ['--work', 'true', '--slots', '3'], {
    CACHE_BOOTSTRAP_PEERS: named.address,
    RUNNER_MESH_PREDECESSOR_ANNOUNCE_FILE: announceFile,
    RUNNER_MESH_PREDECESSOR_PEER_DIR: peerDir,
    RUNNER_MESH_LEGACY: 'work',
    RUNNER_MESH_LEGACY_TOKEN: TOKEN,
    RUNNER_MESH_PIN_IMAGES: 'false',
  })

  const [one, two, three] = await Promise.all(nodes.map(ended))
  assert.deepEqual(
    [one, two, three].map((row) => [
      row?.status,
      row?.result?.['exit_code'],
      row?.result?.['stdout'],
      row?.assigned_worker,
    ]),
    [
      ['completed', 0, 'one\n', worker.ready.peer_id],
      ['failed', 3, 'two\n', worker.ready.peer_id],
      ['completed', 0, 'three\n', worker.ready.peer_id],
    ],
  )
  assert.deepEqual([one?.result?.['success'], two?.result?.['success']], [true, false])
})

test('a container task of the predecessor’s client runs on our worker, and is answered in its words', async (t) => {
  const ground = await peerGround(t)
  const { callLegacy, line } = await import('../support/legacy-client.ts')
  const home = await ground.up('home', ['--work', 'true'], {
    RUNNER_MESH_LEGACY: 'serve',
    RUNNER_MESH_LEGACY_TOKEN: TOKEN,
    RUNNER_MESH_PIN_IMAGES: 'false',
  })
  const ask = async (request: object) => {
    const { bytes } = await callLegacy(
      home.ready.addresses[0] ?? '',
      line(`${JSON.stringify({ ...request, token: TOKEN })}\n`),
    )
    return JSON.parse(bytes.toString()) as Record<string, unknown>
  }
  const payload = { image: IMAGE, command: 'echo hello', memory_limit: '32m' }
  const { task_id: id } = await ask({ op: 'submit', task_type: 'docker.execute', model_name: 'docker', payload })
  const { task } = await ask({ op: 'wait', task_id: id, timeout_s: 60 })
  const { status, result } = task as { readonly status: string; readonly result: Record<string, unknown> }
  assert.deepEqual(
    [status, result['success'], result['exit_code'], result['stdout']],
    ['completed', true, 0, 'hello\n'],
  )
})
