import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkReadiness } from '../../../src/dashboard/readiness.ts'

test('a peer is ready when nothing that it needs is missing, and says what is', async () => {
  const store = { name: 'store', problem: () => undefined }
  const executor = { name: 'executor', optional: true, problem: () => 'No Docker Engine answers.' } as const
  assert.deepEqual(await checkReadiness([store, executor]), {
    status: 'ready',
    checks: [
      { name: 'store', ok: true },
      { name: 'executor', ok: false, problem: 'No Docker Engine answers.' },
    ],
  })
  const closed = { name: 'store', problem: () => Promise.reject(new Error('The store is closed.')) }
  assert.deepEqual(await checkReadiness([closed, executor]), {
    status: 'not_ready',
    checks: [
      { name: 'store', ok: false, problem: 'The store is closed.' },
      { name: 'executor', ok: false, problem: 'No Docker Engine answers.' },
    ],
  })
})
