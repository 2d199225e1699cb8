/** A short run over a shared home; longer ones are `npm run chaos -- --shared-home`. Its checker is that of test/chaos. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { test } from 'node:test'

const ROOT = join(import.meta.dirname, '..', '..', '..')

test(
  'two peers with one database, a home alone and four workers keep what was promised while all of them are killed and cut off',
  { timeout: 900_000 },
  async (context) => {
    const seconds = process.env['RUNNER_MESH_TEST_SHARED_HOME_SECONDS'] ?? '30'
    const args = ['test/shared-home/main.ts', '--seconds', seconds]
    const { isGood, output } = await new Promise<{ isGood: boolean; output: string }>((resolve) => {
      execFile(process.execPath, args, { cwd: ROOT }, (error, stdout, stderr) => {
        resolve({ isGood: error === null, output: `${stdout}${stderr}` })
      })
    })
    assert(isGood, output)
    const figure = (name: string) => Number(new RegExp(`\\| ${name} \\| (\\d+) \\|`).exec(output)?.[1])
    assert(figure('settled') > 0 && figure('faults') > 0, output)
    context.diagnostic(output)
  },
)
