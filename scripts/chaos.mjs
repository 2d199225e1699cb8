/**
 * `npm run chaos [-- --minutes n --seed n]`: peers that are killed, frozen and cut off, and what must hold all the same.
 * `npm run chaos -- --shared-home [--seconds n --seed n]`: the same with two peers that share a home, and their database.
 */
import { launch } from './setup/launch.mjs'

const args = process.argv.slice(2)
const isShared = args[0] === '--shared-home'
const script = isShared ? 'test/shared-home/main.ts' : 'test/chaos/main.ts'
await launch(script, isShared ? args.slice(1) : args, { engine: true, testTools: true })
