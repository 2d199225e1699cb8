import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { arch } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { eventually } from '../../support/eventually.ts'
import { Homes, type HomeProcess } from './homes.ts'

async function peersOf(home: HomeProcess) {
  const { peers } = await home.call('list_peers', {})
  return peers.filter(({ self }) => self !== true)
}

const first = ([address]: readonly string[]): string => address ?? ''

/** A hub that all others know, and nobody else does. */
async function star(homes: Homes, settings: Readonly<Record<string, string>>) {
  const hub = await homes.start('hub', settings)
  const bootstrap = first((await hub.look()).addresses)
  const leaves = await Promise.all(['a', 'b', 'c'].map((name) => homes.start(name, { ...settings, bootstrap })))
  return { hub, leaves }
}

for (const [source, settings] of [
  ['rendezvous', { rendezvous: 'true' }],
  ['dht', { dht: 'true' }],
] as const) {
  test(`peers that only know a hub find each other by ${source} alone, and are listed with it`, async (t) => {
    const homes = new Homes(t)
    const { leaves } = await star(homes, settings)
    const pairs = new Map<string, readonly string[]>()
    for (const leaf of leaves) {
      const peers = await eventually(
        'connected with all others',
        () => peersOf(leaf),
        (seen) => seen.filter(({ alive }) => alive).length === 3,
        45_000,
      )
      const { self } = await leaf.look()
      for (const { peer_id, runner_name, sources = [] } of peers) {
        if (runner_name === 'hub') continue
        const pair = [self, peer_id].sort().join(' ')
        pairs.set(pair, [...(pairs.get(pair) ?? []), ...sources])
      }
    }
    assert.equal(pairs.size, 3)
    // Whoever was quicker has dialled, and the other knows of it by that alone.
    for (const [pair, sources] of pairs) assert.ok(sources.includes(source), `${pair}: ${sources.join(', ')}`)
  })
}

test('with neither, peers that only know a hub stay apart', async (t) => {
  const homes = new Homes(t)
  const { hub, leaves } = await star(homes, {})
  await eventually(
    'the hub has all',
    () => peersOf(hub),
    (seen) => seen.filter(({ alive }) => alive).length === 3,
    20_000,
  )
  for (const leaf of leaves) assert.equal((await peersOf(leaf)).length, 1)
})

test('what a peer has and can do is known to others from their HELLO, and on request with load', async (t) => {
  const homes = new Homes(t)
  const hub = await homes.start('hub')
  const tools = await homes.folder()
  const uuids = ['GPU-11111111-2222-3333-4444-555555555555', 'GPU-66666666-2222-3333-4444-555555555555']
  await writeFile(join(tools, 'nvidia-smi'), `#!/bin/sh\necho ${uuids.join('\necho ')}\n`, { mode: 0o755 })
  const bootstrap = first((await hub.look()).addresses)
  const other = await homes.start('other', { bootstrap, labels: 'gpu,big' }, { PATH: `${tools}:/usr/bin:/bin` })
  const { self } = await other.look()
  await eventually(
    'connected',
    () => peersOf(hub),
    ([peer]) => peer?.alive === true,
    20_000,
  )
  const [listed] = await peersOf(hub)
  const capabilities = listed?.capabilities
  assert.deepEqual(
    [capabilities?.labels, capabilities?.os, capabilities?.arch, capabilities?.gpus.map(({ uuid }) => uuid)],
    [['gpu', 'big'], 'linux', arch() === 'x64' ? 'amd64' : arch(), uuids],
  )
  assert.ok((capabilities?.cpus ?? 0) > 0 && (capabilities?.memory_bytes ?? 0) > 0)
  assert.ok(capabilities?.protocols.includes('/runner-mesh/rpc/1.0.0') === true)
  assert.ok((capabilities.load?.load_1m ?? -1) >= 0, 'with its load, since it was asked')
  const asked = await hub.call('p2p_peer_capabilities', { peer_id: self })
  assert.deepEqual([asked.peer_id, asked.capabilities.labels], [self, ['gpu', 'big']])
  const status = await other.call('p2p_taskqueue_status', { detail: true })
  assert.deepEqual(status.capabilities?.labels, ['gpu', 'big'])
  assert.deepEqual(
    status.discovery?.find(({ source }) => source === 'bootstrap'),
    { source: 'bootstrap', found: 1 },
  )
  await assert.rejects(hub.call('p2p_peer_capabilities', { peer_id: 'nobody' }), /is not connected/)
})
