/** The desk of another peer's home, over streams to that peer. */
import { crc32 } from 'node:zlib'
import { z } from 'zod'
import { RunnerMeshError } from '../core/errors.ts'
import type { PeerId } from '../core/ids.ts'
import { encodeLogRecord } from '../core/log-record.ts'
import type { Clock } from '../core/ports/clock.ts'
import type { AttemptKey } from '../core/ports/log-store.ts'
import type { Mesh } from '../core/ports/mesh.ts'
import type { OutputDesk } from '../core/ports/output-desk.ts'
import { PIECE_BYTES, StreamTalk, STREAM_PROTOCOL, type Word } from './stream-talk.ts'

const logAnswer = z.object({ next_seq: z.int().min(0) })
const artifactAnswer = z.object({ offset: z.int().min(0) })
const inputAnswer = z.object({ path: z.string(), bytes: z.int().min(0), sha256: z.string().regex(/^[0-9a-f]{64}$/) })

export function createStreamDesk(
  peer: PeerId,
  { mesh, clock }: { readonly mesh: Pick<Mesh, 'openChannel'>; readonly clock: Pick<Clock, 'after'> },
): OutputDesk {
  const open = async <S extends z.ZodType>(
    word: Word,
    answer: S,
    signal: AbortSignal,
  ): Promise<{ talk: StreamTalk; answer: z.output<S> }> => {
    const channel = await mesh.openChannel(peer, STREAM_PROTOCOL, signal)
    const talk = new StreamTalk(channel, clock)
    const giveUp = (): void => talk.abort(new RunnerMeshError('cancelled', 'The transfer was given up.'))
    signal.addEventListener('abort', giveUp)
    channel.onClose(() => signal.removeEventListener('abort', giveUp))
    if (signal.aborted) giveUp()
    await talk.say(word)
    const heard = await talk.next()
    const parsed = answer.safeParse(heard !== undefined && 'word' in heard ? heard.word : undefined)
    if (parsed.success) return { talk, answer: parsed.data }
    const strange = new RunnerMeshError('protocol_mismatch', `Peer ${peer} answered a stream in a strange form.`)
    talk.abort(strange)
    throw strange
  }

  return {
    openLog: async (key, signal) => {
      const { talk, answer } = await open({ open: 'log', ...wireKey(key) }, logAnswer, signal)
      return {
        nextSeq: answer.next_seq,
        append: async (records) => {
          for (const record of records) await talk.send(encodeLogRecord(record, crc32))
        },
        flushed: () => talk.delivered(),
        close: () => talk.close(),
      }
    },
    openArtifact: async (key, { path, bytes, sha256 }, signal) => {
      const word = { open: 'artifact', ...wireKey(key), path, bytes, sha256 }
      const { talk, answer } = await open(word, artifactAnswer, signal)
      let { offset } = answer
      return {
        get offset() {
          return offset
        },
        write: async (piece) => {
          for (let at = 0; at < piece.length; at += PIECE_BYTES) await talk.send(piece.subarray(at, at + PIECE_BYTES))
          offset += piece.length
        },
        finish: async () => {
          await talk.say({ done: true })
          const kept = await talk.next()
          if (kept === undefined || !('word' in kept) || kept.word['kept'] !== true)
            throw new RunnerMeshError('peer_unreachable', `Peer ${peer} did not say that it keeps ${path}.`)
          await talk.close()
        },
        close: () => talk.close(),
      }
    },
    openInput: async (key, index, offset, signal) => {
      const { talk, answer } = await open({ open: 'input', ...wireKey(key), index, offset }, inputAnswer, signal)
      return { artifact: answer, content: pieces(talk) }
    },
  }
}

async function* pieces(talk: StreamTalk): AsyncGenerator<Uint8Array> {
  try {
    for (;;) {
      const heard = await talk.next()
      if (heard === undefined)
        throw new RunnerMeshError('peer_unreachable', `Peer ${talk.channel.remote} broke off in the middle of a file.`)
      if ('word' in heard) return
      yield heard.data
      await talk.taken(heard.data.length)
    }
  } finally {
    await talk.close()
  }
}

function wireKey({ taskId, attempt }: AttemptKey): Word {
  return { task_id: taskId, attempt }
}
