/** `runner-mesh peers`: who is in the mesh, what each has and can do, and who may be a member at all. */
import type { Command } from 'commander'
import { cleanLine } from '../../core/clean-text.ts'
import type { Capabilities } from '../../core/capabilities.ts'
import type { PeerView } from '../../core/operations/views.ts'
import { table } from '../output.ts'
import type { RunCommand } from '../run-command.ts'

export function addPeersCommands(program: Command, run: RunCommand): void {
  const peers = program.command('peers').description('List the peers of the mesh.')
  run(peers, async ({ link, output, signal }) => {
    const answer = await link.call('list_peers', {}, { signal })
    output.result(answer, () =>
      table([['PEER', 'NAME', 'STATE', 'FOUND BY', 'HAS', 'ADDRESS'], ...answer.peers.map(toRow)]),
    )
    return 0
  })

  const show = peers
    .command('show')
    .description('Show what a peer has and can do, asked now. Without an id: the peer of this machine.')
    .argument('[peer]')
  run(show, async ({ link, output, signal }, peer) => {
    const answer = await link.call('p2p_peer_capabilities', peer === undefined ? {} : { peer_id: peer }, { signal })
    output.result(answer, () => describe(answer.peer_id, answer.capabilities))
    return 0
  })

  const revoke = peers
    .command('revoke')
    .description('Turn a peer away for good, whatever key it holds; its connection ends at once.')
    .argument('<peer>')
    .option('--note <text>', 'why, for whoever looks')
  run(revoke, async ({ link, output, signal }, peer = '') => {
    const { note = '' } = revoke.opts<{ note?: string }>()
    const answer = await link.call('p2p_peer_revoke', { peer_id: peer, note }, { signal })
    output.result(answer, () => (answer.revoked ? 'revoked' : 'was revoked already'))
    return 0
  })

  const restore = peers.command('restore').description('Take back a revocation.').argument('<peer>')
  run(restore, async ({ link, output, signal }, peer = '') => {
    const answer = await link.call('p2p_peer_restore', { peer_id: peer }, { signal })
    output.result(answer, () => (answer.restored ? 'restored' : 'was not revoked'))
    return 0
  })

  const revoked = peers.command('revoked').description('List revoked peers, and the allow-list if there is one.')
  run(revoked, async ({ link, output, signal }) => {
    const answer = await link.call('p2p_peers_revoked', {}, { signal })
    output.result(answer, () =>
      [
        ...answer.revoked.map(({ peer_id, note = '' }) => `${peer_id}  ${cleanLine(note, 200)}`.trimEnd()),
        ...(answer.allowed === undefined ? [] : ['only these may be members:', ...answer.allowed]),
      ].join('\n'),
    )
    return 0
  })
}

function toRow(peer: PeerView): string[] {
  const address = peer.address ?? '-'
  const way = peer.relayed === true ? 'relayed' : 'direct'
  const sources = [...new Set([...(peer.source === undefined ? [] : [peer.source]), ...(peer.sources ?? [])])]
  return [
    peer.peer_id,
    cleanLine(peer.runner_name, 32),
    peer.self === true ? 'self' : peer.alive ? way : 'unreachable',
    cleanLine(sources.join(','), 60) || '-',
    peer.capabilities === undefined ? '-' : inShort(peer.capabilities),
    peer.last_error === undefined ? address : `${address} (${cleanLine(peer.last_error, 160)})`,
  ]
}

function inShort({ os, arch, cpus, memory_bytes, gpus, labels, load }: Capabilities): string {
  const parts = [
    `${cleanLine(os, 16)}/${cleanLine(arch, 16)}`,
    `${String(Math.round(cpus * 10) / 10)} cpu`,
    gibibytes(memory_bytes),
    ...(gpus.length === 0 ? [] : [`${String(gpus.length)} gpu`]),
    ...(load === undefined ? [] : [`${String(load.running)}/${String(load.slots)} running`]),
    ...labels.map((label) => cleanLine(label, 32)),
  ]
  return parts.join(' ')
}

function describe(peer: string, { gpus, images, load, ...has }: Capabilities): string {
  const rows: readonly (readonly [string, string] | undefined)[] = [
    ['version', has.version],
    ['machine', `${has.os}/${has.arch}`],
    ['cpus', String(has.cpus)],
    ['memory', gibibytes(has.memory_bytes)],
    ['disk', gibibytes(has.disk_bytes)],
    ...gpus.map(({ uuid }) => ['gpu', uuid] as const),
    ['labels', has.labels.join(', ')],
    ['task types', has.task_types.join(', ')],
    ['protocols', has.protocols.join(', ')],
    images === undefined ? undefined : ['images', images.join(', ')],
    load === undefined
      ? undefined
      : ['load', `${String(load.running)} of ${String(load.slots)} running, ${load.load_1m.toFixed(2)} over a minute`],
  ]
  const lines = rows.flatMap((row) => (row === undefined ? [] : [`  ${row[0].padEnd(11)}${cleanLine(row[1], 2000)}`]))
  return [peer, ...lines].join('\n')
}

function gibibytes(bytes: number): string {
  return `${(bytes / 2 ** 30).toFixed(1)} GiB`
}
