/** What the documents call tools and arguments is what they are called, in the skill above all: an agent takes it literally. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { test } from 'node:test'
import { parse } from 'yaml'
import { z } from 'zod'
import { ROOT } from '../../../scripts/setup/checkout.mjs'
import { CATALOG, isOperationName } from '../../../src/core/operations/catalog.ts'
import { REASONS, STATUSES } from '../../../src/core/task.ts'
import { createCatalogTools } from '../../../src/mcp/tools/catalog-tools.ts'
import { ACCESS } from '../../../src/core/operations/operation.ts'
import { documents } from '../../support/documents.ts'

const SKILL = 'docs/skills/runner-mesh/SKILL.md'

/** @see https://agentskills.io/specification */
const frontMatter = z.strictObject({
  name: z
    .string()
    .max(64)
    .regex(/^[a-z0-9]+(?:-[a-z0-9]+)*$/),
  description: z.string().min(1).max(1024),
})

test('every operation that a document names is in the catalog', () => {
  const named = documents().flatMap(({ path, text }) =>
    [...text.matchAll(/\bp2p_[a-z_]+[a-z]\b/g)].map(([name]) => ({ path, name })),
  )
  assert.ok(named.length > 50, String(named.length))
  const prefixes = Object.keys(CATALOG)
  for (const { path, name } of named) {
    // `p2p_taskqueue_*` names all of them.
    assert.ok(isOperationName(name) || prefixes.some((one) => one.startsWith(`${name}_`)), `${path}: ${name}`)
  }
})

test('the skill is one that agents load, and its tools take the arguments and give the answers that it names', () => {
  const text = readFileSync(join(ROOT, SKILL), 'utf8')
  const [, yaml = '', body = ''] = /^---\n([^]*?)\n---\n([^]*)$/.exec(text) ?? []
  const { name } = frontMatter.parse(parse(yaml))
  assert.equal(name, basename(dirname(SKILL)), 'a skill is named after its folder')
  assert.ok(body.length < 20_000)

  const tools = createCatalogTools().visible({ set: 'all', readOnly: false }, new Set(ACCESS))
  const known = new Set<string>([...STATUSES, ...REASONS, 'insufficient_scope'])
  const learn = (schema: unknown): void => {
    if (typeof schema !== 'object' || schema === null) return
    for (const [key, value] of Object.entries(schema)) {
      if (key === 'properties') for (const field of Object.keys(value as object)) known.add(field)
      learn(value)
    }
  }
  for (const tool of tools) {
    known.add(tool.name)
    learn(tool.input)
    learn(tool.output)
  }
  for (const field of Object.keys(CATALOG.p2p_taskqueue_submit_docker_hub.input.shape)) known.add(field)
  const words = [...body.matchAll(/`([a-z_]+)`/g)].map(([, word = '']) => word)
  assert.ok(words.length > 15)
  for (const word of words) assert.ok(known.has(word), word)
})
