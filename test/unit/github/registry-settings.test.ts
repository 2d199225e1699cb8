import assert from 'node:assert/strict'
import { test } from 'node:test'
import { loadConfig } from '../../../src/app/config.ts'
import { lifetimeMs, refreshMs } from '../../../src/github/refresh-plan.ts'
import { HOUR, MINUTE, registryWorld } from '../../support/registry-world.ts'

test('peers whose comments begin otherwise find each other, and those of another beginning see no record', async () => {
  const { clock, comments, joined, peer } = registryWorld()
  const [a, b, other] = [await peer({ marker: 'team-mesh' }), await peer({ marker: 'team-mesh' }), await peer()]
  await joined(a, b, other)
  await clock.pass(5 * MINUTE)
  assert.deepEqual(
    comments()
      .map(({ body }) => body.split(':')[0])
      .toSorted(),
    ['<!-- p2p-peer-registry', '<!-- team-mesh', '<!-- team-mesh'],
  )
  assert.deepEqual([a.addressesFound(), b.addressesFound()], [[b.address], [a.address]])
  assert.deepEqual(other.addressesFound(), [])
  await Promise.all([a, b, other].map(({ registry }) => registry.stop()))
  assert.deepEqual(comments(), [])
})

test('an announcement is good for as long as is wished, and is written again after a third of it', async () => {
  const { clock, comments, joined, peer, operations } = registryWorld()
  const a = await peer({ expiryMs: 12 * MINUTE })
  await joined(a)
  const writes = () => operations().filter((each) => each.startsWith('issues/update-comment')).length
  await clock.pass(HOUR)
  assert.ok(writes() >= 13 && writes() <= 15, String(writes()))
  assert.equal(comments().length, 1)
  await a.registry.stop()
})

test('a fleet whose share does not suffice has longer expiries than it wishes', () => {
  assert.equal(lifetimeMs(1, 12 * MINUTE), 12 * MINUTE)
  assert.equal(lifetimeMs(1_000, 12 * MINUTE), lifetimeMs(1_000))
  assert.equal(lifetimeMs(1, 24 * HOUR), 24 * HOUR)
  for (const size of [1, 10, 100, 1_000]) {
    assert.ok((HOUR / refreshMs(size, 6 * MINUTE)) * size <= 370.1, String(size))
  }
})

test('both are settings, and what is none is refused by its name', () => {
  const config = loadConfig({ RUNNER_MESH_REGISTRY_MARKER: 'team-mesh', RUNNER_MESH_REGISTRY_EXPIRY_MINUTES: '12' })
  assert.deepEqual([config.registryMarker, config.registryExpiryMs], ['team-mesh', 12 * MINUTE])
  for (const [name, value] of [
    ['RUNNER_MESH_REGISTRY_MARKER', 'a --> b'],
    ['RUNNER_MESH_REGISTRY_EXPIRY_MINUTES', '5'],
  ] as const) {
    assert.throws(
      () => loadConfig({ [name]: value }),
      new RegExp(`registry-${name.endsWith('ER') ? 'marker' : 'expiry'}|${name}`),
    )
  }
})
