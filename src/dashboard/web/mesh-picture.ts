/**
 * The mesh as seen from this peer: itself in the middle, the others around it in rings. A line is whole when they are
 * reached directly and dashed through a relay; the arc around a peer is its load. Of very many there are no lines and no
 * names: their outline is dashed instead, and their load is a slice.
 */
import type { PeerView } from '../../core/operations/views.ts'
import { svg } from './elements.ts'

const RADIUS = 20
/** How many peers the first ring has, and how far the rings lie apart. */
const WIDE = { first: 10, apart: 92 } as const
const CROWDED = { first: 6, apart: 2.6 * RADIUS } as const
/** Beyond, names would lie over each other; the table beside has them. */
const MOST_NAMED = 40

export function meshPicture(peers: readonly PeerView[]): SVGSVGElement {
  const self = peers.find((peer) => peer.self === true)
  const others = peers.filter((peer) => peer.self !== true)
  const isCrowded = others.length > MOST_NAMED
  const places = placesFor(others.length, isCrowded ? CROWDED : WIDE)
  const extent = Math.max(WIDE.apart, ...places.map(({ x, y }) => Math.max(Math.abs(x), Math.abs(y)))) + RADIUS + 28
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
    ...(isCrowded ? [] : placed).map(({ peer, at }) =>
      svg('line', {
        class: peer.relayed === true ? 'link relayed' : peer.alive ? 'link' : 'link gone',
        attributes: { x1: 0, y1: 0, x2: at.x, y2: at.y },
      }),
    ),
    ...placed.map(({ peer, at }) => node(peer, at, isCrowded)),
    ...(self === undefined ? [] : [node(self, { x: 0, y: 0 }, isCrowded)]),
  )
}

function node(peer: PeerView, { x, y }: { x: number; y: number }, isCrowded: boolean): SVGGElement {
  const load = loadOf(peer)
  // A circle of half the radius whose line is as wide as the radius is a slice of the whole.
  const radius = isCrowded ? RADIUS / 2 : RADIUS
  const around = 2 * Math.PI * radius
  return svg(
    'g',
    {
      class: `peer ${peer.self === true ? 'self' : peer.alive ? '' : 'gone'} ${isCrowded ? `crowded ${peer.relayed === true ? 'far' : ''}` : ''}`,
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
            r: radius,
            transform: 'rotate(-90)',
            'stroke-dasharray': `${((Math.min(load.running, load.slots) / load.slots) * around).toFixed(1)} ${around.toFixed(1)}`,
          },
        }),
    load === undefined || isCrowded
      ? undefined
      : svg('text', { class: 'count', attributes: { y: 4 } }, `${String(load.running)}/${String(load.slots)}`),
    isCrowded ? undefined : svg('text', { class: 'name', attributes: { y: RADIUS + 15 } }, shorten(peer.runner_name)),
  )
}

export function loadOf(peer: PeerView): { readonly running: number; readonly slots: number } | undefined {
  return peer.capabilities?.load
}

function placesFor(count: number, { first, apart }: typeof WIDE | typeof CROWDED): { x: number; y: number }[] {
  const places: { x: number; y: number }[] = []
  for (let ring = 1; places.length < count; ring += 1) {
    const room = Math.min(first * ring, count - places.length)
    for (let index = 0; index < room; index += 1) {
      const angle = (index / room) * 2 * Math.PI + ring * 0.3 - Math.PI / 2
      places.push({ x: Math.cos(angle) * apart * ring, y: Math.sin(angle) * apart * ring })
    }
  }
  return places
}

const shorten = (name: string): string => (name.length > 16 ? `${name.slice(0, 15)}…` : name)
