import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'

const MEGABYTES = 1_048_576
const SOURCE = join(import.meta.dirname, '../../../src/app/young-generation.ts')

/** How large the young generation of a process becomes in which much is made and some of it stays for a while. */
async function youngBytes(first: string, isShrunk = false): Promise<number> {
  const script = `
    import { getHeapSpaceStatistics } from 'node:v8'
    ${first}
    const size = () => getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space').space_size
    const work = async () => {
      let kept = []
      for (let made = 0; made < 4_000_000; made += 1) {
        kept.push({ made, list: [made] })
        if (kept.length > 200_000) kept = kept.slice(100_000)
        if (made % 20_000 === 0) await new Promise((resolve) => setImmediate(resolve))
      }
    }
    await work()
    if (${String(isShrunk)}) {
      // What V8 does in a process that is idle.
      gc({ type: 'major', flavor: 'last-resort' })
      if (size() >= ${String(MEGABYTES * 32)}) throw new Error('It has not shrunk.')
      await new Promise((resolve) => setTimeout(resolve, 50))
      await work()
    }
    console.log(size())`
  const { stdout } = await promisify(execFile)(process.execPath, [
    // As large as it becomes by itself where there is memory enough.
    '--max-semi-space-size=32',
    '--expose-gc',
    '--input-type=module',
    '--eval',
    script,
  ])
  return Number(stdout)
}

const KEEP = `import { keepYoungGenerationSmall } from ${JSON.stringify(SOURCE)}\nkeepYoungGenerationSmall()`

test('the young generation of a busy peer stays at 32 MiB, which it would not by itself', async () => {
  assert.equal(await youngBytes(KEEP), 32 * MEGABYTES)
  assert.equal(await youngBytes(''), 64 * MEGABYTES)
})

test('after an idle time, in which it has shrunk, it grows to as much again', async () => {
  assert.equal(await youngBytes(KEEP, true), 32 * MEGABYTES)
})

test('texts that nobody needs lie beside it until they are collected, in a process that was started like any other', async () => {
  const script = `
    import { getHeapSpaceStatistics } from 'node:v8'
    import { collectYoungGeneration } from ${JSON.stringify(SOURCE)}
    const used = () => getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_large_object_space').space_used_size
    collectYoungGeneration()
    let made
    for (let times = 0; times < 6; times += 1) made = JSON.stringify(['x'.repeat(400_000)])
    made = undefined
    const before = used()
    collectYoungGeneration()
    console.log(JSON.stringify({ before, after: used(), exposed: 'gc' in globalThis }))`
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script])
  const { before, after, exposed } = JSON.parse(stdout) as { before: number; after: number; exposed: boolean }
  assert.ok(before > MEGABYTES, `${String(before)} bytes lay there`)
  assert.ok(after < MEGABYTES, `${String(after)} bytes are left`)
  assert.equal(exposed, false)
})
