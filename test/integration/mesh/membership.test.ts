import assert from 'node:assert/strict'
import { appendFile, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { eventually } from '../../support/eventually.ts'
import { Homes, type HomeProcess } from './homes.ts'

async function peersOf(home: HomeProcess) {
  const { peers } = await home.call('list_peers', {})
  return peers.filter(({ self }) => self !== true)
}

function knows(home: HomeProcess, alive: number) {
  return eventually(
    `connected to ${String(alive)}`,
    () => peersOf(home),
    (peers) => peers.filter((peer) => peer.alive).length === alive,
    20_000,
  )
}

const first = ([address]: readonly string[]): string => address ?? ''

test('a revoked peer is disconnected at once, stays out over restarts of either, and is let in again when restored', async (t) => {
  const homes = new Homes(t)
  const [stateDir, otherDir] = [await homes.folder(), await homes.folder()]
  const gate = await homes.start('gate', { 'state-dir': stateDir })
  const { addresses, self } = await gate.look()
  const other = await homes.start('other', { 'state-dir': otherDir, bootstrap: first(addresses) })
  const revoked = (await other.look()).self
  await knows(gate, 1)
  assert.deepEqual(await gate.call('p2p_peer_revoke', { peer_id: revoked, note: 'lost laptop' }), { revoked: true })
  assert.deepEqual(await gate.call('p2p_peer_revoke', { peer_id: revoked }), { revoked: false })
  assert.equal((await peersOf(gate)).filter(({ alive }) => alive).length, 0, 'gone when the command answers')
  assert.match(await readFile(join(stateDir, 'revoked-peers'), 'utf8'), new RegExp(`^${revoked} # lost laptop\n$`))
  const refused = await eventually(
    'it hears why',
    () => peersOf(other),
    (peers) => peers.some(({ last_error }) => /revoked there/.test(last_error ?? '')),
    20_000,
  )
  assert.equal(refused.filter(({ alive }) => alive).length, 0)

  await gate.stop()
  await other.stop()
  const listen = first(addresses).replace(/\/p2p\/.*/, '')
  const gateAgain = await homes.start('gate', { 'state-dir': stateDir, listen })
  const otherAgain = await homes.start('other', { 'state-dir': otherDir, bootstrap: first(addresses) })
  await eventually(
    'it is turned away and counted',
    () => gateAgain.call('p2p_taskqueue_status', { detail: true }),
    ({ rejected }) => (rejected?.['peer_not_allowed'] ?? 0) > 0,
    20_000,
  )
  assert.deepEqual(await gateAgain.call('p2p_peers_revoked', {}), {
    revoked: [{ peer_id: revoked, note: 'lost laptop' }],
  })
  assert.deepEqual(await gateAgain.call('p2p_peer_restore', { peer_id: revoked }), { restored: true })
  await knows(otherAgain, 1)
  await assert.rejects(gateAgain.call('p2p_peer_revoke', { peer_id: self }), /cannot revoke itself/)
})

test('a line in the file of revoked peers is in force within seconds', async (t) => {
  const homes = new Homes(t)
  const path = join(await homes.folder(), 'revoked')
  const gate = await homes.start('gate', { 'revoked-peers-file': path })
  const other = await homes.start('other', { bootstrap: first((await gate.look()).addresses) })
  await knows(gate, 1)
  await writeFile(path, `# by hand\n${(await other.look()).self} stolen\n`)
  await knows(gate, 0)
})

test('with an allow-list only its peers get in, whatever key they hold, and a line added lets one in', async (t) => {
  const homes = new Homes(t)
  const path = join(await homes.folder(), 'allowed')
  const [wanted, stranger] = [await homes.start('wanted'), await homes.start('stranger')]
  await writeFile(path, `${(await wanted.look()).self}\n`)
  const bootstrap = [wanted, stranger].map(async (home) => first((await home.look()).addresses))
  const gate = await homes.start('gate', {
    'allowed-peers-file': path,
    bootstrap: (await Promise.all(bootstrap)).join(','),
  })
  const peers = await knows(gate, 1)
  assert.deepEqual(
    peers.filter(({ alive }) => alive).map(({ runner_name }) => runner_name),
    ['wanted'],
  )
  assert.match(peers.find(({ alive }) => !alive)?.last_error ?? '', /not on the allow-list/)
  await appendFile(path, `${(await stranger.look()).self}\n`)
  await knows(gate, 2)
})

test('a list that cannot be read stops the start, with the line that is wrong', async (t) => {
  const homes = new Homes(t)
  const path = join(await homes.folder(), 'revoked')
  await writeFile(path, '\nnobody\n')
  await assert.rejects(homes.start('gate', { 'revoked-peers-file': path }), /Line 2 of .*Not a peer id/)
  await assert.rejects(homes.start('gate', { 'allowed-peers-file': `${path}.missing` }), /There is no allow-list/)
})
