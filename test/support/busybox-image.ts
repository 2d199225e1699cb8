/**
 * A small Linux image made from this machine's static busybox, so that tests, benchmarks and the demo need no registry.
 * Its id is fixed by its content: loading it again changes nothing.
 */
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { arch } from 'node:process'
import type Docker from 'dockerode'
import { imageArchive, type ImageArchive, type ImageConfig, type ImageFile } from './image-archive.ts'

const PLACES = ['/bin/busybox', '/usr/bin/busybox']

/** Node's word for a processor → Go's, which images use. */
const GO_ARCH: Readonly<Record<string, string>> = { x64: 'amd64', arm64: 'arm64', arm: 'arm', ia32: '386' }

export interface BusyboxOptions {
  /** In place of `Cmd: ['sh']`. */
  readonly config?: ImageConfig
  /** In Go's words; a foreign one makes an image that this machine must refuse. */
  readonly architecture?: string
  /** Put beside busybox's own. */
  readonly files?: readonly ImageFile[]
}

/**
 * Makes sure that the engine has the busybox image under `tag`.
 * @returns its image id, `sha256:…`
 */
export async function ensureBusyboxImage(docker: Docker, tag: string, options: BusyboxOptions = {}): Promise<string> {
  const image = await busyboxArchive(tag, options)
  if ((await findImageId(docker, tag)) === image.imageId) return image.imageId
  await loadArchive(docker, image)
  const found = await findImageId(docker, tag)
  if (found !== image.imageId)
    throw new Error(`Loaded ${tag} as ${image.imageId}, the engine has ${found ?? 'nothing'}.`)
  return image.imageId
}

function busyboxArchive(tag: string, options: BusyboxOptions = {}): Promise<ImageArchive> {
  const architecture = options.architecture ?? GO_ARCH[arch] ?? arch
  const config = options.config ?? { Cmd: ['sh'] }
  return imageArchive(tag, architecture, { Env: ['PATH=/bin:/usr/bin:/sbin:/usr/sbin'], ...config }, [
    ...rootFiles(),
    ...(options.files ?? []),
  ])
}

async function loadArchive(docker: Docker, image: ImageArchive): Promise<void> {
  const answers = await docker.loadImage(Buffer.from(image.archive) as unknown as NodeJS.ReadableStream, {
    quiet: true,
  })
  let text = ''
  for await (const chunk of answers) text += String(chunk)
  if (text.includes('"error"')) throw new Error(`The engine did not load the image: ${text.trim()}`)
}

async function findImageId(docker: Docker, tag: string): Promise<string | undefined> {
  try {
    return (await docker.getImage(tag).inspect()).Id
  } catch (error) {
    if ((error as { statusCode?: number }).statusCode === 404) return undefined
    throw error
  }
}

function rootFiles(): ImageFile[] {
  const busybox = PLACES.find((place) => existsSync(place))
  if (busybox === undefined) throw new Error('No busybox on this machine. Install the package busybox-static.')
  const applets = execFileSync(busybox, ['--list'], { encoding: 'utf8' }).split('\n').filter(Boolean)
  const text = (lines: readonly string[]) => Buffer.from(lines.map((line) => `${line}\n`).join(''))
  return [
    { name: 'bin/', directory: true },
    { name: 'etc/', directory: true },
    { name: 'root/', directory: true, mode: 0o700 },
    { name: 'tmp/', directory: true, mode: 0o1777 },
    { name: 'etc/passwd', content: text(['root:x:0:0:root:/root:/bin/sh', 'nobody:x:65534:65534:nobody:/:/bin/sh']) },
    { name: 'etc/group', content: text(['root:x:0:', 'nogroup:x:65534:']) },
    { name: 'bin/busybox', content: readFileSync(busybox), mode: 0o755 },
    ...applets.filter((applet) => applet !== 'busybox').map((applet) => ({ name: `bin/${applet}`, linkTo: 'busybox' })),
  ]
}
