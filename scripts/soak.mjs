/** `npm run soak [-- --minutes n --save]`: an hour of steady load, in which nothing may grow. */
import { launch } from './setup/launch.mjs'

await launch('test/soak/main.ts', process.argv.slice(2), { engine: true, testTools: true })
