/** A short run of chaos: longer ones are `npm run chaos`. That its checker turns red is proven by forged histories. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { test } from 'node:test'

const ROOT = join(import.meta.dirname, '..', '..', '..')

test('what was promised holds while peers are killed, frozen and cut off', { timeout: 330_000 }, async (context) => {
  const args = ['test/chaos/main.ts', '--minutes', process.env['RUNNER_MESH_TEST_CHAOS_MINUTES'] ?? '0.35']
  const { code, output } = await new Promise<{ code: number; output: string }>((resolve) => {
    execFile(process.execPath, args, { cwd: ROOT }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : 1, output: `${stdout}${stderr}` })
    })
  })
  assert.equal(code, 0, output)
  const figure = (name: string) => Number(new RegExp(`\\| ${name} \\| (\\d+) \\|`).exec(output)?.[1])
  assert(figure('settled') > 0 && figure('faults') > 0, output)
  assert.equal(figure('settled'), figure('acknowledged'))
  context.diagnostic(output)
})
