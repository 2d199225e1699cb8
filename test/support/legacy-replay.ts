/** Says to a node what was said to the captured service, and holds its answers against the captured ones. */
import assert from 'node:assert/strict'
import { z } from 'zod'
import {
  differences,
  LINES,
  Names,
  SESSIONS,
  unexplained,
  type Deviation,
  type SessionCapture,
} from './legacy-captures.ts'
import { callLegacy, framesOf, line, session } from './legacy-client.ts'

export interface Replayed {
  readonly address: string
  readonly names: Names
  /** Added to every request; the captured service asked for none. */
  readonly token?: string
  /** Deviations that may explain a difference; those that did are put into it. Unset: none may. */
  readonly used?: Set<Deviation>
}

const THEIR_CLOCK = 'taskqueue-service'
export const THEIR_SERVICE = '12D3KooWLayjrmvHu3zJ1d5ZfQctX6gDEXjicubxE1GSM3bhT8jM'

/** In the order in which they were captured. @returns what differs, a line each */
export async function replayLines({ address, names, token, used }: Replayed): Promise<readonly string[]> {
  const faults: string[] = []
  for (const { note, request_bytes: request, response_bytes: captured, response } of LINES) {
    const asked = { ...line(names.toOurs(withToken(request, token))), halfClose: captured === '' }
    const { bytes, closed } = await callLegacy(address, asked)
    assert.ok(closed, `${note}: the stream was left open`)
    const text = bytes.toString()
    if (captured === '') {
      assert.equal(text, '', note)
      continue
    }
    assert.match(text, /^\{.*\}\n$/, note)
    learn(names, z.record(z.string(), z.json()).parse(JSON.parse(text)), response)
    const ours: unknown = JSON.parse(names.toTheirs(text))
    const theirs: unknown = JSON.parse(names.withoutTransports(JSON.stringify(response)))
    faults.push(...unexplained(note, differences(ours, theirs), used))
  }
  return faults
}

/** @returns what differs, a line each */
export async function replaySessions({ address, names, token, used }: Replayed): Promise<readonly string[]> {
  const faults: string[] = []
  for (const capture of SESSIONS) {
    const { sent, wanted, isClosed } = toExchange(capture)
    const call = session(
      sent.map((one) => (typeof one === 'string' ? one : withTokenInside(one, token))),
      isClosed ? undefined : wanted.length,
    )
    const { bytes, closed } = await callLegacy(address, call)
    assert.equal(closed, isClosed, `${capture.note}: ended by the service`)
    const last = framesOf(bytes).slice(-wanted.length)
    wanted.forEach((theirs, at) => {
      learn(names, last[at], theirs)
    })
    const ours: unknown = JSON.parse(names.toTheirs(JSON.stringify(last)))
    faults.push(...unexplained(capture.note, differences(ours, wanted), used))
  }
  return faults
}

export function withToken(request: string, token?: string): string {
  return token === undefined ? request : request.replace(/^\{(?=")/, `{"token": ${JSON.stringify(token)}, `)
}

export function withTokenInside(frame: Readonly<Record<string, unknown>>, token?: string): object {
  const params = frame['params'] as { readonly name?: string; readonly arguments?: object } | undefined
  const asked = params?.arguments
  if (token === undefined || params?.name !== 'task_queue.rpc' || asked === undefined) return frame
  const told = 'request' in asked ? { request: { ...(asked.request as object), token } } : { ...asked, token }
  return { ...frame, params: { ...params, arguments: told } }
}

/** Task ids, wherever both answers have one; and the clock's id, which is the home's here. */
function learn(names: Names, ours: unknown, theirs: unknown): void {
  if (typeof ours !== 'object' || ours === null || typeof theirs !== 'object' || theirs === null) return
  for (const [key, value] of Object.entries(theirs)) {
    const mine: unknown = (ours as Record<string, unknown>)[key]
    if (key === 'task_id' && /^[0-9a-f]{32}$/.test(String(value))) names.learn(mine, value)
    else if (key === 'node_id' && value === THEIR_CLOCK) names.learn(mine, value)
    else learn(names, mine, value)
  }
}

/** One capture is abridged: 129 frames, of which the last is one too many. */
function toExchange({ note, frames_sent: sent, frames_received: received }: SessionCapture) {
  const wanted = received.filter(
    (one): one is Exclude<typeof one, string | null> => typeof one === 'object' && one !== null,
  )
  const isClosed = received.includes('closed')
  if (!note.startsWith('129th frame')) return { sent, wanted, isClosed }
  const many = Array.from({ length: 128 }, (_, at) => ({ jsonrpc: '2.0', id: at + 2, method: 'tools/list' }))
  return { sent: [...sent.slice(0, 1), ...many], wanted, isClosed }
}
