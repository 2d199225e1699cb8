/** Tar streams: what a container leaves behind, and a repository that an image is built from. */
import { Readable } from 'node:stream'
import tar from 'tar-stream'
import { collectArtifacts } from '../../../src/docker/containers/artifact-collection.ts'
import { ContextFault, openContext } from '../../../src/docker/images/build-context.ts'
import type { EngineContainer } from '../../../src/docker/engine/engine-container.ts'
import type { RunObserver } from '../../../src/core/ports/executor.ts'
import { hold, piecesOf, type FuzzTarget } from '../engine/target.ts'

type Entry = Partial<tar.Headers> & { readonly name: string; readonly text?: string }

async function pack(entries: readonly Entry[]): Promise<Buffer> {
  const packed = tar.pack()
  for (const { text, ...header } of entries) packed.entry(header, text ?? '')
  packed.finalize()
  const chunks: Buffer[] = []
  for await (const chunk of packed) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

/** As a tar of the engine: the declared folder stands first, its files below it. */
const OUTPUT = await pack([
  { name: 'out/', type: 'directory' },
  { name: 'out/a.txt', text: 'a' },
  { name: 'out/../../etc/passwd', text: 'no' },
  { name: 'out/link', type: 'symlink', linkname: '/etc/shadow' },
  { name: 'out/hard', type: 'link', linkname: 'out/a.txt' },
  { name: 'out/dev', type: 'character-device' },
  { name: `out/${'deep/'.repeat(30)}b`, text: 'b' },
  { name: 'outside', text: 'no' },
])
const REPOSITORY = await pack([
  { name: 'Dockerfile', text: 'FROM scratch\n' },
  { name: '.dockerignore', text: '*.log\n!keep.log\n' },
  { name: 'a.log', text: 'no' },
  { name: 'src/', type: 'directory' },
  { name: 'src/a', text: 'a' },
  { name: 'src/link', type: 'symlink', linkname: '../../..' },
])
const HOSTILE = await pack([
  { name: 'Dockerfile', text: 'FROM scratch\n' },
  { name: '../../etc/cron.d/x', text: 'no' },
])
const WORDS = [
  'ustar\u000000',
  '../',
  '/',
  './',
  '\u00000',
  '\u00005',
  '\u00002',
  'x',
  'path=../../x\n',
  '12 size=99999\n',
  '30 mtime=1\n',
]

/** Headers carry a checksum: what is damaged gets a good one again, or nothing behind it would ever be reached. */
function mended(input: Uint8Array): Buffer {
  const bytes = Buffer.from(input)
  for (let at = 0; at + 512 <= bytes.length; at += 512) {
    const header = bytes.subarray(at, at + 512)
    if (header.toString('latin1', 257, 262) !== 'ustar') continue
    header.fill(32, 148, 156)
    const sum = header.reduce((total, byte) => total + byte, 0)
    header.write(`${sum.toString(8).padStart(6, '0')}\u0000 `, 148, 'latin1')
  }
  return bytes
}

function source(bytes: Uint8Array): Readable {
  return Readable.from(bytes.length > 2048 ? [bytes] : piecesOf(bytes))
}

/** What the tar library says of a tar that is none, or is cut. */
const NO_TAR =
  /^(?:Invalid tar header|Unexpected end of data|Invalid header|size exceeds|Key and|Premature close|Writable stream closed)/

export const artifactTar: FuzzTarget = {
  name: 'artifact-tar',
  form: 'bytes',
  largest: 16_384,
  seeds: [OUTPUT, OUTPUT.subarray(0, 700), Buffer.alloc(1024), Buffer.from('no tar')],
  words: WORDS,
  attempt: async (input) => {
    const taken: string[] = []
    let bytes = 0
    const observer: Pick<RunObserver, 'artifact'> = {
      artifact: async (path, _size, content) => {
        taken.push(path)
        for await (const chunk of content) bytes += chunk.length
      },
    }
    const container: Pick<EngineContainer, 'archive'> = { archive: () => Promise.resolve(source(mended(input))) }
    const faults = await collectArtifacts(container as EngineContainer, ['/work/out'], observer as RunObserver)
    hold(
      taken.every((path) => path === '/work/out' || (path.startsWith('/work/out/') && !path.includes('/../'))),
      'only what lies below the declared path is taken',
    )
    hold(new Set(taken).size === taken.length, 'each file is taken once')
    hold(bytes <= input.length, 'a tar holds no more than its bytes')
    hold(
      faults.length <= 32 && faults.every(({ path, message }) => !/\p{Cc}/u.test(path + message)),
      'faults are few and clean',
    )
    return `${Math.min(taken.length, 3)} taken, ${Math.min(faults.length, 3)} faults`
  },
}

export function openContextTar(): Promise<FuzzTarget> {
  const limits = { maxBytes: 65_536, maxEntries: 20 }
  return Promise.resolve({
    name: 'context-tar',
    form: 'bytes',
    largest: 16_384,
    seeds: [REPOSITORY, HOSTILE, OUTPUT, REPOSITORY.subarray(0, 2000), Buffer.alloc(1024)],
    words: WORDS,
    attempt: async (input) => {
      const repository = { tar: source(mended(input)), leadingFolders: 0 }
      const paths = { contextPath: '.', dockerfilePath: 'Dockerfile' }
      try {
        await using context = await openContext(repository, paths, limits, new AbortController().signal)
        const names = await namesIn(context.stream(new AbortController().signal))
        hold(names.includes('Dockerfile'), 'the Dockerfile is in the context')
        hold(
          names.every((name) => !name.startsWith('/') && !name.split('/').includes('..') && name !== ''),
          'no name leads out of the context',
        )
        hold(names.length <= limits.maxEntries, 'a context has no more entries than allowed')
        return `${Math.min(names.length, 4)} names`
      } catch (thrown) {
        if (thrown instanceof ContextFault) return thrown.message.replaceAll(/"(?:[^"\\]|\\.)*"/g, '…').slice(0, 60)
        if (thrown instanceof Error && NO_TAR.test(thrown.message)) return 'no tar'
        throw thrown
      }
    },
  })
}

async function namesIn(stream: NodeJS.ReadableStream): Promise<string[]> {
  const names: string[] = []
  const extract = tar.extract()
  extract.on('entry', ({ name }, content, next) => {
    names.push(name)
    content.on('end', next)
    content.resume()
  })
  await new Promise((resolve, reject) => {
    extract.on('finish', resolve)
    extract.on('error', reject)
    stream.on('error', reject)
    stream.pipe(extract)
  })
  return names
}
