/**
 * Arguments that agents of the predecessor send and the catalog does not know. Empty ones are dropped, ones with the same
 * meaning are renamed, and ones that ask for what is not offered are refused by name.
 */
import { RunnerMeshError } from '../core/errors.ts'

export type Arguments = Readonly<Record<string, unknown>>

/** They name the peer that shall answer instead of this one. */
const TARGETS = new Set(['remote_multiaddr', 'remote_peer_id', 'peer_id'])

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
 * @throws RunnerMeshError peer_not_allowed, policy_refused, bad_request
 */
export function acceptArguments(
  operation: string,
  args: unknown,
  known: { readonly fields: ReadonlySet<string>; readonly required: ReadonlySet<string> },
): Arguments {
  if (args === undefined || args === null) return {}
  if (typeof args !== 'object' || Array.isArray(args)) {
    throw new RunnerMeshError('bad_request', 'The arguments are not a JSON object. Pass them as {"name": value}.')
  }
  const accepted: [name: string, value: unknown][] = []
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
      throw new RunnerMeshError(
        'peer_not_allowed',
        `${name} asks another peer, which this tool does not do: leave it out, and the mesh routes the call itself.`,
      )
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
  return Object.fromEntries(accepted)
}

function isNothing(value: unknown): boolean {
  return value === null || value === undefined || value === ''
}

function isEmpty(value: unknown): boolean {
  if (isNothing(value)) return true
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0
}
