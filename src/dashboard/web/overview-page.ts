/** Where the queue and the mesh stand now, and how the last hour went. */
import type { PeerView } from '../../core/operations/views.ts'
import { barChart } from './bar-chart.ts'
import { fill, h, link } from './elements.ts'
import { loadOf, meshPicture } from './mesh-picture.ts'
import { faultPlace, lookInTurn, section, type Page } from './page.ts'
import { call, readHistory, type HistoryView } from './peer-api.ts'
import { durationText } from './words.ts'

/** More rows of the table than a page can hold; the picture has them all. */
const MOST_ROWS = 50
const COUNTED = ['queued', 'running', 'completed', 'failed', 'cancelled'] as const

export function overviewPage(): Page {
  const tiles = h('div', { class: 'tiles' })
  const charts = h('div', { class: 'charts' })
  const mesh = h('div', { class: 'mesh-room' })
  const fault = faultPlace()
  const look = lookInTurn(fault, async () => {
    const [status, history, { peers }] = await Promise.all([
      call('p2p_taskqueue_status', {}),
      readHistory(),
      call('list_peers', { limit: 1000 }).catch(() => ({ peers: [] as PeerView[] })),
    ])
    fill(
      tiles,
      ...COUNTED.map((name) => tile(name, String(status[name]), `#/queue?status=${name}`)),
      tile('free claims', String(status.parked_claims)),
      tile('peers', String(status.connected_peers)),
    )
    fill(charts, ...chartsOf(history))
    fill(mesh, h('div', {}, meshPicture(peers), legend()), peerTable(peers))
  })
  look()
  return {
    title: 'Overview',
    element: h('div', {}, h('h1', {}, 'Overview'), fault, tiles, section('Mesh', mesh), section('Last hour', charts)),
    changed: look,
    look,
  }
}

function legend(): HTMLElement {
  return h(
    'p',
    { class: 'hint' },
    'Green is how much of its slots a peer uses. Dashed: reached through a relay. Pale: gone.',
  )
}

function tile(name: string, value: string, href?: string): HTMLElement {
  const parts = [h('span', { class: 'value' }, value), h('span', { class: 'name' }, name)]
  return href === undefined
    ? h('div', { class: `tile is-${name}` }, ...parts)
    : h('a', { class: `tile is-${name}`, attributes: { href } }, ...parts)
}

function chartsOf({ minutes }: HistoryView): HTMLElement[] {
  const of = (name: 'submitted' | 'completed' | 'failed' | 'cancelled' | 'mean_wait_ms'): number[] =>
    minutes.map((minute) => minute[name])
  return [
    barChart(
      'Throughput',
      [
        { name: 'completed', className: 'bar-completed', values: of('completed') },
        { name: 'failed', className: 'bar-failed', values: of('failed') },
        { name: 'cancelled', className: 'bar-cancelled', values: of('cancelled') },
      ],
      String,
    ),
    barChart('Wait until claimed', [{ name: 'wait', className: 'bar-wait', values: of('mean_wait_ms') }], durationText),
    barChart('Failures', [{ name: 'failed', className: 'bar-failed', values: of('failed') }], String),
  ]
}

function peerTable(peers: readonly PeerView[]): HTMLElement {
  const rows = peers.slice(0, MOST_ROWS).map((peer) => {
    const load = loadOf(peer)
    const way = peer.self === true ? 'this peer' : !peer.alive ? 'gone' : peer.relayed === true ? 'relayed' : 'direct'
    return h(
      'tr',
      {},
      h('th', { attributes: { scope: 'row', title: peer.peer_id } }, peer.runner_name),
      h('td', {}, way),
      h('td', {}, load === undefined ? '–' : `${String(load.running)} of ${String(load.slots)}`),
      h('td', {}, peer.rtt_ms === undefined ? '–' : durationText(peer.rtt_ms)),
    )
  })
  const left = peers.length - rows.length
  return h(
    'div',
    { class: 'scroll', attributes: { tabindex: 0, role: 'region', 'aria-label': 'Peers' } },
    h(
      'table',
      {},
      h(
        'thead',
        {},
        h(
          'tr',
          {},
          ...['Peer', 'Reached', 'Slots used', 'Round trip'].map((name) =>
            h('th', { attributes: { scope: 'col' } }, name),
          ),
        ),
      ),
      h('tbody', {}, ...rows),
    ),
    left > 0 ? h('p', { class: 'hint' }, `and ${String(left)} more; `, link('all tasks', '#/queue')) : undefined,
  )
}
