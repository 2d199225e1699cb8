/** The parts of an image reference, as the engine reads them. */

export interface ImageReference {
  /** Host and port, `docker.io` when none is named. */
  readonly registry: string
  /** As written, without tag and digest. */
  readonly name: string
  /** What `create` and `inspect` take. A digest wins over a tag. */
  readonly full: string
  /** What `pull` takes beside the name: the digest, else the tag, `latest` when none is named. */
  readonly version: string
}

/** The first part of a name is a host when it has a dot or a port or is `localhost`: Docker's own rule. */
const HOST = /^(?:localhost|[^/]*[.:][^/]*)$/

export function parseImageReference(image: string): ImageReference {
  const [named = '', digest] = image.split('@')
  const slash = named.lastIndexOf('/')
  const colon = named.indexOf(':', slash + 1)
  const name = colon === -1 ? named : named.slice(0, colon)
  const version = digest ?? (colon === -1 ? 'latest' : named.slice(colon + 1))
  const first = name.includes('/') ? name.slice(0, name.indexOf('/')) : ''
  return {
    registry: HOST.test(first) ? first : 'docker.io',
    name,
    full: digest === undefined ? `${name}:${version}` : `${name}@${digest}`,
    version,
  }
}

/** What a task names, at the digest it was accepted with. */
export function pinnedName({
  image,
  digest,
}: {
  readonly image: string
  readonly digest?: string | undefined
}): string {
  return digest === undefined || image.includes('@') ? image : `${parseImageReference(image).name}@${digest}`
}
