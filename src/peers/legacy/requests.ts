/** One request of the predecessor's queue protocol, whichever of its two protocols carried it: `{op, token, …}` → a reply. */
import { createHash, timingSafeEqual } from 'node:crypto'
import type { PeerId } from '../../core/ids.ts'
import { errorText } from '../../core/errors.ts'
import type { Logger } from '../../core/ports/clock.ts'
import type { JsonObject } from '../../core/task.ts'
import { textOf } from './python-json.ts'
import { errorReply, failed, type Reply } from './replies.ts'

/** What a request comes with beside its own fields. */
export interface Asked {
  /** Peer id of the connection, which says nothing about who is asking. */
  readonly transport: string
  /** Aborted when the asker has gone. */
  readonly signal: AbortSignal
}

export type Handle = (request: JsonObject, asked: Asked) => Promise<Reply>

export interface RequestsDeps {
  readonly self: PeerId
  readonly token: string
  readonly operations: Readonly<Record<string, Handle>>
  readonly log: Logger
}

export interface Requests {
  isAuthorized(request: JsonObject): boolean
  /** Never rejects: what goes wrong is an answer, too. */
  answer(request: JsonObject, asked: Asked): Promise<Reply>
  /** An error of the transport, in the form of an answer. */
  refuse(error: string): Reply
}

export function createRequests({ self, token, operations, log }: RequestsDeps): Requests {
  const expected = digest(token)
  const isAuthorized = (request: JsonObject): boolean => timingSafeEqual(digest(textOf(request['token'])), expected)
  const sign = (reply: Reply): Reply => ({ ...reply, peer_id: self })
  return {
    isAuthorized,
    answer: async (request, asked) => {
      if (!isAuthorized(request)) return sign(failed('unauthorized'))
      const op = textOf(request['op']).toLowerCase()
      const handle = Object.hasOwn(operations, op) ? operations[op] : undefined
      if (handle === undefined) return sign(failed('unknown_op'))
      try {
        return sign(await handle(request, asked))
      } catch (thrown) {
        log.warn('legacy.request_failed', { op, error: errorText(thrown) })
        return sign(errorReply(thrown))
      }
    },
    refuse: (error) => sign(failed(error)),
  }
}

/** Equal lengths, so that the comparison tells nothing. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
