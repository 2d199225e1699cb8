/** A tool call that names another peer: the same tool there, for the same caller, with the answer made fit for it here. */
import type { CallToolResult } from '@modelcontextprotocol/server'
import { RunnerMeshError } from '../../core/errors.ts'
import type { Operations } from '../../core/operations/invoke.ts'
import { isAllowed, type Call, type Operation } from '../../core/operations/operation.ts'
import type { PeerTarget, PeerTools } from '../../core/ports/peer-tools.ts'
import type { Arguments } from '../tools/accepted-arguments.ts'
import { relayedFrom } from '../tools/tool-answer.ts'

/** What a tool works with. */
export interface ToolMeans {
  readonly operations: Pick<Operations, 'invoke'>
  readonly peerTools?: PeerTools
}

/** Longer than any wait that a tool takes; the caller may give up sooner. */
const PATIENCE_MS = 330_000

/**
 * @returns undefined where the peer that was named is this one
 * @throws RunnerMeshError forbidden, peer_not_allowed, peer_unreachable, protocol_mismatch, timeout, cancelled
 */
export async function askPeer(
  operation: Operation,
  input: Arguments,
  target: PeerTarget,
  { peerTools }: Pick<ToolMeans, 'peerTools'>,
  call: Call,
): Promise<CallToolResult | undefined> {
  const { name } = operation
  const { caller, signal, progress } = call
  if (peerTools === undefined) {
    throw new RunnerMeshError(
      'peer_not_allowed',
      'This connection reaches its own peer only. Name another peer over HTTP, or leave it out, and the mesh routes the task itself.',
    )
  }
  if (!caller.access.has('peers:call') || !isAllowed(operation, caller.access)) {
    throw new RunnerMeshError(
      'forbidden',
      'Asking another peer needs the right peers:call. Leave the peer out, and the mesh routes the task itself.',
    )
  }
  const peer = peerTools.find(target)
  if (peerTools.self === peer) return undefined
  const told = await peerTools.call(peer, { tool: name, args: input, caller, timeoutMs: PATIENCE_MS, signal, progress })
  return relayedFrom(peer, name, told)
}
