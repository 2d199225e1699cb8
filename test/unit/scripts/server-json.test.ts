import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { z } from 'zod'
import { HTTP_SETTINGS } from '../../../src/app/settings/http-settings.ts'
import { environmentName, SETTINGS } from '../../../src/app/config.ts'

const ROOT = resolve(import.meta.dirname, '..', '..', '..')
const read = (name: string): unknown => JSON.parse(readFileSync(join(ROOT, name), 'utf8'))

/**
 * What the MCP registry takes, as far as this file uses it, and nothing else: every bound, pattern and word list that its
 * schema of 2025-12-11 has for these fields. That schema is open; this one is closed, so that a misspelt field shows.
 * `npm run registry-schema` asks the published schema itself.
 */
const argument = z.union([
  z.strictObject({ type: z.literal('positional'), value: z.string() }),
  z.strictObject({
    type: z.literal('named'),
    name: z.string().startsWith('--'),
    description: z.string(),
    default: z.string(),
  }),
])
const input = {
  name: z.string(),
  description: z.string(),
  isRequired: z.boolean().optional(),
  isSecret: z.boolean().optional(),
  format: z.enum(['string', 'number', 'boolean', 'filepath']).optional(),
}
const server = z.strictObject({
  $schema: z.literal('https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json'),
  name: z
    .string()
    .min(3)
    .max(200)
    .regex(/^[a-zA-Z0-9.-]+\/[a-zA-Z0-9._-]+$/),
  title: z.string().min(1).max(100),
  description: z.string().min(1).max(100),
  version: z
    .string()
    .max(255)
    .regex(/^\d+\.\d+\.\d+$/, 'a range or a tag is refused'),
  websiteUrl: z.url(),
  repository: z.strictObject({ url: z.url(), source: z.literal('github') }),
  packages: z.array(
    z.strictObject({
      registryType: z.literal('npm'),
      identifier: z.string(),
      version: z.string().regex(/^\d+\.\d+\.\d+$/, 'a range or a tag is refused'),
      runtimeHint: z.literal('npx'),
      transport: z.union([
        z.strictObject({ type: z.literal('stdio') }),
        z.strictObject({
          type: z.literal('streamable-http'),
          url: z.url(),
          headers: z.array(z.strictObject(input)),
        }),
      ]),
      packageArguments: z.array(argument),
      environmentVariables: z.array(z.strictObject(input)).optional(),
    }),
  ),
})

test('server.json is what the MCP registry takes, and says of this package what is true', async () => {
  const told = server.parse(read('server.json'))
  const manifest = z
    .looseObject({ name: z.string(), version: z.string(), mcpName: z.string() })
    .parse(read('package.json'))
  assert.deepEqual([told.name, told.version], [manifest.mcpName, manifest.version])
  const cli = join(ROOT, 'src', 'cli', 'main.ts')
  for (const { identifier, version, packageArguments, environmentVariables = [], transport } of told.packages) {
    assert.deepEqual([identifier, version], [manifest.name, manifest.version])
    const [command, ...flags] = packageArguments
    assert.equal(command?.type, 'positional')
    const { stdout } = await promisify(execFile)(process.execPath, [cli, command.value, '--help'])
    for (const flag of flags) assert.ok(flag.type === 'named' && stdout.includes(flag.name), JSON.stringify(flag))
    const settings = Object.values(SETTINGS).map(({ stem }) => environmentName(stem))
    for (const { name } of environmentVariables) assert.ok(settings.includes(name), name)
    if (transport.type !== 'stdio') assert.equal(new URL(transport.url).host, HTTP_SETTINGS.http.default)
  }
})
