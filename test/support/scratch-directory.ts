/** A directory for one test, gone with it. */
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const MEMORY = '/dev/shm'

export interface ScratchDirectory extends AsyncDisposable {
  readonly path: string
}

/** @param on `memory` for tests that make thousands and prove nothing about disks, where the machine has such a place */
export async function scratchDirectory(on: 'disk' | 'memory' = 'disk'): Promise<ScratchDirectory> {
  const path = await mkdtemp(join(on === 'memory' && existsSync(MEMORY) ? MEMORY : tmpdir(), 'runner-mesh-test-'))
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) }
}
