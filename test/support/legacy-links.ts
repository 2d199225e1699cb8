/** A mesh node of ours that meets nodes of the predecessor, and the links it makes of them. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { openClaimedTasks } from '../../src/app/claimed-tasks-file.ts'
import { systemClock, systemRandom } from '../../src/app/system.ts'
import { SUBMISSION } from '../../src/coordinator/submission.ts'
import type { ReadyNotice } from '../../src/core/ports/link.ts'
import type { Mesh } from '../../src/core/ports/mesh.ts'
import { loadIdentity } from '../../src/mesh/identity.ts'
import { createLibp2pMesh } from '../../src/mesh/libp2p-mesh.ts'
import { newMeshKey, parseMeshKey } from '../../src/mesh/mesh-key.ts'
import type { LegacyLink } from '../../src/peers/legacy/legacy-link.ts'
import { createLegacyNodes } from '../../src/peers/legacy/legacy-nodes.ts'
import { createPromptSeal } from '../../src/peers/legacy/prompt-seal.ts'
import { RecordingLog } from './recording-log.ts'

export interface Heard {
  readonly home: string
  readonly notice: ReadyNotice
}

export interface LegacyMeeting {
  /** How full the nodes said their queues are. */
  readonly heard: readonly Heard[]
  readonly mesh: Mesh
  readonly log: RecordingLog
  /** The link of the next node that is met. */
  next(): Promise<LegacyLink>
}

export async function meetLegacyNodes(
  t: Pick<TestContext, 'after'>,
  { token, secret }: { readonly token: string; readonly secret?: string },
): Promise<LegacyMeeting> {
  const stateDir = await mkdtemp(join(tmpdir(), 'runner-mesh-links-'))
  const [clock, random, log] = [systemClock, systemRandom, new RecordingLog()]
  const mesh = await createLibp2pMesh({
    identity: await loadIdentity({ stateDir, random }),
    meshKeys: [parseMeshKey(newMeshKey(random))],
    ...{ listen: [], announce: [], clock, random, log },
    hello: () => ({ homes: [], features: ['test'], runnerName: 'meets nodes' }),
  })
  const met: LegacyLink[] = []
  const heard: Heard[] = []
  const waiting: ((link: LegacyLink) => void)[] = []
  const nodes = createLegacyNodes({
    ...{ self: mesh.self, streams: mesh.legacy, token, clock, random, log },
    claimed: await openClaimedTasks(join(stateDir, 'legacy-tasks.json')),
    prompts: createPromptSeal(secret, { clock, random }),
    submission: { signer: mesh.signer, meshIds: mesh.meshIds, clock, random, settings: SUBMISSION },
    pin: (_type, payload) => Promise.resolve(payload),
    onReady: (link, notice) => {
      heard.push({ home: link.homes[0] ?? '', notice })
    },
    onLink: (link) => {
      const next = waiting.shift()
      if (next === undefined) met.push(link)
      else next(link)
    },
  })
  await mesh.start()
  t.after(async () => {
    await nodes.stop()
    await mesh.stop()
    await rm(stateDir, { recursive: true, force: true })
  })
  return {
    mesh,
    log,
    heard,
    next: () => {
      const link = met.shift()
      return link === undefined ? new Promise((resolve) => waiting.push(resolve)) : Promise.resolve(link)
    },
  }
}
