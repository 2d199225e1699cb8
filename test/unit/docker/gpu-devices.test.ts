import assert from 'node:assert/strict'
import { chmod, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { systemClock } from '../../../src/app/system.ts'
import { findGpus, GpuDevices } from '../../../src/docker/containers/gpu-devices.ts'
import { scratchDirectory } from '../../support/scratch-directory.ts'

const [A, B] = ['GPU-aaaaaaaa-0000-1111-2222-333333333333', 'GPU-bbbbbbbb-0000-1111-2222-333333333333']

async function gpusBy(script: string): Promise<readonly string[]> {
  await using scratch = await scratchDirectory('memory')
  const tool = join(scratch.path, 'nvidia-smi')
  await writeFile(tool, `#!/bin/sh\n${script}\n`)
  await chmod(tool, 0o755)
  return await findGpus(`${scratch.path}:/bin:/usr/bin`, systemClock)
}

test('GPUs are found by their UUIDs, as the driver’s tool names them', async () => {
  assert.deepEqual(await gpusBy(`[ "$1" = --query-gpu=uuid ] && echo ${A} && echo ${B}`), [A, B])
  assert.deepEqual(await gpusBy(`echo "NVIDIA-SMI has failed"; echo ${A}; exit 9`), [])
  assert.deepEqual(await gpusBy('echo all; echo "GPU-x --privileged"'), [])
  assert.deepEqual(await findGpus('/nonexistent', systemClock), [])
})

test('a device has one holder, until that lets go', () => {
  const devices = new GpuDevices()
  devices.found([A, B])
  assert.equal(devices.count, 2)
  assert.deepEqual(devices.take('one', 1), [A])
  assert.deepEqual(devices.take('two', 2), [B])
  assert.deepEqual(devices.take('three', 1), [])
  devices.release('one')
  assert.deepEqual(devices.take('three', 1), [A])
})

test('what a container had before this process is not given to another', () => {
  const devices = new GpuDevices()
  devices.hold('adopted', [A])
  devices.found([A, B])
  assert.deepEqual(devices.take('new', 2), [B])
})
