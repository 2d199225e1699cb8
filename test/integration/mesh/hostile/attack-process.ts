/** One attack in a process of its own. */
import { attack, type Attack } from './attacks.ts'

export type { Attack }

process.send?.('ready')
await attack(JSON.parse(process.argv[2] ?? '') as Attack)
process.exit(0)
