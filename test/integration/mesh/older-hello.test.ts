/** A whole peer in a process of its own meets a build of the first days, which is written out here, message by message. */
import assert from 'node:assert/strict'
import { createHmac, randomBytes } from 'node:crypto'
import { test, type TestContext } from 'node:test'
import { noise } from '@chainsafe/libp2p-noise'
import { yamux } from '@chainsafe/libp2p-yamux'
import { tcp } from '@libp2p/tcp'
import { multiaddr } from '@multiformats/multiaddr'
import { createLibp2p } from 'libp2p'
import { systemClock } from '../../../src/app/system.ts'
import { parsePeerId } from '../../../src/core/ids.ts'
import { parseMeshKey } from '../../../src/mesh/mesh-key.ts'
import { MESH_LIMITS, RPC_PROTOCOL } from '../../../src/mesh/protocols.ts'
import { StreamChannel } from '../../../src/mesh/stream-channel.ts'
import { RecordingLog } from '../../support/recording-log.ts'
import { eventually } from '../../support/eventually.ts'
import { Homes } from './homes.ts'
import { MESH_KEY } from './peers.ts'

type Json = Readonly<Record<string, unknown>>

async function dial(t: TestContext, address: string) {
  const node = await createLibp2p({
    transports: [tcp()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    connectionManager: { reconnectRetries: 0 },
  })
  t.after(() => node.stop())
  const connection = await node.dial(multiaddr(address), { signal: AbortSignal.timeout(10_000) })
  const remote = parsePeerId(connection.remotePeer.toString())
  const stream = await connection.newStream(RPC_PROTOCOL)
  const channel = new StreamChannel(stream, remote, {
    clock: systemClock,
    log: new RecordingLog(),
    limits: MESH_LIMITS,
  })
  /** @returns what is answered; notices in between are passed over */
  const ask = async (id: number, method: string, params: Json): Promise<Json> => {
    await channel.send(Buffer.from(JSON.stringify({ jsonrpc: '2.0', id, method, params })))
    for (;;) {
      const answer = JSON.parse(Buffer.from(await channel.next()).toString()) as Json
      if (answer['id'] === id) return answer
    }
  }
  return { self: node.peerId.toString(), remote, channel, ask }
}

const key = parseMeshKey(MESH_KEY)

/** No more than the first build said: no addresses, no other meshes, no capabilities. */
function introduction(peer: string, versions: readonly string[], nonce: string): Json {
  return { versions, mesh: key.meshId, peer, homes: [], features: [], runner_name: 'older', nonce }
}

test('a peer whose HELLO lacks what came later, and names older versions too, is a member that works', async (t) => {
  const home = await new Homes(t).start('newer')
  const [address = ''] = (await home.look()).addresses
  const { self, remote, channel, ask } = await dial(t, address)
  const nonce = randomBytes(32).toString('base64url')

  const { result } = (await ask(1, 'hello', introduction(self, ['0.9', '1.0'], nonce))) as { result: Json }
  assert.equal(result['version'], '1.0')
  const proofOf = (role: string): string =>
    createHmac('sha256', key.hello).update([role, nonce, result['nonce'], self, remote].join('\n')).digest('base64url')
  assert.equal(result['proof'], proofOf('listener'))
  const admitted = (await ask(2, 'hello.prove', { proof: proofOf('dialer') })) as { result: Json }
  assert.equal(admitted.result['admitted'], true)
  channel.admit()

  // A field that this version does not know is passed over in calls between peers.
  const task = { task_type: 'test.older', payload: { n: 1 }, colour: 'blue' }
  const submitted = (await ask(3, 'p2p_taskqueue_submit', task)) as { result: Json }
  assert.equal(typeof submitted.result['task_id'], 'string')
  const { peers } = await eventually(
    'it is listed',
    () => home.call('list_peers', {}),
    ({ peers }) => peers.some(({ peer_id }) => peer_id === self),
  )
  const seen = peers.find(({ peer_id }) => peer_id === self)
  assert.equal(seen?.runner_name, 'older')
  await channel.close()
})

test('a peer of versions that nobody speaks any more is refused with advice, and counted', async (t) => {
  const home = await new Homes(t).start('newer')
  const [address = ''] = (await home.look()).addresses
  const { self, ask } = await dial(t, address)
  const nonce = randomBytes(32).toString('base64url')
  const { error } = (await ask(1, 'hello', introduction(self, ['0.8', '0.9'], nonce))) as {
    error: { message: string; data: Json }
  }
  assert.equal(error.data['code'], 'protocol_mismatch')
  assert.match(error.message, /Upgrade the older of the two/)
  const { rejected } = await eventually(
    'it is counted',
    () => home.call('p2p_taskqueue_status', { detail: true }),
    ({ rejected }) => rejected?.['hello_refused'] === 1,
  )
  assert.equal(rejected?.['hello_refused'], 1)
})
