/**
 * A day of a fleet on one registry issue and one workflow token, on simulated time: the registry's own code against the
 * simulated GitHub with GitHub's limits. At 0 h all peers start at once, at 12 h the power fails and all start again, at
 * 20 h a fifth of them leaves for good. Run: npm run bench -- registry [peers] [hours] [known size] [--json]
 */
import { parseArgs } from 'node:util'
import { GitHubServer, type SeenRequest } from '../test/support/github-server/server.ts'
import { newFleetPeer, type FleetPeer, type FleetPeerOptions } from '../test/support/registry-fleet.ts'
import { VirtualTime } from '../test/support/virtual-time.ts'
import { Report } from './queue/report.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const { values, positionals } = parseArgs({
  options: { json: { type: 'boolean', default: false } },
  allowPositionals: true,
})
const lines = new Report(values.json)
const size = Number(positionals[0] ?? 1_000)
const hours = Number(positionals[1] ?? 24)
/** What `--registry-fleet-size` says; 1 is a fleet that does not know how many it is. */
const fleetSize = Number(positionals[2] ?? size)
const REACH = { writesPerMinute: 80, writesPerHour: 450, requestsPerHour: 900 }
/** A peer dials this many of those it finds; the mesh does the rest. */
const DIALLED = 3

const clock = new VirtualTime()
const server = new GitHubServer({ clock, during: (work) => clock.during(work) })
const repository = server.addRepository('octo/runners')
const actions = server.accounts.addApp('github-actions')
const startedAt = clock.now()
const from = performance.now()

const alive = new Map<string, FleetPeer>()
const peers = await Promise.all(Array.from({ length: size }, (_, index) => makePeer(index)))
await Promise.all(peers.map((peer) => peer.join()))
const joins: string[] = []
for (let hour = 1; hour <= hours; hour += 1) {
  await clock.pass(HOUR)
  joins.push(`${hour} h: ${commentCount()}`)
  if (hour === 12) {
    for (const [index, peer] of peers.entries()) peers[index] = await restart(peer, index)
  }
  if (hour === 20) {
    const leaving = peers.splice(0, Math.floor(size / 5))
    for (const { address } of leaving) alive.delete(address)
    await Promise.all([...leaving.map((peer) => peer.registry.stop()), clock.pass(10_000)])
  }
}

const { seen, faultsOfContract } = server
const writes = seen.filter(({ method }) => method !== 'GET')
const counted = seen.filter(({ counted: isCounted }) => isCounted)
const refused = seen.filter(({ status }) => status >= 400)
lines.say(
  `${size} peers, ${hours} simulated hours in ${((performance.now() - from) / 1_000).toFixed(0)} s of this machine`,
)
lines.say(`requests ${seen.length}, of them counted ${counted.length}, free 304s ${seen.length - counted.length}`)
lines.say(`comments in the registry after ${joins.join(', ')}`)
lines.say(`refused by GitHub: ${refused.length}; not as GitHub describes it: ${faultsOfContract.length}\n`)
report('registry-writes-minute', 'content writes in any minute', busiest(writes, MINUTE), REACH.writesPerMinute)
report('registry-writes-hour', 'content writes in any hour', busiest(writes, HOUR), REACH.writesPerHour)
report('registry-counted-hour', 'counted requests in any hour', busiest(counted, HOUR), REACH.requestsPerHour)
report('registry-requests-hour', 'all requests in any hour', busiest(seen, HOUR), REACH.requestsPerHour)
lines.say(`\nthe busiest hour: ${kinds(seen, busiest(seen, HOUR).atHour)}`)
if (faultsOfContract.length > 0) process.exitCode = 1
lines.say(
  `\ncomments at the end: ${commentCount()} of ${peers.length} peers, and of those that left without a goodbye and are not swept yet`,
)

async function makePeer(index: number, change: Partial<FleetPeerOptions> = {}): Promise<FleetPeer> {
  const token = server.accounts.token(actions)
  const seed = index + 1
  const peer = await newFleetPeer({ server, token, clock, seed, fleetSize, onFound: connect, ...change })
  alive.set(peer.address, peer)
  return peer
}

/** The process dies without a goodbye; key and memory are still there. */
async function restart(peer: FleetPeer, index: number): Promise<FleetPeer> {
  peer.kill()
  const again = await makePeer(index, {
    identity: peer.identity,
    ...(peer.memory === undefined ? {} : { memory: peer.memory }),
  })
  await again.join()
  return again
}

/** Who finds somebody is connected with a few of them, as the mesh would be. */
function connect(peer: FleetPeer): void {
  if (peer.isConnected) return
  for (const address of peer.addressesFound().slice(0, DIALLED)) {
    const other = alive.get(address)
    if (other === undefined || other === peer) continue
    peer.connect(other.self)
    other.connect(peer.self)
  }
}

function commentCount(): number {
  return repository.issues.reduce((sum, { comments }) => sum + comments.length, 0)
}

/** The most that fall into any window of this length, wherever it begins. */
function busiest(requests: readonly SeenRequest[], windowMs: number): { most: number; atHour: number } {
  let most = { most: 0, atHour: 0 }
  for (let first = 0, last = 0; last < requests.length; last += 1) {
    while ((requests[first]?.at ?? 0) <= (requests[last]?.at ?? 0) - windowMs) first += 1
    const count = last - first + 1
    if (count > most.most) most = { most: count, atHour: ((requests[first]?.at ?? 0) - startedAt) / HOUR }
  }
  return most
}

/** What the requests of the hour after this one were. */
function kinds(requests: readonly SeenRequest[], atHour: number): string {
  const from = startedAt + atHour * HOUR
  const counts = new Map<string, number>()
  for (const { at, operation } of requests) {
    if (at >= from && at < from + HOUR) counts.set(operation, (counts.get(operation) ?? 0) + 1)
  }
  return [...counts].map(([operation, count]) => `${operation} ${count}`).join(', ')
}

function report(name: string, what: string, { most, atHour }: { most: number; atHour: number }, reach: number): void {
  const verdict = most <= reach ? 'within' : 'OVER'
  if (most > reach) process.exitCode = 1
  lines.add(
    {
      name,
      figure: most,
      unit: 'requests',
      peer: `GitHub’s limits, held to ${String(reach)}`,
      n: seen.length,
      peers: size,
      hours,
    },
    `${what.padEnd(30)} ${String(most).padStart(5)} at ${atHour.toFixed(1)} h   ${verdict} ${String(reach)}`,
  )
}
