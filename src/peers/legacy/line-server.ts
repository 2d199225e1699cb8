/**
 * The predecessor's older protocol: one JSON line is asked, one is answered, and the stream ends. A request without its
 * line end is never answered, and whatever follows the line in the same packet makes it no JSON, as with its own nodes.
 */
import { errorText } from '../../core/errors.ts'
import type { Logger } from '../../core/ports/clock.ts'
import type { LegacyStream } from '../../core/ports/legacy-streams.ts'
import { BadFrame, parseObject } from './frame-reader.ts'
import { GrowingBytes } from './growing-bytes.ts'
import { MAX_MESSAGE_BYTES, type UnprovenBytes } from './limits.ts'
import type { Reply } from './replies.ts'
import type { Requests } from './requests.ts'

const NEWLINE = 10

export interface LineServerDeps {
  readonly requests: Requests
  readonly unproven: UnprovenBytes
  readonly log: Logger
}

export function serveLine(stream: LegacyStream, { requests, unproven, log }: LineServerDeps): void {
  const gone = new AbortController()
  let bytes = new GrowingBytes()
  let asked = false

  const forget = (): void => {
    unproven.giveBack(bytes.length)
    bytes = new GrowingBytes()
  }
  const answer = async (line: Uint8Array): Promise<void> => {
    const reply = await replyTo(line)
    const text = Buffer.from(`${JSON.stringify(reply)}\n`)
    const tooLong = text.length > MAX_MESSAGE_BYTES
    await stream.send(tooLong ? Buffer.from(`${JSON.stringify(requests.refuse('frame_too_large'))}\n`) : text)
    await stream.close()
  }
  const replyTo = async (line: Uint8Array): Promise<Reply> => {
    try {
      const request = parseObject(line)
      if (requests.isAuthorized(request)) stream.trust()
      return await requests.answer(request, { transport: stream.remote, signal: gone.signal })
    } catch (thrown) {
      if (thrown instanceof BadFrame) return requests.refuse(thrown.fault)
      throw thrown
    }
  }
  const begin = (line: Uint8Array): void => {
    asked = true
    answer(line).catch((cause: unknown) => {
      log.debug('legacy.answer_lost', { remote: stream.remote, error: errorText(cause) })
      stream.abort(new Error('the answer could not be sent'))
    })
  }

  stream.onClose(() => {
    forget()
    gone.abort(new Error('the asker has gone'))
  })
  stream.onEnd(() => {
    if (!asked) void stream.close()
  })
  stream.onBytes((chunk) => {
    if (asked) return
    if (!unproven.take(chunk.length)) {
      stream.abort(new Error('too much is held for those who have not shown the token'))
      return
    }
    bytes.push(chunk)
    if (chunk.includes(NEWLINE)) {
      const line = bytes.view()
      forget()
      begin(line)
    } else if (bytes.length >= MAX_MESSAGE_BYTES) {
      asked = true
      forget()
      void stream.send(Buffer.from(`${JSON.stringify(requests.refuse('frame_too_large'))}\n`)).then(
        () => stream.close(),
        () => undefined,
      )
    }
  })
}
