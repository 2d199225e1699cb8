/** How soon a process that starts is connected, and what idle peers take in memory: ours beside a bare node's. */
import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { startPeerProcess } from '../../scripts/demo/peer-process.ts'
import { connectBare, serveBare } from './bare.ts'
import type { Held, IdleArgs } from './idle-process.ts'
import { echo, joinThrough, LISTEN, ourMesh } from './ours.ts'

/** Until what a start has left behind is collected. */
const SETTLED_MS = 5_000
const CONNECTED_PEERS = 40

export interface Pair {
  readonly ours: number
  readonly bare: number
}

export interface Started {
  readonly joinMs: Pair
  /** The whole process, idle. */
  readonly residentMib: Pair
}

/**
 * Starts a whole peer from the bundle, and a bare libp2p process, each of which dials a peer here.
 * @param dist folder of the bundle
 */
export async function startBoth(dist: string, key: string, directory: string): Promise<Started> {
  const gate = await ourMesh(key, LISTEN, join(directory, 'gate'))
  echo(gate)
  await gate.start()
  const bareGate = await serveBare(LISTEN)
  const keyFile = join(directory, 'mesh.key')
  await writeFile(keyFile, key, { mode: 0o600 })
  try {
    const joined = new Promise<number>((resolve) => gate.onPeer(() => resolve(performance.now())))
    const from = performance.now()
    const ours = await startPeerProcess({
      args: ['up', '--work', 'false', '--http', 'off', '--registry', 'off', '--log-level', 'error']
        .concat(['--listen', '/ip4/127.0.0.1/tcp/0', '--state-dir', join(directory, 'peer')])
        .concat(['--key-file', keyFile, '--bootstrap', gate.addresses()[0] ?? '']),
      cli: [process.execPath, join(dist, 'cli.js')],
    })
    const ourMs = (await joined) - from
    const bareFrom = performance.now()
    const bare = forkIdle(['dials', String(bareGate.getMultiaddrs()[0])])
    await once(bare, 'message')
    const bareMs = performance.now() - bareFrom
    await pause(SETTLED_MS)
    const residentMib = { ours: await residentOf(ours.child.pid), bare: await residentOf(bare.pid) }
    await ours.stop()
    const gone = once(bare, 'exit')
    bare.disconnect()
    await gone
    return { joinMs: { ours: ourMs, bare: bareMs }, residentMib }
  } finally {
    await gate.stop()
    await bareGate.stop()
  }
}

/** What each further peer that is connected, and idle, makes a process hold; MiB. */
export async function memoryPerPeer(key: string, directory: string): Promise<Pair> {
  const ours = await grownBy(['ours', key, join(directory, 'held')], async (address, index) => {
    const mesh = await ourMesh(key, [], join(directory, `holds-${String(index)}`))
    await joinThrough(mesh, address)
    return mesh
  })
  return { ours, bare: await grownBy(['bare'], connectBare) }
}

function forkIdle(args: IdleArgs): ChildProcess {
  const program = join(import.meta.dirname, 'idle-process.ts')
  return fork(program, [...args], { execArgv: [...process.execArgv, '--expose-gc'] })
}

interface Stoppable {
  stop(): unknown
}

async function grownBy(
  args: IdleArgs,
  connect: (address: string, index: number) => Promise<Stoppable>,
): Promise<number> {
  const holder = forkIdle(args)
  const look = async (): Promise<Held> => {
    const [held] = (await once(holder, 'message')) as [Held]
    return held
  }
  const { address } = await look()
  const nodes: Stoppable[] = []
  const connectMore = async (count: number): Promise<Held> => {
    for (let more = 0; more < count; more += 1) nodes.push(await connect(address, nodes.length))
    await pause(SETTLED_MS / 5)
    const looked = look()
    holder.send('look')
    return looked
  }
  // The first ones bring the code that all need.
  const before = await connectMore(CONNECTED_PEERS / 4)
  const after = await connectMore(CONNECTED_PEERS)
  await Promise.all(nodes.map((node) => node.stop()))
  const gone = once(holder, 'exit')
  holder.disconnect()
  await gone
  return (after.residentMib - before.residentMib) / CONNECTED_PEERS
}

async function residentOf(pid = 0): Promise<number> {
  const status = await readFile(`/proc/${String(pid)}/status`, 'utf8')
  return Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1]) / 1024
}
