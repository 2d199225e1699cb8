/** The door for logs, artifacts and inputs: each stream that a peer opens is served from the desk of this home. */
import { crc32 } from 'node:zlib'
import { z } from 'zod'
import { errorText, RunnerMeshError, toErrorView } from '../core/errors.ts'
import type { PeerId, TaskId } from '../core/ids.ts'
import { decodeLogRecord } from '../core/log-record.ts'
import type { Clock, Logger } from '../core/ports/clock.ts'
import type { Channel, Mesh } from '../core/ports/mesh.ts'
import type { OutputDesk } from '../core/ports/output-desk.ts'
import { StreamTalk, STREAM_PROTOCOL, type Word } from './stream-talk.ts'

export interface StreamDoorDeps {
  readonly mesh: Pick<Mesh, 'onChannel'>
  /** This home as that peer may use it; undefined on a peer that keeps no queue. */
  readonly desk: ((peer: PeerId) => OutputDesk) | undefined
  readonly clock: Pick<Clock, 'after'>
  readonly log: Logger
}

const attempt = { task_id: z.string().max(64), attempt: z.int().min(1) } as const
const opening = z.discriminatedUnion('open', [
  z.object({ open: z.literal('log'), ...attempt }),
  z.object({
    open: z.literal('artifact'),
    ...attempt,
    path: z.string().min(1).max(4096),
    bytes: z.int().min(0),
    sha256: z.string().regex(/^[0-9a-f]{64}$/),
  }),
  z.object({ open: z.literal('input'), ...attempt, index: z.int().min(0).max(1024), offset: z.int().min(0) }),
])
type Opening = z.output<typeof opening>

/** To be said before the mesh starts. */
export function serveStreams({ mesh, desk, clock, log }: StreamDoorDeps): void {
  mesh.onChannel(STREAM_PROTOCOL, (channel) => {
    const talk = new StreamTalk(channel, clock)
    serve(talk, channel, desk)
      .then(() => talk.close())
      .catch((error: unknown) => refuse(talk, channel, log, error))
  })
}

async function refuse(talk: StreamTalk, channel: Channel, log: Logger, error: unknown): Promise<void> {
  log.info('stream.ended_early', { peer: channel.remote, error: errorText(error) })
  try {
    await talk.say({ error: toErrorView(error) })
    await talk.close()
  } catch {
    talk.abort(error instanceof Error ? error : new Error(errorText(error)))
  }
}

async function serve(talk: StreamTalk, channel: Channel, desk: StreamDoorDeps['desk']): Promise<void> {
  const first = await talk.next()
  if (first === undefined) return
  const parsed = opening.safeParse('word' in first ? first.word : undefined)
  if (!parsed.success) throw new RunnerMeshError('bad_request', 'A stream begins by saying what it is for.')
  if (desk === undefined) throw new RunnerMeshError('peer_not_allowed', 'This peer only works and keeps no queue.')
  const served = desk(channel.remote)
  const signal = new AbortController()
  channel.onClose(() => signal.abort(new Error('the stream was closed')))
  switch (parsed.data.open) {
    case 'log':
      return takeLog(talk, served, parsed.data, signal.signal)
    case 'artifact':
      return takeArtifact(talk, served, parsed.data, signal.signal)
    case 'input':
      return giveInput(talk, served, parsed.data, signal.signal)
  }
}

async function takeLog(talk: StreamTalk, desk: OutputDesk, opened: Opening, signal: AbortSignal): Promise<void> {
  const sink = await desk.openLog(keyOf(opened), signal)
  try {
    await talk.say({ ok: true, next_seq: sink.nextSeq })
    for (;;) {
      const heard = await talk.nextAll()
      if (heard.length === 0) return
      const data = heard.map(dataOf)
      await sink.append(data.map((encoded) => decodeLogRecord(encoded, crc32)))
      await talk.taken(data.reduce((sum, { length }) => sum + length, 0))
    }
  } finally {
    await sink.close()
  }
}

async function takeArtifact(
  talk: StreamTalk,
  desk: OutputDesk,
  opened: Extract<Opening, { open: 'artifact' }>,
  signal: AbortSignal,
): Promise<void> {
  const { path, bytes, sha256 } = opened
  const intake = await desk.openArtifact(keyOf(opened), { path, bytes, sha256 }, signal)
  try {
    await talk.say({ ok: true, offset: intake.offset })
    for (;;) {
      const heard = await talk.next({ patient: true })
      if (heard === undefined) return
      if ('word' in heard) break
      await intake.write(heard.data)
      await talk.taken(heard.data.length)
    }
    await intake.finish()
    await talk.say({ kept: true })
  } finally {
    await intake.close()
  }
}

async function giveInput(
  talk: StreamTalk,
  desk: OutputDesk,
  opened: Extract<Opening, { open: 'input' }>,
  signal: AbortSignal,
): Promise<void> {
  const { artifact, content } = await desk.openInput(keyOf(opened), opened.index, opened.offset, signal)
  await talk.say({ ok: true, ...artifact })
  for await (const piece of content) await talk.send(piece)
  await talk.delivered()
  await talk.say({ done: true } satisfies Word)
}

function dataOf(heard: { readonly data: Uint8Array } | { readonly word: Word }): Uint8Array {
  if ('data' in heard) return heard.data
  throw new RunnerMeshError('bad_request', 'A log has no words between its records.')
}

function keyOf({ task_id, attempt: number }: Opening): { taskId: TaskId; attempt: number } {
  return { taskId: task_id as TaskId, attempt: number }
}
