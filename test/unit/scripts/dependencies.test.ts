import assert from 'node:assert/strict'
import test from 'node:test'
import { isInstalled } from '../../../scripts/setup/dependencies.mjs'

const A = { version: '1.0.0', integrity: 'sha512-a' }
const OTHER_PLATFORM = { version: '2.0.0', integrity: 'sha512-b', optional: true }
const LOCKED = { '': {}, 'node_modules/a': A, 'node_modules/other-platform': OTHER_PLATFORM }

test('what npm installed from the lockfile matches it, packages of other platforms apart', () => {
  assert.equal(isInstalled(LOCKED, { 'node_modules/a': A }), true)
  assert.equal(isInstalled(LOCKED, { 'node_modules/a': A, 'node_modules/other-platform': OTHER_PLATFORM }), true)
})

test('a missing, changed or left-over package is no match', () => {
  assert.equal(isInstalled(LOCKED, {}), false)
  assert.equal(isInstalled(LOCKED, { 'node_modules/a': { ...A, version: '1.0.1' } }), false)
  assert.equal(isInstalled(LOCKED, { 'node_modules/a': { ...A, integrity: 'sha512-c' } }), false)
  assert.equal(isInstalled(LOCKED, { 'node_modules/a': A, 'node_modules/gone': A }), false)
})
