/** Opens the home in the directory given, says so, and stays until it is killed. */
import { writeSync } from 'node:fs'
import { openHome } from '../open-home.ts'

const [directory] = process.argv.slice(2)
if (directory === undefined) throw new Error('no directory given')
await openHome(directory)
writeSync(1, 'open\n')
setInterval(() => undefined, 1_000)
