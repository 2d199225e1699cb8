import type { fine } from '../mesh/fine.ts'

export type Fine = typeof fine
