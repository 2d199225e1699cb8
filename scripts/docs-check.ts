/** `npm run docs:check`: what the documents say of the repository is so. */
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { brokenLinks } from './docs/links.ts'
import { decisionFaults, dependencyFaults } from './docs/decisions.ts'
import { promiseFaults } from './docs/held-promises.ts'
import { ROOT } from './setup/checkout.mjs'

const DECISIONS = 'docs/decisions'
const THREATS = 'docs/THREAT-MODEL.md'

const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8')
const documents = findDocuments().map((path) => ({ path, text: read(path) }))
const decisions = documents.filter(({ path }) => /^docs\/decisions\/\d/.test(path))
const index = read(`${DECISIONS}/README.md`)

const faults = [
  ...brokenLinks(documents, (path) => existsSync(join(ROOT, path))),
  ...decisionFaults(decisions, index),
  ...dependencyFaults(read('package.json'), index),
  ...promiseFaults({ path: THREATS, text: read(THREATS) }, (path) =>
    existsSync(join(ROOT, path)) ? read(path) : undefined,
  ),
]
for (const fault of faults) process.stdout.write(`- ${fault}\n`)
process.exitCode = faults.length === 0 ? 0 : 1

function findDocuments(): string[] {
  const places = ['.', '.github', 'docs', 'src', 'test', 'bench', 'scripts'].filter((folder) =>
    existsSync(join(ROOT, folder)),
  )
  return places.flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: folder !== '.', encoding: 'utf8' })
      .filter((path) => path.endsWith('.md') && !path.startsWith('architecture/planted'))
      .map((path) => (folder === '.' ? path : `${folder}/${path}`)),
  )
}
