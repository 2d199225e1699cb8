/**
 * Under which address the world sees this machine: an interface has it, the cloud knows it, or a service outside tells
 * from where it was called. It is a hint for others to dial, so a wrong one costs them one failed connection.
 */
import { BlockList, isIP, isIPv4 } from 'node:net'
import { networkInterfaces } from 'node:os'
import { SECOND } from '../../core/lease.ts'
import type { Clock } from '../../core/ports/clock.ts'
import { TimeLimit } from '../../core/time-limit.ts'

export interface PublicIpSources {
  /** Of this machine's interfaces. */
  readonly interfaces: () => readonly string[]
  /** Of the cloud, such as http://169.254.169.254. */
  readonly cloudMetadataUrl: string
  /** Asked one after the other. */
  readonly services: readonly string[]
}

export interface PublicIpDeps {
  readonly sources: PublicIpSources
  readonly clock: Clock
  readonly signal: AbortSignal
}

/** On the same link, or not there at all. */
const METADATA_TIMEOUT_MS = 500
const SERVICE_TIMEOUT_MS = 3 * SECOND
const LONGEST_ANSWER_BYTES = 1_024

export async function findPublicIp(deps: PublicIpDeps): Promise<string | undefined> {
  const { sources } = deps
  const own = sources.interfaces().find(isPublicIp)
  if (own !== undefined) return own
  const told = (await Promise.all(askCloud(deps))).find((answer) => answer !== undefined)
  if (told !== undefined) return told
  for (const service of sources.services) {
    const seen = await ask(deps, service, {}, SERVICE_TIMEOUT_MS)
    if (isPublicIp(seen)) return seen
  }
  return undefined
}

export function interfaceAddresses(): readonly string[] {
  return Object.values(networkInterfaces()).flatMap((each) => (each ?? []).map(({ address }) => address))
}

/** Each cloud answers to its own header alone, so all can be asked at once. */
function askCloud(deps: PublicIpDeps): Promise<string | undefined>[] {
  const base = deps.sources.cloudMetadataUrl.replace(/\/+$/, '')
  const question = async (path: string, headers: Readonly<Record<string, string>>): Promise<string | undefined> => {
    const answer = await ask(deps, `${base}${path}`, { headers }, METADATA_TIMEOUT_MS)
    return isPublicIp(answer) ? answer : undefined
  }
  const amazon = async (): Promise<string | undefined> => {
    const token = await ask(
      deps,
      `${base}/latest/api/token`,
      { method: 'PUT', headers: { 'x-aws-ec2-metadata-token-ttl-seconds': '60' } },
      METADATA_TIMEOUT_MS,
    )
    if (token === undefined || token === '') return undefined
    return question('/latest/meta-data/public-ipv4', { 'x-aws-ec2-metadata-token': token })
  }
  return [
    amazon(),
    question(
      '/metadata/instance/network/interface/0/ipv4/ipAddress/0/publicIpAddress?api-version=2021-02-01&format=text',
      { metadata: 'true' },
    ),
    question('/computeMetadata/v1/instance/network-interfaces/0/access-configs/0/external-ip', {
      'metadata-flavor': 'Google',
    }),
  ]
}

/** @returns the answer's text, or undefined for whatever else happened: none of the sources is a condition */
async function ask(
  { clock, signal }: PublicIpDeps,
  url: string,
  init: RequestInit,
  timeoutMs: number,
): Promise<string | undefined> {
  using limit = new TimeLimit(clock, timeoutMs, 'no answer')
  try {
    const response = await fetch(url, { ...init, redirect: 'error', signal: limit.or(signal) })
    if (!response.ok || response.body === null) return undefined
    let text = ''
    for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
      text += chunk
      if (text.length > LONGEST_ANSWER_BYTES) return undefined
    }
    return text.trim()
  } catch {
    return undefined
  }
}

/** Blocks that mean another machine everywhere else. @see https://www.iana.org/assignments/iana-ipv4-special-registry */
const SPECIAL = new BlockList()
for (const [net, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
] as const) {
  SPECIAL.addSubnet(net, prefix, 'ipv4')
}
const GLOBAL_UNICAST = new BlockList()
GLOBAL_UNICAST.addSubnet('2000::', 3, 'ipv6')
SPECIAL.addSubnet('2001:db8::', 32, 'ipv6')

export function isPublicIp(text: string | undefined): text is string {
  if (text === undefined || isIP(text) === 0) return false
  return isIPv4(text) ? !SPECIAL.check(text) : GLOBAL_UNICAST.check(text, 'ipv6') && !SPECIAL.check(text, 'ipv6')
}
