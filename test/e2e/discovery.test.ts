import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { startPeerProcess } from '../../scripts/demo/peer-process.ts'
import { IMAGE, peerGround } from '../support/demo-peers.ts'

test('two peers that share a folder and the mesh key find each other, and work is done', async (t) => {
  const ground = await peerGround(t)
  const folder = join(ground.folder, 'registry')
  const a = await ground.up('a', ['--registry-dir', folder])
  const b = await startPeerProcess({
    args: [
      'worker',
      ...['--state-dir', join(ground.folder, 'b'), '--runner-name', 'b', '--listen', '/ip4/127.0.0.1/tcp/0'],
      ...['--key-file', join(a.ready.state_dir, 'mesh.key'), '--registry-dir', folder],
    ],
  })
  t.after(() => b.stop())
  const agent = await ground.agent(a)
  const submitted = await agent.call('p2p_taskqueue_submit_docker_hub', { image: IMAGE, command: ['echo', 'found'] })
  const waited = await agent.call('p2p_taskqueue_wait_task', { task_id: submitted['task_id'], timeout_s: 50 })
  assert.equal((waited['task'] as { worker_id: string }).worker_id, b.ready.peer_id)
  const { peers } = (await agent.call('list_peers', {})) as unknown as { peers: { peer_id: string; source?: string }[] }
  assert.match(peers.find((peer) => peer.peer_id === b.ready.peer_id)?.source ?? '', /file|inbound/)
})
