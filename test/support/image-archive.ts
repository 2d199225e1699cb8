/**
 * A container image made of bytes at hand, as the archive that `docker load` reads. The same content always has the same
 * image id: nothing in it depends on when or where it was made.
 * @see https://github.com/moby/docker-image-spec/blob/main/spec.md
 */
import { createHash } from 'node:crypto'
import tar from 'tar-stream'

export interface ImageFile {
  /** Without a leading slash. */
  readonly name: string
  readonly content?: Uint8Array
  readonly linkTo?: string
  readonly directory?: boolean
  readonly mode?: number
}

export interface ImageConfig {
  readonly Cmd?: readonly string[]
  readonly Entrypoint?: readonly string[]
  readonly Env?: readonly string[]
  readonly User?: string
  readonly WorkingDir?: string
  readonly Labels?: Readonly<Record<string, string>>
}

export interface ImageArchive {
  /** `sha256:…`, as the engine will call it. */
  readonly imageId: string
  readonly archive: Buffer
}

/** @param architecture in Go's words, such as amd64 or arm64 */
export async function imageArchive(
  tag: string,
  architecture: string,
  config: ImageConfig,
  files: readonly ImageFile[],
): Promise<ImageArchive> {
  const layer = await tarOf(files)
  const description = Buffer.from(
    JSON.stringify({
      architecture,
      os: 'linux',
      created: '2020-01-01T00:00:00Z',
      config,
      rootfs: { type: 'layers', diff_ids: [`sha256:${sha256(layer)}`] },
      history: [{ created: '2020-01-01T00:00:00Z', created_by: 'runner-mesh test image' }],
    }),
  )
  const id = sha256(description)
  const manifest = [{ Config: `${id}.json`, RepoTags: [tag], Layers: ['layer.tar'] }]
  const archive = await tarOf([
    { name: `${id}.json`, content: description },
    { name: 'layer.tar', content: layer },
    { name: 'manifest.json', content: Buffer.from(JSON.stringify(manifest)) },
  ])
  return { imageId: `sha256:${id}`, archive }
}

/** An uncompressed tar whose entries all belong to root and carry the same old date. */
async function tarOf(files: readonly ImageFile[]): Promise<Buffer> {
  const pack = tar.pack()
  const date = new Date('2020-01-01T00:00:00Z')
  for (const file of files) {
    if (file.directory === true)
      pack.entry({ name: file.name, type: 'directory', mode: file.mode ?? 0o755, mtime: date })
    else if (file.linkTo !== undefined)
      pack.entry({ name: file.name, type: 'symlink', linkname: file.linkTo, mtime: date })
    else pack.entry({ name: file.name, mode: file.mode ?? 0o644, mtime: date }, Buffer.from(file.content ?? []))
  }
  pack.finalize()
  const chunks: Buffer[] = []
  for await (const chunk of pack) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}
