import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'

const MEGABYTES = 1_048_576
const SOURCE = join(import.meta.dirname, '../../../src/app/young-generation.ts')

/** How large the young generation of a process becomes in which much is made and some of it stays for a while. */
async function youngBytes(first: string): Promise<number> {
  const script = `
    import { getHeapSpaceStatistics } from 'node:v8'
    ${first}
    let kept = []
    for (let made = 0; made < 4_000_000; made += 1) {
      kept.push({ made, list: [made] })
      if (kept.length > 200_000) kept = kept.slice(100_000)
      if (made % 20_000 === 0) await new Promise((resolve) => setImmediate(resolve))
    }
    console.log(getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space').space_size)`
  const { stdout } = await promisify(execFile)(process.execPath, [
    // As large as it becomes by itself where there is memory enough.
    '--max-semi-space-size=32',
    '--input-type=module',
    '--eval',
    script,
  ])
  return Number(stdout)
}

test('the young generation of a busy peer stays at 32 MiB, which it would not by itself', async () => {
  const keep = `import { keepYoungGenerationSmall } from ${JSON.stringify(SOURCE)}\nkeepYoungGenerationSmall()`
  assert.equal(await youngBytes(keep), 32 * MEGABYTES)
  assert.equal(await youngBytes(''), 64 * MEGABYTES)
})
