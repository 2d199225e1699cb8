/**
 * HELLO: the opening exchange of an RPC stream, by which two peers prove to each other that they hold the same mesh key.
 *
 *   dialer                                                                     listener
 *     hello {versions, mesh, also, peer, homes, features, runner_name, nonce} ─▶
 *     ◀─ {version, mesh, peer, homes, features, runner_name, nonce, proof}     proof of the listener
 *     hello.prove {proof, capabilities} ─▶                                     proof of the dialer
 *     ◀─ {admitted: true, capabilities}
 *
 * A proof is HMAC-SHA256 under HKDF(mesh key, "hello/1") over role, both nonces and both peer ids. The role keeps a proof
 * from being sent back to its maker, the nonces keep it from being used twice, and the peer ids, which the encryption
 * has proven already, keep it from being passed on. The key itself is never sent. While keys are being changed a dialer
 * names the meshes it also accepts, and the listener picks one that both hold.
 *
 * Peers of different versions: a build speaks its own version and the one before it, both sides take the best that both
 * name, and within a version fields are only ever added. A field that is not known is passed over, unless the other side
 * lists it in `crit`: then there is no common version.
 */
import { createHmac, timingSafeEqual } from 'node:crypto'
import type { z } from 'zod'
import { tellCapabilities, type StandingCapabilities } from '../core/capabilities.ts'
import { cleanLine } from '../core/clean-text.ts'
import { RunnerMeshError, toRunnerMeshError } from '../core/errors.ts'
import type { PeerId } from '../core/ids.ts'
import type { Clock, Random } from '../core/ports/clock.ts'
import type { PeerHello, SelfHello } from '../core/ports/mesh.ts'
import {
  checkCritical,
  helloRequest,
  helloResult,
  MAX_ADDRESSES,
  proveRequest,
  proveResult,
  refusal,
} from './hello-messages.ts'
import type { MeshKey } from './mesh-key.ts'

/** Versions of the RPC protocol this build speaks, best first: its own and, once there is one, the one before it. */
export const RPC_VERSIONS = ['1.0'] as const
const NONCE_BYTES = 32

/** What HELLO needs of a stream. */
export interface HelloStream {
  next(): Promise<Uint8Array>
  send(frame: Uint8Array): Promise<void>
}

export interface HelloParty {
  readonly self: PeerId
  /** As the encryption of the connection has proven it. */
  readonly remote: PeerId
  /** Current first, then those still accepted. */
  readonly keys: readonly [MeshKey, ...MeshKey[]]
  readonly hello: SelfHello
  /** Why this peer does not let the other in, whatever it proves. */
  readonly refusal?: string | undefined
  /** Where this peer can be dialled. */
  readonly addresses: readonly string[]
  readonly random: Random
  readonly clock: Pick<Clock, 'mono'>
}

/** What came of a HELLO. */
export interface Greeted {
  readonly hello: PeerHello
  /** From the own proof to the answer to it, milliseconds: a first measure until the connection is pinged. */
  readonly rttMs: number
}

/** The word on the wire for: an exchange with you in the other direction is under way, wait for its end. */
const BUSY = 'busy'

/** The other side is being greeted already; nothing is wrong. */
export class HelloBusy extends Error {
  override readonly name = 'HelloBusy'
}

/**
 * The dialer's half.
 * @throws RunnerMeshError not_admitted, protocol_mismatch; HelloBusy
 */
export async function greet(stream: HelloStream, party: HelloParty): Promise<Greeted> {
  const nonce = makeNonce(party.random)
  const [current, ...previous] = party.keys
  await send(stream, {
    id: 1,
    method: 'hello',
    params: {
      versions: RPC_VERSIONS,
      ...introduce(party, current, nonce),
      ...(previous.length > 0 ? { also: previous.map((key) => key.meshId) } : {}),
    },
  })
  const answer = parseResult(await receive(stream), helloResult, party.remote)
  checkPeer(answer.peer, party.remote)
  checkCritical(answer.crit, helloResult)
  checkVersion(answer.version, party.remote)
  const key = party.keys.find(({ meshId }) => meshId === answer.mesh)
  const nonces = { dialer: nonce, listener: answer.nonce }
  const peers = { dialer: party.self, listener: party.remote }
  if (key === undefined || !isProof(answer.proof, proveAs('listener', key, nonces, peers))) throw strangerError(party)
  const proof = proveAs('dialer', key, nonces, peers)
  const provedAt = party.clock.mono()
  await send(stream, { id: 2, method: 'hello.prove', params: { proof, ...tellCapabilities(party.hello.capabilities) } })
  const answered = await receive(stream)
  const rttMs = party.clock.mono() - provedAt
  const { capabilities } = parseResult(answered, proveResult, party.remote)
  return { hello: toPeerHello(party.remote, { ...answer, capabilities }, [answer.version], answer.version), rttMs }
}

/**
 * The listener's half. A refusal is told to the dialer before it is thrown.
 * @param busy tells the dialer to wait, because this side is greeting it already
 * @throws RunnerMeshError not_admitted, protocol_mismatch; HelloBusy
 */
export async function answerGreeting(stream: HelloStream, party: HelloParty, busy: () => boolean): Promise<Greeted> {
  const request = parseRequest(await receive(stream), helloRequest)
  const refuse = async (error: Error, code: string): Promise<never> => {
    await send(stream, { id: request.id, error: { code: -32000, message: error.message, data: { code } } })
    throw error
  }
  const { params } = request
  checkPeer(params.peer, party.remote)
  if (party.refusal !== undefined) {
    return refuse(new RunnerMeshError('peer_not_allowed', party.refusal), 'peer_not_allowed')
  }
  const key = [params.mesh, ...(params.also ?? [])]
    .map((mesh) => party.keys.find(({ meshId }) => meshId === mesh))
    .find((found) => found !== undefined)
  if (key === undefined) return refuse(strangerError(party), 'not_admitted')
  const version = RPC_VERSIONS.find((known) => params.versions.includes(known))
  if (version === undefined) {
    const message = `Peer ${party.self} speaks ${RPC_VERSIONS.join(', ')}, not ${params.versions.join(', ')}. Upgrade the older of the two.`
    return refuse(new RunnerMeshError('protocol_mismatch', message), 'protocol_mismatch')
  }
  try {
    checkCritical(params.crit, helloRequest.shape.params)
  } catch (cause) {
    return refuse(toRunnerMeshError(cause), 'protocol_mismatch')
  }
  if (busy()) return refuse(new HelloBusy('this peer is greeting you already'), BUSY)

  const nonces = { dialer: params.nonce, listener: makeNonce(party.random) }
  const peers = { dialer: party.remote, listener: party.self }
  const ownProof = proveAs('listener', key, nonces, peers)
  const provedAt = party.clock.mono()
  await send(stream, {
    id: request.id,
    result: { version, ...introduce(party, key, nonces.listener), proof: ownProof },
  })
  const answered = await receive(stream)
  const rttMs = party.clock.mono() - provedAt
  const prove = parseRequest(answered, proveRequest)
  if (!isProof(prove.params.proof, proveAs('dialer', key, nonces, peers))) {
    const error = strangerError(party)
    await send(stream, { id: prove.id, error: { code: -32000, message: error.message, data: { code: error.code } } })
    throw error
  }
  await send(stream, { id: prove.id, result: { admitted: true, ...tellCapabilities(party.hello.capabilities) } })
  const { capabilities } = prove.params
  return { hello: toPeerHello(party.remote, { ...params, capabilities }, params.versions, version), rttMs }
}

function introduce({ self, hello, addresses }: HelloParty, key: MeshKey, nonce: string) {
  return {
    mesh: key.meshId,
    peer: self,
    homes: hello.homes,
    features: hello.features,
    runner_name: hello.runnerName,
    addresses: addresses.slice(0, MAX_ADDRESSES),
    nonce,
  }
}

/** @throws RunnerMeshError protocol_mismatch */
function checkVersion(version: string, remote: PeerId): void {
  if (!RPC_VERSIONS.some((known) => known === version)) throw versionError(remote)
}

type Said = Pick<z.output<typeof helloResult>, 'homes' | 'features' | 'runner_name' | 'addresses'> & {
  readonly capabilities: StandingCapabilities | undefined
}

function toPeerHello(peer: PeerId, said: Said, versions: readonly string[], version: string): PeerHello {
  return {
    peer,
    versions,
    version,
    homes: said.homes,
    features: said.features,
    runnerName: cleanLine(said.runner_name, 128),
    // A peer speaks for its own addresses only.
    addresses: (said.addresses ?? []).filter((address) => address.endsWith(`/p2p/${peer}`)),
    ...(said.capabilities === undefined ? {} : { capabilities: said.capabilities }),
  }
}

type Role = 'dialer' | 'listener'

function proveAs(
  role: Role,
  key: MeshKey,
  nonces: Readonly<Record<Role, string>>,
  peers: Readonly<Record<Role, string>>,
): string {
  // No part may hold the separator: role, base64url and base58 have no line ends.
  const said = [role, nonces.dialer, nonces.listener, peers.dialer, peers.listener].join('\n')
  return createHmac('sha256', key.hello).update(said).digest('base64url')
}

function isProof(given: string, wanted: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(wanted)]
  return a.length === b.length && timingSafeEqual(a, b)
}

function makeNonce(random: Random): string {
  return Buffer.from(random.bytes(NONCE_BYTES)).toString('base64url')
}

function strangerError({ self, remote }: HelloParty): RunnerMeshError {
  return new RunnerMeshError(
    'not_admitted',
    `Peers ${self} and ${remote} do not share a mesh key. Give both the same mesh key.`,
  )
}

function checkPeer(said: string, proven: PeerId): void {
  if (said === proven) return
  throw new RunnerMeshError(
    'not_admitted',
    `The peer that is connected as ${proven} calls itself ${JSON.stringify(said)}.`,
  )
}

async function send(stream: HelloStream, message: object): Promise<void> {
  await stream.send(Buffer.from(JSON.stringify({ jsonrpc: '2.0', ...message })))
}

async function receive(stream: HelloStream): Promise<unknown> {
  const frame = await stream.next()
  try {
    return JSON.parse(Buffer.from(frame).toString('utf8'))
  } catch (cause) {
    throw new RunnerMeshError('protocol_mismatch', 'The first frame of the peer is not JSON.', { cause })
  }
}

function parseRequest<S extends z.ZodType>(message: unknown, schema: S): z.output<S> {
  const parsed = schema.safeParse(message)
  if (parsed.success) return parsed.data
  throw new RunnerMeshError('protocol_mismatch', 'The peer did not begin with a HELLO.', { cause: parsed.error })
}

function parseResult<S extends z.ZodType>(message: unknown, schema: S, remote: PeerId): z.output<S> {
  const refused = refusal.safeParse(message)
  if (refused.success) throw refusedError(refused.data.error.data?.code, remote)
  const parsed = schema.safeParse(resultOf(message))
  if (parsed.success) return parsed.data
  throw new RunnerMeshError('protocol_mismatch', `Peer ${remote} did not answer the HELLO as agreed.`, {
    cause: parsed.error,
  })
}

function resultOf(message: unknown): unknown {
  return typeof message === 'object' && message !== null && 'result' in message ? message.result : undefined
}

/** In our own words: nothing a peer says before it is admitted is shown to anybody. */
function refusedError(code: string | undefined, remote: PeerId): Error {
  if (code === BUSY) return new HelloBusy(`Peer ${remote} is greeting this peer already.`)
  if (code === 'peer_not_allowed') {
    const message = `Peer ${remote} does not let this peer in: its id is revoked there, or is not on the allow-list.`
    return new RunnerMeshError('peer_not_allowed', message)
  }
  if (code === 'protocol_mismatch') return versionError(remote)
  const message = `Peer ${remote} does not share this mesh key. Give both peers the same mesh key.`
  return new RunnerMeshError('not_admitted', message)
}

function versionError(remote: PeerId): RunnerMeshError {
  const message = `Peer ${remote} speaks no version of the protocol that this build speaks (${RPC_VERSIONS.join(', ')}). Upgrade the older of the two.`
  return new RunnerMeshError('protocol_mismatch', message)
}
