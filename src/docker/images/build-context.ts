/**
 * The context of a build, taken out of a repository's tar: the files below the context path alone, without what
 * `.dockerignore` keeps out. The tar is a stranger's. It is spooled to disk under a cap, read once to look for the
 * Dockerfile and the patterns, and a second time to be passed on. Nothing of it is ever unpacked here.
 */
import { createReadStream, createWriteStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import tar from 'tar-stream'
import type { RepositoryFiles } from '../../core/ports/repository-source.ts'
import { ignoring } from './ignore-patterns.ts'

export interface ContextLimits {
  readonly maxBytes: number
  readonly maxEntries: number
}

/** Why a tar makes no context: its message is for people. */
export class ContextFault extends Error {
  override readonly name = 'ContextFault'
}

export interface BuildContext extends AsyncDisposable {
  /** The text of the Dockerfile; undefined when it is a link, or longer than one is. */
  readonly dockerfile: string | undefined
  /** An uncompressed tar. A reader that leaves before its end aborts the signal. */
  stream(signal: AbortSignal): NodeJS.ReadableStream
}

export interface ContextPaths {
  /** Relative to the repository; `.` is all of it. */
  readonly contextPath: string
  /** Relative to the context. */
  readonly dockerfilePath: string
}

/** Which part of a tar is the context. */
interface ContextPlace {
  readonly contextPath: string
  readonly leadingFolders: number
}

const DOCKERIGNORE = '.dockerignore'
const DOCKERIGNORE_BYTES = 65_536
const DOCKERFILE_BYTES = 1_048_576
const KINDS: ReadonlySet<string> = new Set(['file', 'contiguous-file', 'directory', 'symlink'])

/** @throws ContextFault; the signal's reason; whatever the tar itself fails with */
export async function openContext(
  { tar: repository, leadingFolders }: RepositoryFiles,
  paths: ContextPaths,
  limits: ContextLimits,
  signal: AbortSignal,
): Promise<BuildContext> {
  const folder = await mkdtemp(join(tmpdir(), 'runner-mesh-context-'))
  const dispose = () => rm(folder, { recursive: true, force: true })
  try {
    const spool = join(folder, 'repository.tar')
    await pipeline(capped(repository, limits.maxBytes), createWriteStream(spool), { signal })
    const dockerfile = partsOf(paths.dockerfilePath).join('/')
    const place = { contextPath: paths.contextPath, leadingFolders }
    const { isIgnored, text } = await look(spool, place, dockerfile, limits, signal)
    const isKept = (name: string) => name === dockerfile || name === DOCKERIGNORE || !isIgnored(name)
    return {
      dockerfile: text,
      stream: (given) => passOn(spool, place, isKept, given),
      [Symbol.asyncDispose]: dispose,
    }
  } catch (error) {
    await dispose()
    throw error
  }
}

async function* capped(bytes: AsyncIterable<Uint8Array>, maxBytes: number): AsyncGenerator<Uint8Array> {
  let seen = 0
  for await (const chunk of bytes) {
    seen += chunk.length
    if (seen > maxBytes)
      throw new ContextFault(`The repository is larger than the ${mib(maxBytes)} MiB this runner builds from.`)
    yield chunk
  }
}

/** Reads the spool through: is it all we allow, is the Dockerfile there, what is to be left out? */
async function look(
  spool: string,
  place: ContextPlace,
  dockerfile: string,
  limits: ContextLimits,
  signal: AbortSignal,
): Promise<{ readonly isIgnored: (path: string) => boolean; readonly text: string | undefined }> {
  const seen = { entries: 0, inContext: 0, dockerfiles: 0, patterns: '', text: undefined as string | undefined }
  await eachEntry(spool, signal, async (header, content) => {
    seen.entries += 1
    if (seen.entries > limits.maxEntries) {
      throw new ContextFault(`The repository has more than ${limits.maxEntries} files.`)
    }
    const name = nameInContext(header, place)
    if (name === undefined) return
    seen.inContext += 1
    if (name === dockerfile && header.type !== 'directory') {
      seen.dockerfiles += 1
      const isRead = header.type === 'file' && (header.size ?? 0) <= DOCKERFILE_BYTES
      seen.text = isRead ? await textOf(content, DOCKERFILE_BYTES) : undefined
    }
    if (name === DOCKERIGNORE && header.type === 'file') seen.patterns = await textOf(content, DOCKERIGNORE_BYTES)
  })
  const where = `${quote(place.contextPath)} of the repository at this commit`
  if (seen.inContext === 0) throw new ContextFault(`There is no folder ${where}. Check context_path.`)
  if (seen.dockerfiles === 0) {
    throw new ContextFault(`There is no ${quote(dockerfile)} in ${where}. Check dockerfile_path.`)
  }
  return { isIgnored: ignoring(seen.patterns), text: seen.text }
}

function passOn(
  spool: string,
  place: ContextPlace,
  isKept: (name: string) => boolean,
  signal: AbortSignal,
): NodeJS.ReadableStream {
  const pack = tar.pack()
  const pass = eachEntry(spool, signal, async (header, content) => {
    const name = nameInContext(header, place)
    if (name === undefined || name === '' || !isKept(name)) return
    const renamed = { ...header, name, pax: null }
    // Only files have content; of others the header alone is written.
    if (header.type !== 'file' && header.type !== 'contiguous-file') pack.entry(renamed)
    else await pipeline(content, pack.entry(renamed))
  })
  pass.then(
    () => {
      pack.finalize()
    },
    (error: unknown) => {
      pack.destroy(error as Error)
    },
  )
  return pack
}

async function eachEntry(
  spool: string,
  signal: AbortSignal,
  visit: (header: tar.Headers, content: Readable) => Promise<void>,
): Promise<void> {
  const extract = tar.extract()
  extract.on('entry', (header, content: Readable, next) => {
    const ended = new Promise<void>((resolve) => content.on('end', resolve))
    visit(header, content)
      .then(() => {
        // What the visitor left unread stands in the way of the next entry.
        content.resume()
        return ended
      })
      .then(
        () => {
          next()
        },
        (error: unknown) => {
          next(error)
        },
      )
  })
  await pipeline(createReadStream(spool), extract, { signal })
}

/**
 * @returns the name below the context, `''` for the context itself, undefined for what lies outside
 * @throws ContextFault for what no repository holds: names that lead out, devices, hard links
 */
function nameInContext(header: tar.Headers, { contextPath, leadingFolders }: ContextPlace): string | undefined {
  const whole = partsOf(header.name)
  const parts = whole.slice(leadingFolders)
  if (header.name.startsWith('/') || whole.includes('..') || header.name.includes('\0')) {
    throw new ContextFault(`The repository holds a file whose name leads out of it: ${quote(header.name)}.`)
  }
  if (!KINDS.has(header.type ?? 'file')) {
    throw new ContextFault(
      `The repository holds ${quote(header.name)}, which is neither file, folder nor symbolic link.`,
    )
  }
  const context = partsOf(contextPath)
  if (!context.every((part, index) => parts[index] === part)) return undefined
  // The context path itself must be a folder: a link in its place leads who knows where.
  if (parts.length === context.length && header.type !== 'directory') return undefined
  return parts.slice(context.length).join('/')
}

function partsOf(path: string): string[] {
  return path.split('/').filter((part) => part !== '' && part !== '.')
}

async function textOf(content: Readable, maxBytes: number): Promise<string> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of content as AsyncIterable<Uint8Array>) {
    bytes += chunk.length
    if (bytes > maxBytes) throw new ContextFault(`${DOCKERIGNORE} is longer than ${maxBytes} bytes.`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
}

function quote(text: string): string {
  return JSON.stringify(text.length > 120 ? `${text.slice(0, 120)}…` : text)
}

function mib(bytes: number): number {
  return Math.floor(bytes / 1_048_576)
}
