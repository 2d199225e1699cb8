/** The bridge to nodes of the predecessor. Off unless its setting says otherwise, and never without the token. */
import { join } from 'node:path'
import { LegacyWork } from '../../coordinator/legacy-work.ts'
import { RunnerMeshError } from '../../core/errors.ts'
import type { Operations } from '../../core/operations/invoke.ts'
import { openLegacyDoor } from '../../peers/legacy/legacy-door.ts'
import { createPromptSeal } from '../../peers/legacy/prompt-seal.ts'
import { findSecret } from '../secret-file.ts'
import { VERSION } from '../version.ts'
import type { Ground } from './ground.ts'
import type { HomeParts } from './home-parts.ts'
import type { MeshParts } from './mesh-parts.ts'
import type { WorkerParts } from './worker-parts.ts'

export interface LegacyBridgeDeps {
  readonly ground: Ground
  readonly homeParts: HomeParts
  readonly meshParts: MeshParts
  readonly operations: Operations
  readonly worker: WorkerParts | undefined
}

/**
 * To be called before the mesh starts.
 * @throws RunnerMeshError config_invalid when there is no token
 */
export async function openLegacyBridge({
  ground,
  homeParts: { home },
  meshParts: { mesh, peers },
  operations,
  worker,
}: LegacyBridgeDeps): Promise<void> {
  const { config, clock, random, log } = ground
  if (config.legacy === 'off') return
  const token = await findToken(ground)
  const secret = config.legacyEncrypt ? (config.legacyEncryptionKey ?? token) : undefined
  const prompts = createPromptSeal(secret, { clock, random })
  if (config.legacy !== 'work' && home !== undefined) {
    openLegacyDoor({
      ...{ self: mesh.self, version: VERSION, streams: mesh.legacy, token, operations, prompts, clock, log },
      work: new LegacyWork({ home, peers, clock, random }),
      ownTypes: () => worker?.types() ?? [],
    })
  }
}

async function findToken({ config, stateDir }: Ground): Promise<string> {
  const path = config.legacyTokenFile ?? join(stateDir, 'legacy.token')
  const token = config.legacyToken ?? (await findSecret(path))
  if (token !== undefined && token !== '') return token
  throw new RunnerMeshError(
    'config_invalid',
    `legacy is ${config.legacy} and there is no token for it. Set RUNNER_MESH_LEGACY_TOKEN or write it to ${path}.`,
  )
}
