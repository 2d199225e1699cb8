/** The layer rules hold for src, and they would notice if they did not: the planted tree breaks each of them once. */
import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import test from 'node:test'
import { cruise, type IReporterOutput, type IViolation } from 'dependency-cruiser'
import extractTSConfig from 'dependency-cruiser/config-utl/extract-ts-config'
import layers from '../../.dependency-cruiser.js'

const ROOT = resolve(import.meta.dirname, '..', '..')
const PLANTED = join(import.meta.dirname, 'planted')

/** What each planted file must be caught for; the others are there to be imported. */
const CAUGHT: Readonly<Record<string, readonly string[]>> = {
  'src/core/knows-store.ts': ['imports-of-core', 'core-is-pure'],
  'src/core/reads-files.ts': ['core-is-pure'],
  'src/core/vendor-yaml.ts': ['vendors-of-app', 'core-is-pure'],
  'src/store/knows-mesh-by-type.ts': ['imports-of-store'],
  'src/mesh/knows-docker.ts': ['imports-of-mesh'],
  'src/mesh/cycle-a.ts': ['no-cycles'],
  'src/docker/knows-github.ts': ['imports-of-docker'],
  'src/github/knows-coordinator.ts': ['imports-of-github'],
  'src/github/vendor-webhooks.ts': ['vendors-of-webhook'],
  'src/coordinator/knows-docker.ts': ['imports-of-coordinator'],
  'src/coordinator/vendor-pino.ts': ['vendors-of-app'],
  'src/peers/knows-mcp.ts': ['imports-of-peers'],
  'src/mcp/knows-store.ts': ['imports-of-mcp'],
  'src/webhook/knows-dashboard.ts': ['imports-of-webhook'],
  'src/dashboard/knows-app.ts': ['imports-of-dashboard'],
  'src/app/knows-cli.ts': ['imports-of-app'],
  'src/app/knows-test.ts': ['src-stands-alone'],
  'src/app/nowhere.ts': ['nothing-unresolved'],
  'src/app/vendor-sqlite.ts': ['vendors-of-store'],
  'src/app/vendor-libp2p.ts': ['vendors-of-mesh'],
  'src/app/vendor-libp2p-scope.ts': ['vendors-of-mesh'],
  'src/app/vendor-chainsafe.ts': ['vendors-of-mesh'],
  'src/app/vendor-multiformats.ts': ['vendors-of-mesh'],
  'src/app/vendor-dockerode-by-type.ts': ['vendors-of-docker'],
  'src/app/vendor-octokit.ts': ['vendors-of-github'],
  'src/app/vendor-mcp.ts': ['vendors-of-mcp'],
  'src/app/vendor-commander.ts': ['vendors-of-cli'],
  'src/app/vendor-croner.ts': ['vendors-of-coordinator'],
  'src/app/vendor-new.ts': ['every-vendor-has-a-home', 'only-shipped-packages'],
  'src/action/knows-coordinator.ts': ['imports-of-action'],
  'src/action/vendor-expressions.ts': ['vendors-of-webhook'],
  'src/cli/knows-action.ts': ['imports-of-cli'],
  'src/cli/vendor-actions.ts': ['vendors-of-action'],
  'src/extra/homeless.ts': ['every-folder-has-its-place'],
}

async function read(baseDir: string): Promise<Exclude<IReporterOutput['output'], string>> {
  const { exclude, ...options } = layers.options ?? {}
  const tsConfig = extractTSConfig(join(ROOT, 'tsconfig.json'))
  const { output } = await cruise(['src'], { ...options, baseDir, ruleSet: layers, validate: true }, undefined, {
    tsConfig,
  })
  assert.ok(typeof output !== 'string')
  return output
}

function sourcesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .map((path) => `src/${path}`)
    .sort()
}

test('src keeps the layer rules, and every file of it was read', async () => {
  const { modules, summary } = await read(ROOT)
  const seen = modules.map(({ source }) => source).filter((source) => source.startsWith('src/'))
  assert.deepEqual(seen.sort(), sourcesIn(join(ROOT, 'src')))
  assert.deepEqual(
    summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} → ${to}`),
    [],
  )
})

test('each planted file is caught, for the reason it was planted', async () => {
  const { summary } = await read(PLANTED)
  // A circle has no beginning: which of its files is named is the tool's choice.
  const caught = Object.groupBy(summary.violations, ({ from }) => from.replace('cycle-b', 'cycle-a'))
  const reasons = Object.entries(caught).map(([from, violations = []]) => [from, reasonsOf(violations)])
  const planted = Object.entries(CAUGHT).map(([from, rules]) => [from, rules.toSorted()])
  assert.deepEqual(Object.fromEntries(reasons), Object.fromEntries(planted))
})

test('no rule is without something planted for it', () => {
  const planted = new Set(Object.values(CAUGHT).flat())
  const rules = layers.forbidden?.map(({ name }) => name ?? 'unnamed') ?? []
  assert.deepEqual(
    rules.filter((name) => !planted.has(name)),
    [],
  )
})

function reasonsOf(violations: readonly IViolation[]): string[] {
  return [...new Set(violations.map(({ rule }) => rule.name))].sort()
}
