/**
 * Cuts the slice of GitHub's own OpenAPI description that the simulated GitHub of the tests is held to. Run once when an
 * operation is added or GitHub's description changes: node scripts/openapi-slice.ts
 *
 * The description is a package of 385 MB, too large for an install that everybody repeats: it is fetched by npm into a
 * temporary folder, one file of it is read, and only the slice is kept.
 */
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { format } from 'prettier'
import { z } from 'zod'

const PACKAGE = '@octokit/openapi@23.0.2'
const DESCRIPTION = 'package/generated/api.github.com.json'
const SLICE = new URL('../test/support/github-server/openapi-slice.json', import.meta.url)

const OPERATIONS = [
  'get /rate_limit',
  'get /repos/{owner}/{repo}',
  'get /repos/{owner}/{repo}/commits/{ref}',
  'get /repos/{owner}/{repo}/tarball/{ref}',
  'get /repos/{owner}/{repo}/collaborators/{username}/permission',
  'get /repos/{owner}/{repo}/issues',
  'post /repos/{owner}/{repo}/issues',
  'get /repos/{owner}/{repo}/issues/{issue_number}',
  'patch /repos/{owner}/{repo}/issues/{issue_number}',
  'get /repos/{owner}/{repo}/issues/{issue_number}/comments',
  'post /repos/{owner}/{repo}/issues/{issue_number}/comments',
  'get /repos/{owner}/{repo}/issues/comments/{comment_id}',
  'patch /repos/{owner}/{repo}/issues/comments/{comment_id}',
  'delete /repos/{owner}/{repo}/issues/comments/{comment_id}',
  'get /repos/{owner}/{repo}/contents/{path}',
  'post /repos/{owner}/{repo}/check-runs',
  'patch /repos/{owner}/{repo}/check-runs/{check_run_id}',
  'get /repos/{owner}/{repo}/commits/{ref}/check-runs',
  'post /repos/{owner}/{repo}/statuses/{sha}',
  'post /repos/{owner}/{repo}/issues/comments/{comment_id}/reactions',
  'post /repos/{owner}/{repo}/dispatches',
  'get /repos/{owner}/{repo}/pulls/{pull_number}/files',
  'get /repos/{owner}/{repo}/hooks',
  'get /repos/{owner}/{repo}/hooks/{hook_id}/deliveries',
  'post /repos/{owner}/{repo}/hooks/{hook_id}/deliveries/{delivery_id}/attempts',
  'get /repos/{owner}/{repo}/labels',
  'post /repos/{owner}/{repo}/labels',
  'get /repos/{owner}/{repo}/labels/{name}',
] as const

/** Texts for people, which decide nothing. */
const TALK = new Set(['description', 'examples', 'example', 'externalDocs', 'deprecated', 'title', 'links'])

type Json = null | boolean | number | string | Json[] | { [key: string]: Json }

const run = promisify(execFile)
const Description = z.object({
  info: z.object({ version: z.string() }),
  paths: z.record(z.string(), z.record(z.string(), z.json())),
  components: z.record(z.string(), z.record(z.string(), z.json())),
})
type Description = z.output<typeof Description>

const description = Description.parse(JSON.parse(await readDescription()))
const slice = cut(description)
await writeFile(SLICE, await format(JSON.stringify(slice), { parser: 'json', printWidth: 120 }))
console.log(`${OPERATIONS.length} operations of ${PACKAGE} (${description.info.version}) in ${SLICE.pathname}`)

async function readDescription(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'openapi-slice-'))
  try {
    const { stdout } = await run('npm', ['pack', PACKAGE, '--silent'], { cwd: folder })
    await run('tar', ['-xzf', stdout.trim(), DESCRIPTION], { cwd: folder })
    return await readFile(join(folder, DESCRIPTION), 'utf8')
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** The operations with everything they refer to, as JSON Schema under `paths` and `components`. */
function cut({ paths, components }: Description): Json {
  const kept: Record<string, Record<string, Json>> = {}
  const wanted: string[] = []
  const keep = (value: Json): Json => {
    const schema = toJsonSchema(value)
    collectReferences(schema, wanted)
    return schema
  }
  const cutPaths: Record<string, Record<string, Json>> = {}
  for (const operation of OPERATIONS) {
    const [method = '', path = ''] = operation.split(' ')
    const found = paths[path]?.[method]
    if (found === undefined) throw new Error(`GitHub's description has no ${operation}.`)
    const { operationId, parameters, requestBody, responses } = found as Record<string, Json>
    const parts = Object.entries({ operationId, parameters, requestBody, responses })
    cutPaths[path] = {
      ...cutPaths[path],
      [method]: keep(Object.fromEntries(parts.flatMap(([key, part]) => (part === undefined ? [] : [[key, part]])))),
    }
  }
  for (let name = wanted.pop(); name !== undefined; name = wanted.pop()) {
    const [, , kind = '', key = ''] = name.split('/')
    if (kept[kind]?.[key] !== undefined) continue
    const component = components[kind]?.[key]
    if (component === undefined) throw new Error(`GitHub's description refers to ${name}, which it has not.`)
    kept[kind] = { ...kept[kind], [key]: keep(component) }
  }
  return { source: PACKAGE, paths: cutPaths, components: kept }
}

function collectReferences(value: Json, into: string[]): void {
  if (value === null || typeof value !== 'object') return
  if (Array.isArray(value)) {
    for (const item of value) collectReferences(item, into)
    return
  }
  const { $ref: reference } = value
  if (typeof reference === 'string') into.push(reference)
  for (const item of Object.values(value)) collectReferences(item, into)
}

/** OpenAPI 3.0 says `nullable` where JSON Schema says a list of types; texts and examples are left out. */
function toJsonSchema(value: Json, isMap = false): Json {
  if (value === null || typeof value !== 'object') return value
  if (Array.isArray(value)) return value.map((item) => toJsonSchema(item))
  const entries = Object.entries(value)
    .filter(([key]) => isMap || (!TALK.has(key) && !key.startsWith('x-')))
    .map(([key, item]) => [key, key === 'enum' || key === 'required' ? item : toJsonSchema(item, key === 'properties')])
  const { nullable, ...schema } = Object.fromEntries(entries) as Record<string, Json>
  if (isMap) return { ...schema, ...(nullable === undefined ? {} : { nullable }) }
  if (nullable !== true) return schema
  if (typeof schema['type'] !== 'string') return { anyOf: [schema, { type: 'null' }] }
  const { enum: choices } = schema
  return {
    ...schema,
    type: [schema['type'], 'null'],
    ...(Array.isArray(choices) ? { enum: [...choices.filter((choice) => choice !== null), null] } : {}),
  }
}
