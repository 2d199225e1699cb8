/** Names of images and repositories in the one long form that policies are written for, and the patterns over them. */

/** The first part of an image's name is a host when it has a dot or a port or is `localhost`: Docker's own rule. */
const HOST = /^(?:localhost|[^/]*[.:][^/]*)$/

export interface ImageName {
  /** With registry, without tag and digest: `docker.io/library/alpine`, `ghcr.io/owner/name`, `127.0.0.1:5000/name`. */
  readonly name: string
  /** Whether it is fixed by its digest. */
  readonly pinned: boolean
}

export function imageName(reference: string): ImageName {
  const [named = '', digest] = reference.split('@')
  const colon = named.indexOf(':', named.lastIndexOf('/') + 1)
  const name = colon === -1 ? named : named.slice(0, colon)
  const slash = name.indexOf('/')
  const long =
    slash > 0 && HOST.test(name.slice(0, slash)) ? name : `docker.io/${slash === -1 ? 'library/' : ''}${name}`
  return { name: long.replace(/^index\.docker\.io\//, 'docker.io/'), pinned: digest !== undefined }
}

/** `github.com/owner/name` in small letters, as GitHub compares them, whichever way the task wrote it. */
export function repositoryName(url: string): string {
  const name = url.replace(/^https:\/\//, '').replace(/\.git$/, '')
  return (name.split('/').length > 2 ? name : `github.com/${name}`).toLowerCase()
}

/** Registries to which anybody may publish. */
const PUBLIC_REGISTRIES = [
  'docker.io',
  'ghcr.io',
  'quay.io',
  'public.ecr.aws',
  'gcr.io',
  'registry.gitlab.com',
  'mcr.microsoft.com',
  'registry.k8s.io',
]

export function isPublicImage(name: string): boolean {
  return PUBLIC_REGISTRIES.includes(name.slice(0, name.indexOf('/')))
}

/** A pattern for image names in its long form: `alpine` means Docker Hub's, `ghcr.io/owner/**` everything of an owner. */
export function imagePattern(pattern: string): string {
  if (pattern === '*' || pattern === '**') return '**'
  const first = pattern.includes('/') ? pattern.slice(0, pattern.indexOf('/')) : ''
  if (first.includes('*') || HOST.test(first)) return pattern
  return `docker.io/${first === '' ? 'library/' : ''}${pattern}`
}

/** `owner/*` means GitHub's, `*` any. */
export function repositoryPattern(pattern: string): string {
  if (pattern === '*' || pattern === '**') return '**'
  return (pattern.split('/').length > 2 || pattern.includes('**') ? pattern : `github.com/${pattern}`).toLowerCase()
}

const compiled = new Map<string, RegExp>()
const MOST_COMPILED = 4096

/** `*` stands for any characters of one part between slashes, `**` for any characters. */
export function matchesPattern(pattern: string, name: string): boolean {
  let regex = compiled.get(pattern)
  if (regex === undefined) {
    const source = pattern
      .split(/(\*+)/)
      .map((part) =>
        part === '*' ? '[^/]*' : part.startsWith('**') ? '.*' : part.replace(/[\\^$.|?+()[\]{}]/g, '\\$&'),
      )
      .join('')
    regex = new RegExp(`^${source}$`)
    // Peers send patterns: what they can make us keep is bounded.
    if (compiled.size >= MOST_COMPILED) compiled.clear()
    compiled.set(pattern, regex)
  }
  return regex.test(name)
}
