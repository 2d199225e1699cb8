/** The side that is asked, and the relay: processes of their own. */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { serveOutputs } from '../../test/support/output-deliveries.ts'
import { serveBare } from './bare.ts'
import { doorOf, echo, LISTEN, ourMesh } from './ours.ts'

export interface Addresses {
  readonly bare: string
  /** Serves raw JSON-RPC: echo, and count of bytes. */
  readonly rpc: string
  /** Serves the catalog of operations. */
  readonly door: string
  /** The same as `rpc`, through a relay that is a process of its own. */
  readonly relayed: string
}

async function serve(key: string, directory: string): Promise<Addresses> {
  const bare = await serveBare(LISTEN)
  const [rpc, withDoor] = [
    await ourMesh(key, LISTEN, join(directory, 'rpc')),
    await ourMesh(key, LISTEN, join(directory, 'door')),
  ]
  const hidden = await ourMesh(key, [], join(directory, 'hidden'), { slots: 1 })
  echo(rpc)
  echo(hidden)
  doorOf(withDoor)
  await serveOutputs(rpc, join(directory, 'rpc-outputs'))
  await serveOutputs(hidden, join(directory, 'hidden-outputs'))
  await Promise.all([rpc.start(), withDoor.start(), hidden.start()])
  const relay = fork(import.meta.filename, ['relay', key, join(directory, 'relay')])
  const [relayAddress] = (await once(relay, 'message')) as [string]
  const reserved = new Promise<string>((resolve) => {
    hidden.onAddresses(() => {
      const [way] = hidden.addresses()
      if (way !== undefined) resolve(way)
    })
  })
  hidden.addTarget(relayAddress, 'bench')
  return {
    bare: String(bare.getMultiaddrs()[0]),
    rpc: rpc.addresses()[0] ?? '',
    door: withDoor.addresses()[0] ?? '',
    relayed: await reserved,
  }
}

async function relay(key: string, stateDir: string): Promise<string | undefined> {
  const mesh = await ourMesh(key, LISTEN, stateDir, { relay: 'on' })
  await mesh.start()
  return mesh.addresses()[0]
}

process.once('disconnect', () => process.exit())
const [mode, key = '', directory = ''] = process.argv.slice(2)
process.send?.(mode === 'relay' ? await relay(key, directory) : await serve(key, directory))
