/** A file that a task has left, as a download: never shown by the browser as a page of this origin. */
import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { RunnerMeshError } from '../core/errors.ts'
import type { Operations } from '../core/operations/invoke.ts'
import type { Call } from '../core/operations/operation.ts'
import { ARTIFACT_CHUNK_BYTES } from '../core/operations/outputs.ts'

/** @param asked task_id and path, and perhaps attempt, as p2p_taskqueue_read_artifact takes them */
export async function sendArtifact(
  res: ServerResponse,
  operations: Operations,
  call: Call,
  asked: URLSearchParams,
): Promise<void> {
  const attempt = asked.get('attempt')
  const what = {
    task_id: asked.get('task_id') ?? '',
    path: asked.get('path') ?? '',
    ...(attempt === null ? {} : { attempt: Number(attempt) }),
    max_bytes: ARTIFACT_CHUNK_BYTES,
  }
  const read = (offset: number) => operations.call('p2p_taskqueue_read_artifact', { ...what, offset }, call)
  let piece = await read(0)
  const name = what.path.slice(what.path.lastIndexOf('/') + 1)
  res.writeHead(200, {
    'content-type': 'application/octet-stream',
    'content-length': piece.bytes,
    'content-disposition': `attachment; filename*=UTF-8''${encodeURIComponent(name.toWellFormed()).replace(/['()*]/g, escapeByte)}`,
    'content-security-policy': "default-src 'none'; sandbox",
    'x-content-type-options': 'nosniff',
    'cache-control': 'no-store',
  })
  for (;;) {
    const data = Buffer.from(piece.data, 'base64')
    if (!res.write(data)) await once(res, 'drain', { signal: call.signal })
    const next = piece.offset + data.length
    if (next >= piece.bytes) break
    if (data.length === 0) throw new RunnerMeshError('storage_failed', 'The file ends before its end.')
    piece = await read(next)
  }
  res.end()
}

const escapeByte = (character: string): string => `%${character.charCodeAt(0).toString(16).toUpperCase()}`
