/**
 * `npm run registry-schema [-- file]`: server.json against the schema that the MCP registry publishes under the address
 * in its `$schema`, or against a copy of it. It needs the network and is no part of `npm run check`, in which
 * test/unit/scripts/server-json.test.ts holds the file to a closed description of our own.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv } from 'ajv'
import formats from 'ajv-formats'
import { ROOT } from './setup/checkout.mjs'

/** @type {{ $schema: string }} */
const told = JSON.parse(readFileSync(join(ROOT, 'server.json'), 'utf8'))
const [copy] = process.argv.slice(2)
try {
  const faults = faultsUnder(await (copy === undefined ? fetchSchema() : readSchema(copy)))
  for (const fault of faults) process.stderr.write(`${fault}\n`)
  if (faults.length === 0) process.stdout.write(`server.json is valid: ${told.$schema}\n`)
  process.exitCode = faults.length === 0 ? 0 : 1
} catch (error) {
  process.stderr.write(
    `Not checked against ${copy ?? told.$schema}: ${error instanceof Error ? error.message : String(error)}\n`,
  )
  process.exitCode = 1
}

/**
 * @param {string} path
 * @returns {import('ajv').AnySchemaObject}
 */
function readSchema(path) {
  /** @type {import('ajv').AnySchemaObject} */
  const schema = JSON.parse(readFileSync(path, 'utf8'))
  return schema
}

/** @returns {Promise<import('ajv').AnySchemaObject>} */
async function fetchSchema() {
  const answer = await fetch(told.$schema)
  if (!answer.ok) throw new Error(`${told.$schema} answered ${String(answer.status)}.`)
  return /** @type {import('ajv').AnySchemaObject} */ (await answer.json())
}

/**
 * @param {import('ajv').AnySchemaObject} schema
 * @returns {string[]}
 */
function faultsUnder(schema) {
  if (schema['$id'] !== told.$schema) throw new Error(`its schema is ${String(schema['$id'])}, not ${told.$schema}.`)
  // It carries words of OpenAPI that JSON Schema does not know.
  const ajv = new Ajv({ strict: false, allErrors: true })
  formats.default(ajv, ['uri', 'uri-template'])
  const isValid = ajv.compile(schema)
  if (isValid(told) === true) return []
  return (isValid.errors ?? []).map(({ instancePath, message = '' }) => `server.json${instancePath}: ${message}`)
}
