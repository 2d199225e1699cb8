/** Brings artifacts to the home of their task, and inputs from there, each going on where a cut connection left it. */
import { createHash } from 'node:crypto'
import type { Artifact, InputReference } from '../../core/artifact.ts'
import { RunnerMeshError } from '../../core/errors.ts'
import type { ArtifactStore } from '../../core/ports/artifact-store.ts'
import type { ArtifactFault, RunInput } from '../../core/ports/executor.ts'
import type { AttemptKey } from '../../core/ports/log-store.ts'
import type { InputContent } from '../../core/ports/output-desk.ts'
import { atHome, isFinal, type DeliveryDeps } from './home-delivery.ts'

/** Hears how many bytes of all the home has, and which file is on its way. */
export type DeliveryNotice = (path: string, sent: number, total: number) => void

/**
 * @returns those that the home does not take, and why
 * @throws the signal's reason when it was given up
 */
export async function deliverArtifacts(
  deps: DeliveryDeps & { readonly artifacts: ArtifactStore },
  key: AttemptKey,
  artifacts: readonly Artifact[],
  signal: AbortSignal,
  notify: DeliveryNotice = () => undefined,
): Promise<readonly ArtifactFault[]> {
  const faults: ArtifactFault[] = []
  const total = artifacts.reduce((sum, { bytes }) => sum + bytes, 0)
  let before = 0
  for (const artifact of artifacts) {
    const tell = (offset: number): void => notify(artifact.path, before + offset, total)
    try {
      await atHome(deps, key.taskId, signal, async (desk) => {
        const intake = await desk.openArtifact(key, artifact, signal)
        let { offset } = intake
        tell(offset)
        try {
          if (offset < artifact.bytes) {
            const content = await deps.artifacts.read(artifact.sha256, intake.offset)
            if (content === undefined) throw new RunnerMeshError('bad_request', 'Its content is not here any more.')
            for await (const piece of content) {
              await intake.write(piece)
              offset += piece.length
              tell(offset)
            }
          }
          await intake.finish()
        } finally {
          await intake.close()
        }
      })
    } catch (error) {
      signal.throwIfAborted()
      if (!isFinal(error)) throw error
      faults.push({ path: artifact.path, message: error.message })
    }
    before += artifact.bytes
  }
  return faults
}

/** One input of the task, fetched as it is read. */
export function inputFromHome(deps: DeliveryDeps, key: AttemptKey, { name }: InputReference, index: number): RunInput {
  return {
    name,
    open: async (signal) => {
      const open = (offset: number): Promise<InputContent> =>
        atHome(deps, key.taskId, signal, (desk) => desk.openInput(key, index, offset, signal))
      const first = await open(0)
      return { bytes: first.artifact.bytes, content: wholeInput(first, open, signal) }
    },
  }
}

/** @throws RunnerMeshError signature_invalid when what comes is not what was announced */
async function* wholeInput(
  first: InputContent,
  open: (offset: number) => Promise<InputContent>,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const { bytes, sha256 } = first.artifact
  const hash = createHash('sha256')
  let offset = 0
  for (let { content } = first; ; { content } = await open(offset)) {
    try {
      for await (const piece of content) {
        hash.update(piece)
        offset += piece.length
        yield piece
      }
    } catch (error) {
      signal.throwIfAborted()
      if (!(error instanceof RunnerMeshError) || error.code !== 'peer_unreachable') throw error
    }
    if (offset >= bytes) break
  }
  if (offset === bytes && hash.digest('hex') === sha256) return
  throw new RunnerMeshError('signature_invalid', `What came for ${first.artifact.path} is not what its SHA-256 says.`)
}
