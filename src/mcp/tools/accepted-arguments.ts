/**
 * Arguments that agents of the predecessor send and the catalog does not know. Empty ones are dropped, ones with the same
 * meaning are renamed, ones that name another peer are taken aside, and ones that ask for what is not offered are refused
 * by name.
 */
import { RunnerMeshError } from '../../core/errors.ts'
import { CATALOG, type OperationName } from '../../core/operations/catalog.ts'
import type { PeerTarget } from '../../core/ports/peer-tools.ts'

export type Arguments = Readonly<Record<string, unknown>>

/** They name the peer that shall answer instead of this one. */
const TARGETS = new Set(['remote_multiaddr', 'remote_peer_id', 'peer_id'])

export interface Accepted {
  readonly args: Arguments
  /** The peer that shall answer, as the caller named it. */
  readonly target?: PeerTarget
}

/** The longest run of a container, in seconds; here one of the four clocks. */
const RUN_TIMEOUTS = new Set(['p2p_taskqueue_submit_docker_hub', 'p2p_taskqueue_submit_docker_github'])

/** Hints about how to look or how long to wait for an answer that here comes from memory at once. */
const DROPPED: Readonly<Record<string, ReadonlySet<string>>> = {
  p2p_taskqueue_status: new Set(['timeout_s']),
  // There peer_id is the claimant's own name, which the token has told already.
  p2p_taskqueue_claim_next: new Set(['peer_id', 'clock', 'timeout_s']),
  p2p_taskqueue_cache_get: new Set(['timeout_s']),
  p2p_taskqueue_cache_set: new Set(['timeout_s']),
  list_peers: new Set([
    'include_capabilities',
    'capabilities_timeout_s',
    'capabilities_detail',
    'discover',
    'discovery_timeout_s',
    'discovery_methods',
  ]),
}

const RENAMED: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  p2p_taskqueue_submit_docker_github: { branch: 'ref' },
}

/**
 * @param known the fields of the operation's own schema; those are never touched, except that an empty optional one, the
 * predecessor's way of saying nothing, is left out
 * @throws RunnerMeshError policy_refused, bad_request
 */
export function acceptArguments(
  operation: string,
  args: unknown,
  known: { readonly fields: ReadonlySet<string>; readonly required: ReadonlySet<string> },
): Accepted {
  if (args === undefined || args === null) return { args: {} }
  if (typeof args !== 'object' || Array.isArray(args)) {
    throw new RunnerMeshError('bad_request', 'The arguments are not a JSON object. Pass them as {"name": value}.')
  }
  const accepted: [name: string, value: unknown][] = []
  let target: PeerTarget | undefined
  for (const [name, value] of Object.entries(args)) {
    if (known.fields.has(name)) {
      if (!isNothing(value) || known.required.has(name)) accepted.push([name, value])
      continue
    }
    if (isEmpty(value) || DROPPED[operation]?.has(name) === true) continue
    const newName = RENAMED[operation]?.[name]
    if (newName !== undefined && !Object.hasOwn(args, newName)) {
      accepted.push([newName, value])
    } else if (
      name === 'timeout_s' &&
      RUN_TIMEOUTS.has(operation) &&
      typeof value === 'number' &&
      !('clocks' in args)
    ) {
      accepted.push(['clocks', { run_ms: Math.round(value * 1000) }])
    } else if (TARGETS.has(name)) {
      target = { ...target, ...toTarget(name, value) }
    } else if (name === 'volumes') {
      throw new RunnerMeshError(
        'policy_refused',
        'volumes asks for host mounts, which a task cannot have: put what it needs into the image or its input.',
      )
    } else {
      // The catalog's closed schema refuses it by name.
      accepted.push([name, value])
    }
  }
  return { args: Object.fromEntries(accepted), ...(target === undefined ? {} : { target }) }
}

/** Whether the arguments name another peer, as `acceptArguments` will find. */
export function asksAnotherPeer(operation: OperationName, args: unknown): boolean {
  if (typeof args !== 'object' || args === null) return false
  return Object.entries(args).some(
    ([name, value]) =>
      TARGETS.has(name) &&
      !(name in CATALOG[operation].input.shape) &&
      DROPPED[operation]?.has(name) !== true &&
      !isEmpty(value),
  )
}

/** @throws RunnerMeshError bad_request */
function toTarget(name: string, value: unknown): PeerTarget {
  if (typeof value !== 'string' || value.length > 512) {
    throw new RunnerMeshError(
      'bad_request',
      `${name} is not the name of a peer. list_peers shows peer ids and addresses.`,
    )
  }
  return name === 'remote_multiaddr' ? { multiaddr: value } : { peerId: value }
}

function isNothing(value: unknown): boolean {
  return value === null || value === undefined || value === ''
}

function isEmpty(value: unknown): boolean {
  if (isNothing(value)) return true
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0
}
