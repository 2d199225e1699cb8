/**
 * `npm run fuzz [-- --seconds n --seed n|random --target name --save]`: tries every parser of foreign bytes. Plain
 * JavaScript, for any Node that npm came with.
 */
import { launch } from './setup/launch.mjs'

await launch('test/fuzz/main.ts', process.argv.slice(2), {})
