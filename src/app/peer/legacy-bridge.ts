/** The bridge to nodes of the predecessor. Off unless its setting says otherwise, and never without the token. */
import { join } from 'node:path'
import type { Links } from '../../coordinator/links.ts'
import { pinPayload } from '../../coordinator/pinning.ts'
import { SUBMISSION } from '../../coordinator/submission.ts'
import { RunnerMeshError } from '../../core/errors.ts'
import type { Operations } from '../../core/operations/invoke.ts'
import type { Startable } from '../../core/ports/clock.ts'
import type { TaskPins } from '../../core/ports/task-pins.ts'
import { openClaimedTasks } from '../claimed-tasks-file.ts'
import { findSecret } from '../secret-file.ts'
import { VERSION } from '../version.ts'
import type { Ground } from './ground.ts'
import type { HomeParts } from './home-parts.ts'
import { MEMBER_ACCESS } from './member-access.ts'
import type { MeshParts } from './mesh-parts.ts'
import type { WorkerParts } from './worker-parts.ts'

export interface LegacyBridgeDeps {
  readonly ground: Ground
  readonly homeParts: HomeParts
  readonly meshParts: MeshParts
  readonly operations: Operations
  readonly worker: WorkerParts | undefined
  /** Where the worker finds the homes it claims at. */
  readonly links: Links
  readonly pins: TaskPins
}

/** What a claim asks of registries ends by their own time limits. */
const NEVER = new AbortController().signal

/**
 * To be called before the mesh starts.
 * @returns what is to be started after the mesh, and stopped before it
 * @throws RunnerMeshError config_invalid when there is no token, store_corrupt
 */
export async function openLegacyBridge({
  ground,
  homeParts: { home },
  meshParts: { mesh, peers },
  operations,
  worker,
  links,
  pins,
}: LegacyBridgeDeps): Promise<Startable> {
  const { config, stateDir, clock, random, log } = ground
  if (config.legacy === 'off') return NOTHING
  const token = await findToken(ground)
  const secret = config.legacyEncrypt ? (config.legacyEncryptionKey ?? token) : undefined
  const { createPromptSeal } = await import('../../peers/legacy/prompt-seal.ts')
  const prompts = createPromptSeal(secret, { clock, random })
  if (config.legacy !== 'work' && home !== undefined) {
    const { LegacyWork } = await import('../../coordinator/legacy-work.ts')
    const { openLegacyDoor } = await import('../../peers/legacy/legacy-door.ts')
    openLegacyDoor({
      ...{ self: mesh.self, version: VERSION, streams: mesh.legacy, token, operations, prompts, clock, log },
      access: MEMBER_ACCESS,
      work: new LegacyWork({ home, peers, clock, random }),
      ownTypes: () => worker?.types() ?? [],
    })
  }
  if (config.legacy === 'serve' || worker === undefined) return NOTHING
  const { createLegacyNodes } = await import('../../peers/legacy/legacy-nodes.ts')
  return createLegacyNodes({
    ...{ self: mesh.self, streams: mesh.legacy, token, prompts, clock, random, log },
    claimed: await openClaimedTasks(join(stateDir, 'legacy-tasks.json')),
    submission: { signer: mesh.signer, meshIds: mesh.meshIds, clock, random, settings: SUBMISSION },
    pin: (type, payload) => pinPayload(type, payload, pins, NEVER),
    onLink: (link) => {
      links.add(link)
    },
    onReady: (link, notice) => {
      worker.heard(link, notice)
    },
  })
}

const NOTHING: Startable = { start: () => Promise.resolve(), stop: () => Promise.resolve() }

async function findToken({ config, stateDir }: Ground): Promise<string> {
  const path = config.legacyTokenFile ?? join(stateDir, 'legacy.token')
  const token = config.legacyToken ?? (await findSecret(path))
  if (token !== undefined && token !== '') return token
  throw new RunnerMeshError(
    'config_invalid',
    `legacy is ${config.legacy} and there is no token for it. Set RUNNER_MESH_LEGACY_TOKEN or write it to ${path}.`,
  )
}
