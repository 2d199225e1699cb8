/** What a refused pull means and what to do about it. The engine passes registries' texts on; there is no error code. */
import type { TaskReason } from '../../core/task.ts'
import type { ImageReference } from './image-reference.ts'

export interface PullFault {
  readonly reason: Extract<TaskReason, 'pull' | 'disk'>
  /** One line: which image, what is wrong, what to do. */
  readonly message: string
  /** Set when the same pull may succeed in a while. */
  readonly retry?: 'soon' | 'rate_limited'
  /** Set when another host may have the image, or get it. */
  readonly hostFault?: true
}

interface Rule {
  readonly texts: RegExp
  readonly reason?: PullFault['reason']
  readonly retry?: PullFault['retry']
  readonly hostFault?: true
  readonly say: (image: ImageReference, platform: string) => string
}

/** The first rule that matches counts. */
const RULES: readonly Rule[] = [
  {
    texts: /toomanyrequests|429 too many requests|rate limit/i,
    retry: 'rate_limited',
    say: ({ registry }) =>
      `${registry} limits the rate of pulls. Try later, or give this runner credentials for ${registry}.`,
  },
  {
    texts: /no matching manifest for|does not match the (?:specified|detected) .*platform/i,
    say: (_image, platform) =>
      `it has no build for ${platform}. Name an image for ${platform}, or require another arch.`,
  },
  {
    texts: /no space left on device|disk quota exceeded/i,
    reason: 'disk',
    hostFault: true,
    say: () => 'the disk of the engine is full. Free some space on this machine.',
  },
  {
    texts:
      /pull access denied|repository .*does not exist|name unknown|manifest unknown|manifest for .* not found|not found/i,
    say: ({ registry }) =>
      `${registry} has no such image or tag, or keeps it private. Check the name, or give this runner credentials for ${registry}.`,
  },
  {
    texts: /unauthorized|authentication required|no basic auth|denied|forbidden/i,
    hostFault: true,
    say: ({ registry }) => `${registry} refuses this runner. Give it credentials for ${registry}.`,
  },
  {
    texts: /server gave HTTP response to HTTPS client|x509|certificate/i,
    hostFault: true,
    say: ({ registry }) =>
      `the connection to ${registry} cannot be trusted. Give the registry a certificate that the engine accepts.`,
  },
  {
    texts:
      /received unexpected HTTP status: 5\d\d|\b50[0234]\b|bad gateway|service unavailable|gateway time-?out|internal server error/i,
    retry: 'soon',
    say: ({ registry }) => `${registry} is out of order. Try later.`,
  },
  {
    texts:
      /no such host|server misbehaving|connection refused|connection reset|network is unreachable|no route to host|timeout|deadline exceeded|\bEOF\b|broken pipe|temporary failure|request canceled/i,
    retry: 'soon',
    say: ({ registry }) => `${registry} cannot be reached from this machine. Check its network and name server.`,
  },
]

/**
 * @param text the engine's sentence
 * @param platform of this machine, such as linux/amd64
 */
export function pullFaultOf(image: ImageReference, text: string, platform: string): PullFault {
  const rule = RULES.find(({ texts }) => texts.test(text))
  return {
    reason: rule?.reason ?? 'pull',
    message: `Cannot pull ${image.full}: ${rule?.say(image, platform) ?? text}`,
    ...(rule?.retry === undefined ? {} : { retry: rule.retry }),
    // What may pass in a while here may be well there.
    ...(rule?.hostFault === undefined && rule?.retry === undefined ? {} : { hostFault: true }),
  }
}

const WORKS_ON: Readonly<Record<string, readonly string[]>> = { amd64: ['386'], arm64: ['arm'] }

/** @returns undefined when a machine of this platform runs the image */
export function findPlatformFault(
  image: { readonly name: string; readonly os: string; readonly arch: string },
  machine: { readonly os: string; readonly arch: string },
): PullFault | undefined {
  const sameOs = image.os === '' || image.os === machine.os
  const sameArch =
    image.arch === '' || image.arch === machine.arch || WORKS_ON[machine.arch]?.includes(image.arch) === true
  if (sameOs && sameArch) return undefined
  const [has, runs] = [`${image.os}/${image.arch}`, `${machine.os}/${machine.arch}`]
  return {
    reason: 'pull',
    message: `Image ${image.name} is built for ${has}, this machine runs ${runs}. Name an image for ${runs}, or require arch ${image.arch}.`,
  }
}
