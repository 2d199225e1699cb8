import { basename } from 'node:path'
import { z } from 'zod'
import type { Document } from './links.ts'

const PARTS = ['Context', 'Decision', 'Refused', 'Consequences']

/** A decision has four parts and a place in the index. */
export function decisionFaults(decisions: readonly Document[], index: string): string[] {
  return decisions.flatMap(({ path, text }) => [
    ...PARTS.filter((part) => !text.includes(`\n## ${part}\n`)).map((part) => `${path} has no part "${part}"`),
    ...(index.includes(`(${basename(path)})`) ? [] : [`${path} is not in the index`]),
  ])
}

const Dependencies = z.record(z.string(), z.string()).default({})
const Manifest = z.object({ dependencies: Dependencies, devDependencies: Dependencies })

/** Every dependency has its line in the index, with what it is for, and no line speaks of one that is gone. */
export function dependencyFaults(manifest: string, index: string): string[] {
  const { dependencies, devDependencies } = Manifest.parse(JSON.parse(manifest))
  const present = Object.keys({ ...dependencies, ...devDependencies })
  const explained = [...index.matchAll(/^\| `([^`]+)` +\| \S/gm)].map(([, name = '']) => name)
  return [
    ...present.filter((name) => !explained.includes(name)).map((name) => `dependency ${name} has no line in the index`),
    ...explained.filter((name) => !present.includes(name)).map((name) => `${name} has a line, but is no dependency`),
  ]
}
