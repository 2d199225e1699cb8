/** `npm run chaos [-- --minutes n --seed n]`: peers that are killed, frozen and cut off, and what must hold all the same. */
import { launch } from './setup/launch.mjs'

await launch('test/chaos/main.ts', process.argv.slice(2), { engine: true, testTools: true })
