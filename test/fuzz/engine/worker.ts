/** The thread in which one target is tried. */
import { parentPort, workerData } from 'node:worker_threads'
import { TARGETS } from '../targets/all.ts'
import { hunt, type Hunted } from './hunt.ts'
import type { Wish } from './run-target.ts'
import { WatchedInput } from './watched.ts'

const { name, seed, ms, corpus, withReach, shared } = workerData as Wish & { readonly shared: SharedArrayBuffer }
const open = TARGETS[name]
if (open === undefined) throw new Error(`There is no target ${name}.`)
const watched = new WatchedInput(shared)
const target = await open()
const hunted: Hunted = await hunt(target, { seed, ms, corpus, withReach, onTry: (input) => watched.write(input) })
parentPort?.postMessage(hunted)
// Timers and sockets of what was tried end with the thread.
process.exit(0)
