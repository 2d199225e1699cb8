/** The handler that passes a call on to a tool of another peer: only tools the owner named, and never one that passes on. */
import { RunnerMeshError } from '../../core/errors.ts'
import type { Handlers, Output } from '../../core/operations/catalog.ts'
import { SECOND } from '../../core/lease.ts'
import type { HandlerDeps } from './context.ts'

const ITSELF = 'p2p_taskqueue_call_tool'

export function createToolHandlers({ callableTools }: HandlerDeps): Pick<Handlers, typeof ITSELF> {
  return {
    [ITSELF]: async (input, { caller, signal, progress }) => {
      const { tool_name: tool, args = {}, timeout_s } = input
      if (callableTools?.allowed.has(tool) !== true || tool === ITSELF) {
        throw new RunnerMeshError(
          'policy_refused',
          `The owner of this peer has not allowed to call ${JSON.stringify(tool)} of other peers. The setting mcp-call-tools names what may be called.`,
        )
      }
      const { peers } = callableTools
      const target = nothingAsUnset({
        peerId: input.peer_id ?? input.remote_peer_id,
        multiaddr: input.remote_multiaddr,
      })
      const peer = peers.find(target)
      if (peer === peers.self) {
        throw new RunnerMeshError('peer_not_allowed', `${peer} is this peer itself: call ${tool} directly.`)
      }
      const timeoutMs = timeout_s * SECOND
      const { isError, answer } = await peers.call(peer, { tool, args, caller, timeoutMs, signal, progress })
      return { peer_id: peer, tool, is_error: isError, result: answer as Output<typeof ITSELF>['result'] }
    },
  }
}

/** The predecessor says nothing with an empty text. */
function nothingAsUnset<T extends Readonly<Record<string, string | undefined>>>(target: T): Partial<T> {
  return Object.fromEntries(Object.entries(target).filter(([, value]) => value !== '')) as Partial<T>
}
