/** `node test/simulation/replay.ts <seed>` runs one world again and tells everything that happens in it. */
import { scratchDirectory } from '../support/scratch-directory.ts'
import { runWorld } from './world.ts'

const seed = Number(process.argv[2])
if (!Number.isSafeInteger(seed)) {
  console.error('Which world? node test/simulation/replay.ts <seed>')
  process.exit(64)
}
await using directory = await scratchDirectory('memory')
const end = await runWorld({
  seed,
  directory: directory.path,
  show: (line) => {
    console.log(line)
  },
})
console.log(end)
process.exitCode = end.violations.length === 0 ? 0 : 1
