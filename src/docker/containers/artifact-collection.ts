/**
 * Takes what a container has left out of it, after its end and before it is removed, as the tar the engine makes of each
 * declared path. The container stands still, the engine resolves its links inside of it alone, and of what the tar holds
 * only plain files below the declared path are taken: no link is followed, no device read.
 */
import { posix } from 'node:path'
import tar from 'tar-stream'
import { cleanLine } from '../../core/clean-text.ts'
import { errorText, RunnerMeshError } from '../../core/errors.ts'
import type { ArtifactFault, RunObserver } from '../../core/ports/executor.ts'
import type { EngineContainer } from '../engine/engine-container.ts'

/** Faults that are told; more of them say nothing new. */
const MOST_FAULTS = 32
/** Entries looked at for one declared path. */
const MOST_ENTRIES = 100_000
const MOST_PATH = 4096

/** @throws RunnerMeshError executor_unavailable; whatever a single file meets is among the faults */
export async function collectArtifacts(
  container: EngineContainer,
  paths: readonly string[],
  observer: RunObserver,
): Promise<readonly ArtifactFault[]> {
  const faults: ArtifactFault[] = []
  const fault = (path: string, message: string): void => {
    if (faults.length < MOST_FAULTS) faults.push({ path: cleanLine(path, MOST_PATH), message: cleanLine(message, 500) })
  }
  const taken = new Set<string>()
  for (const path of paths) {
    const archive = await container.archive(path)
    if (archive === undefined) {
      fault(
        path,
        'There was no such file or folder when the container ended. In a read-only container write below /artifacts.',
      )
      continue
    }
    try {
      await readArchive(archive, path, { take: observer.artifact?.bind(observer), taken, fault })
    } catch (error) {
      fault(path, error instanceof RunnerMeshError ? error.message : `It could not be read: ${errorText(error)}.`)
    } finally {
      ;(archive as NodeJS.ReadableStream & { destroy(): void }).destroy()
    }
  }
  return faults
}

interface Collection {
  readonly take: RunObserver['artifact']
  readonly taken: Set<string>
  readonly fault: (path: string, message: string) => void
}

/** @throws RunnerMeshError too_large, storage_low: nothing more of this path is read */
async function readArchive(
  archive: NodeJS.ReadableStream,
  declared: string,
  { take, taken, fault }: Collection,
): Promise<void> {
  const folder = posix.dirname(declared)
  let entries = 0
  const { promise: done, resolve, reject } = Promise.withResolvers<undefined>()
  const extract = tar.extract()
  extract.on('entry', (header, content, next) => {
    const path = posix.join(folder, header.name).replace(/\/$/, '')
    const skip = (): void => {
      content.on('end', next)
      content.resume()
    }
    entries += 1
    const isInside = path === declared || path.startsWith(`${declared}/`)
    if (entries > MOST_ENTRIES) reject(new RunnerMeshError('too_large', `More than ${MOST_ENTRIES} entries below it.`))
    else if (!isInside || path.length > MOST_PATH) {
      fault(path, 'Its name leads out of the declared path, or is too long.')
      skip()
    } else if (header.type === 'directory' || taken.has(path)) skip()
    else if (header.type !== 'file' && header.type !== 'contiguous-file') {
      fault(path, whatItIs(header.type))
      skip()
    } else {
      taken.add(path)
      Promise.resolve(take?.(path, header.size ?? 0, content as AsyncIterable<Uint8Array>)).then(
        () => next(),
        (error: unknown) => reject(error instanceof Error ? error : new Error(errorText(error))),
      )
    }
  })
  extract.on('finish', () => resolve(undefined))
  extract.on('error', reject)
  archive.on('error', reject)
  archive.pipe(extract)
  try {
    await done
  } finally {
    archive.unpipe(extract)
    extract.destroy()
  }
}

function whatItIs(type: string | null | undefined): string {
  if (type === 'symlink') return 'It is a symbolic link, and links are not followed. Name the file it leads to.'
  if (type === 'link')
    return 'It is a hard link to another file of the same folder, which is kept under its first name.'
  return 'It is no plain file.'
}
