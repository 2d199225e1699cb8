/**
 * The mesh as seen from this peer: itself in the middle, the others around it in rings. A line is whole when they are
 * reached directly and dashed through a relay; the arc around a peer is its load.
 */
import type { PeerView } from '../../core/operations/views.ts'
import { svg } from './elements.ts'

const FIRST_RING = 10
const RING = 92
const RADIUS = 20
/** Beyond, names would lie over each other; the table beside has them. */
const MOST_NAMED = 40

export function meshPicture(peers: readonly PeerView[]): SVGSVGElement {
  const self = peers.find((peer) => peer.self === true)
  const others = peers.filter((peer) => peer.self !== true)
  const places = placesFor(others.length)
  const extent = Math.max(RING, ...places.map(({ x, y }) => Math.max(Math.abs(x), Math.abs(y)))) + RADIUS + 28
  const isNamed = others.length <= MOST_NAMED
  const placed = others.map((peer, index) => ({ peer, at: places[index] ?? { x: 0, y: 0 } }))
  const relayed = others.filter((peer) => peer.relayed === true).length
  return svg(
    'svg',
    {
      class: 'mesh',
      attributes: {
        viewBox: `${String(-extent)} ${String(-extent)} ${String(extent * 2)} ${String(extent * 2)}`,
        role: 'img',
        'aria-label': `The mesh: this peer and ${String(others.length)} others, ${String(relayed)} of them through a relay.`,
      },
    },
    ...placed.map(({ peer, at }) =>
      svg('line', {
        class: peer.relayed === true ? 'link relayed' : peer.alive ? 'link' : 'link gone',
        attributes: { x1: 0, y1: 0, x2: at.x, y2: at.y },
      }),
    ),
    ...placed.map(({ peer, at }) => node(peer, at, isNamed)),
    ...(self === undefined ? [] : [node(self, { x: 0, y: 0 }, true)]),
  )
}

function node(peer: PeerView, { x, y }: { x: number; y: number }, isNamed: boolean): SVGGElement {
  const load = loadOf(peer)
  const around = 2 * Math.PI * RADIUS
  return svg(
    'g',
    {
      class: peer.self === true ? 'peer self' : peer.alive ? 'peer' : 'peer gone',
      attributes: { transform: `translate(${x.toFixed(1)} ${y.toFixed(1)})` },
    },
    svg(
      'title',
      {},
      `${peer.runner_name} · ${load === undefined ? 'load unknown' : `${String(load.running)} of ${String(load.slots)} slots in use`}`,
    ),
    svg('circle', { class: 'body', attributes: { r: RADIUS } }),
    load === undefined || load.slots === 0
      ? undefined
      : svg('circle', {
          class: 'load',
          attributes: {
            r: RADIUS,
            transform: 'rotate(-90)',
            'stroke-dasharray': `${((Math.min(load.running, load.slots) / load.slots) * around).toFixed(1)} ${around.toFixed(1)}`,
          },
        }),
    load === undefined
      ? undefined
      : svg('text', { class: 'count', attributes: { y: 4 } }, `${String(load.running)}/${String(load.slots)}`),
    isNamed ? svg('text', { class: 'name', attributes: { y: RADIUS + 15 } }, shorten(peer.runner_name)) : undefined,
  )
}

export function loadOf(peer: PeerView): { readonly running: number; readonly slots: number } | undefined {
  return peer.capabilities?.load
}

function placesFor(count: number): { x: number; y: number }[] {
  const places: { x: number; y: number }[] = []
  for (let ring = 1; places.length < count; ring += 1) {
    const room = Math.min(FIRST_RING * ring, count - places.length)
    for (let index = 0; index < room; index += 1) {
      const angle = (index / room) * 2 * Math.PI + ring * 0.3 - Math.PI / 2
      places.push({ x: Math.cos(angle) * RING * ring, y: Math.sin(angle) * RING * ring })
    }
  }
  return places
}

const shorten = (name: string): string => (name.length > 16 ? `${name.slice(0, 15)}…` : name)
