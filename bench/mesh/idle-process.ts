/**
 * An idle process: it listens, bare or as ours, and tells on request what it holds in memory once it has collected; or it
 * is bare, dials, tells when it was answered, and stays.
 */
import { connectBare, serveBare } from './bare.ts'
import { echo, LISTEN, ourMesh } from './ours.ts'

export type IdleArgs = readonly ['bare'] | readonly ['ours', key: string, stateDir: string] | readonly ['dials', string]

export interface Held {
  /** Where it listens. */
  readonly address: string
  readonly residentMib: number
}

async function listen([kind, key = '', stateDir = '']: readonly string[]): Promise<string> {
  if (kind === 'bare') return String((await serveBare(LISTEN)).getMultiaddrs()[0])
  const mesh = await ourMesh(key, LISTEN, stateDir)
  echo(mesh)
  await mesh.start()
  return mesh.addresses()[0] ?? ''
}

process.once('disconnect', () => process.exit())
const args = process.argv.slice(2)
let address = ''
if (args[0] === 'dials') await connectBare(args[1] ?? '')
else address = await listen(args)

function look(): Held {
  globalThis.gc?.()
  return { address, residentMib: process.memoryUsage.rss() / 2 ** 20 }
}

process.on('message', () => process.send?.(look()))
process.send?.(look())
