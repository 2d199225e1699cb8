/** A peer in a process of its own with its bridge open, and the predecessor's client in front of it. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { startPeerProcess, type PeerProcess } from '../../scripts/demo/peer-process.ts'

export const TOKEN = 'a token that nodes share'

export interface LegacyPeer {
  readonly process: PeerProcess
  readonly address: string
  readonly id: string
}

export async function startLegacyPeer(
  t: Pick<TestContext, 'after'>,
  { args = [], env = {} }: { readonly args?: readonly string[]; readonly env?: Readonly<Record<string, string>> } = {},
): Promise<LegacyPeer> {
  const folder = await mkdtemp(join(tmpdir(), 'runner-mesh-legacy-'))
  const started: PeerProcess[] = []
  t.after(async () => {
    for (const peer of started) await peer.stop()
    await rm(folder, { recursive: true, force: true })
  })
  const peer = await startPeerProcess({
    args: [
      ...['up', '--state-dir', folder, '--runner-name', 'bridge', '--http', 'off', '--work', 'false'],
      ...['--listen', '/ip4/127.0.0.1/tcp/0', ...args],
    ],
    env: { RUNNER_MESH_PIN_IMAGES: 'false', RUNNER_MESH_LEGACY: 'serve', RUNNER_MESH_LEGACY_TOKEN: TOKEN, ...env },
  })
  started.push(peer)
  const [address = ''] = peer.ready.addresses
  return { process: peer, address, id: peer.ready.peer_id }
}
