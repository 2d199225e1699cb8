import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { copyFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { promisify } from 'node:util'
import { z } from 'zod'
import type { Agent } from '../../scripts/demo/agent.ts'
import { CLI, type PeerProcess } from '../../scripts/demo/peer-process.ts'
import { rankByRendezvous } from '../../src/coordinator/cache/rendezvous.ts'
import { peerGround, until, type PeerGround } from '../support/demo-peers.ts'

interface Ran {
  readonly code: number
  readonly answer: Readonly<Record<string, unknown>>
}

const failedCommand = z.object({ code: z.number(), stdout: z.string() })

/** One command of the command line against a peer. */
async function command(peer: PeerProcess, ...args: readonly string[]): Promise<Ran> {
  const [node, program] = CLI
  const words = [program, '--json', '--state-dir', peer.ready.state_dir, ...args]
  const { code, stdout } = await promisify(execFile)(node, words).then(
    (done) => ({ code: 0, stdout: done.stdout }),
    (failed: unknown) => failedCommand.parse(failed),
  )
  return { code, answer: z.record(z.string(), z.unknown()).parse(JSON.parse(stdout)) }
}

/** The cache is in the worker's set of tools, not in the agent's. */
function cacheAgent(ground: PeerGround, { ready, ...peer }: PeerProcess): Promise<Agent> {
  return ground.agent({ ...peer, ready: { ...ready, mcp_url: `${ready.mcp_url ?? ''}/x/worker` } })
}

/** Three peers with queues, each connected with both others. */
async function threePeers(t: TestContext): Promise<{ ground: PeerGround; peers: readonly PeerProcess[] }> {
  const ground = await peerGround(t)
  const a = await ground.up('a')
  const member = async (name: string, addresses: readonly PeerProcess[]): Promise<PeerProcess> => {
    const keyFile = join(ground.folder, `${name}.key`)
    await copyFile(join(a.ready.state_dir, 'mesh.key'), keyFile)
    const bootstrap = addresses.map(({ ready }) => ready.addresses[0] ?? '').join(',')
    return ground.up(name, ['--key-file', keyFile, '--bootstrap', bootstrap])
  }
  const b = await member('b', [a])
  const c = await member('c', [a, b])
  const peers = [a, b, c]
  const views = z.object({ peers: z.array(z.object({ alive: z.boolean() })) })
  for (const peer of peers) {
    const agent = await cacheAgent(ground, peer)
    await until(
      async () => views.parse(await agent.call('list_peers', {})).peers.filter(({ alive }) => alive).length,
      (count) => count === 3,
    )
  }
  return { ground, peers }
}

test('a value set through one peer is read through another while a third holds it; losing that one is a miss', async (t) => {
  const { ground, peers } = await threePeers(t)
  const [a, b, c] = peers as readonly [PeerProcess, PeerProcess, PeerProcess]
  const ids = peers.map(({ ready }) => ready.peer_id)
  const heldBy = (peer: PeerProcess): string => {
    for (let index = 0; ; index += 1) {
      const key = `build/${String(index)}`
      if (rankByRendezvous(key, ids)[0] === peer.ready.peer_id) return key
    }
  }
  const writer = await cacheAgent(ground, a)
  const reader = await cacheAgent(ground, b)
  const key = heldBy(c)
  const value = { sha: 'abc', sizes: [1, null] }
  const set = await writer.call('p2p_taskqueue_cache_set', { key, value, ttl_s: 600 })
  assert.deepEqual([set['stored'], set['peer_id']], [true, c.ready.peer_id])
  const read = await reader.call('p2p_taskqueue_cache_get', { key })
  assert.deepEqual([read['hit'], read['value'], read['peer_id']], [true, value, c.ready.peer_id])

  const text = heldBy(b)
  assert.equal((await command(a, 'cache', 'set', text, 'plain words')).code, 0)
  assert.deepEqual(await command(c, 'cache', 'get', text), {
    code: 0,
    answer: { key: text, hit: true, value: 'plain words', peer_id: b.ready.peer_id },
  })
  assert.equal((await command(c, 'cache', 'has', text)).code, 0)
  assert.deepEqual((await command(c, 'cache', 'delete', text)).answer['deleted'], true)
  assert.deepEqual(await command(a, 'cache', 'get', text), {
    code: 1,
    answer: { key: text, hit: false, peer_id: b.ready.peer_id },
  })

  await c.kill()
  const missed = await reader.call('p2p_taskqueue_cache_get', { key })
  assert.equal(missed['hit'], false)
  await writer.call('p2p_taskqueue_cache_set', { key, value: 'again' })
  assert.equal((await reader.call('p2p_taskqueue_cache_get', { key }))['value'], 'again')
})
