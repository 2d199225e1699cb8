/**
 * Carries an operation's progress to a client that asked for it. The number only grows, as the protocol demands; the first
 * note goes out at once, because a call that stays silent is cut by proxies.
 *
 * @see https://modelcontextprotocol.io/specification/2025-11-25/basic/utilities/progress
 */
import type { ServerContext } from '@modelcontextprotocol/server'
import { cleanLine } from '../core/clean-text.ts'
import type { ProgressNote } from '../core/operations/operation.ts'
import type { Clock } from '../core/ports/clock.ts'
import { withoutTokens } from './access/token-shapes.ts'

/** Between two notes of one call; of those in between the last is sent when the pause is over. */
const PROGRESS_PAUSE_MS = 250
const MESSAGE_CHARS = 120

export interface ProgressRelay {
  report(note: ProgressNote): void
  /** Nothing goes out after the answer. */
  end(): void
}

/** @param onFault told when a note cannot be sent; the call goes on */
export function createProgressRelay(
  request: Pick<ServerContext['mcpReq'], '_meta' | 'notify'>,
  title: string,
  clock: Clock,
  onFault: (thrown: unknown) => void,
): ProgressRelay {
  const progressToken = request._meta?.progressToken
  if (progressToken === undefined) return { report: () => undefined, end: () => undefined }

  let progress = 0
  let ended = false
  let waiting: ProgressNote | undefined
  let cancelPause: (() => void) | undefined

  const send = (note: ProgressNote): void => {
    progress += 1
    const message = cleanLine(withoutTokens(note.message), MESSAGE_CHARS)
    request.notify({ method: 'notifications/progress', params: { progressToken, progress, message } }).catch(onFault)
    cancelPause = clock.after(PROGRESS_PAUSE_MS, () => {
      cancelPause = undefined
      const next = waiting
      waiting = undefined
      if (next !== undefined && !ended) send(next)
    })
  }

  send({ message: title })
  return {
    report: (note) => {
      if (ended) return
      if (cancelPause === undefined) send(note)
      else waiting = note
    },
    end: () => {
      ended = true
      cancelPause?.()
    },
  }
}
