/** A file is named after its subject, not after its kind. */
import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { resolve } from 'node:path'
import test from 'node:test'

const SRC = resolve(import.meta.dirname, '..', '..', 'src')
const SAY_NOTHING =
  /^(?:utils?|helpers?|commons?|lib|misc|managers?|services?|processors?|data|infos?|types|interfaces|index)$/
const KEBAB_CASE = /^[a-z0-9]+(?:-[a-z0-9]+)*(?:\.d)?$/

const names = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .filter((path) => !path.endsWith('.md'))
  .map((path) => ({ path, parts: path.replace(/\.(?:ts|sql|html|css|json|svg)$/, '').split('/') }))

test('no file or folder of src has a name that says nothing', () => {
  const found = names.filter(({ parts }) => parts.some((part) => SAY_NOTHING.test(part)))
  assert.deepEqual(
    found.map(({ path }) => path),
    [],
  )
})

test('files and folders of src are named in kebab-case', () => {
  const found = names.filter(({ parts }) => !parts.every((part) => KEBAB_CASE.test(part)))
  assert.deepEqual(
    found.map(({ path }) => path),
    [],
  )
})
