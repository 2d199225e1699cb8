import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from '../setup/checkout.mjs'

/**
 * The folders of test/ that hold tests, cheapest first, and what they need from the machine. A test file anywhere else
 * is a mistake, and so is one that no project claims.
 */
const PROJECTS = [
  { name: 'unit', needsMachine: false },
  { name: 'architecture', needsMachine: false },
  { name: 'contract', needsMachine: true },
  { name: 'simulation', needsMachine: false },
  { name: 'integration', needsMachine: true },
  { name: 'e2e', needsMachine: true },
]

/**
 * Test files in the order they run, from the repository's root.
 *
 * @param {readonly string[]} filters  parts of a path; a file that has any of them is chosen, and all are without filters
 */
export function findTests(filters = []) {
  const all = readdirSync(join(ROOT, 'test'), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.test.ts') && !path.includes('planted'))
    .map((path) => `test/${path.replaceAll('\\', '/')}`)
    .sort()
  const homeless = all.filter((path) => !PROJECTS.some(({ name }) => isIn(path, name)))
  if (homeless.length > 0) throw new Error(`In no project of scripts/test/projects.mjs: ${homeless.join(', ')}`)
  const chosen = all.filter((path) => filters.length === 0 || filters.some((part) => path.includes(part)))
  const files = PROJECTS.flatMap(({ name }) => chosen.filter((path) => isIn(path, name)))
  const needsMachine = PROJECTS.some(
    (project) => project.needsMachine && files.some((path) => isIn(path, project.name)),
  )
  return { files, needsMachine }
}

/**
 * @param {string} path
 * @param {string} project
 */
function isIn(path, project) {
  return path.startsWith(`test/${project}/`)
}
