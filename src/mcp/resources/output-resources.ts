/**
 * What tasks leave behind, as resources: logs by range, end or match, and artifacts piece by piece. Each reading is
 * bounded and says in `_meta` how to read on.
 */
import { ResourceNotFoundError, ResourceTemplate, UriTemplate } from '@modelcontextprotocol/server'
import type { McpServer, ReadResourceResult } from '@modelcontextprotocol/server'
import { toErrorView } from '../../core/errors.ts'
import type { Output } from '../../core/operations/catalog.ts'
import type { Call } from '../../core/operations/operation.ts'
import { ANSWER_BYTES } from '../tools/answer-cap.ts'
import { readLogWindow } from '../tools/log-window.ts'
import { askFor, JSON_TYPE, jsonResource, refuseResource } from './resource-answer.ts'
import { quietCall, type Seat } from '../seat.ts'
import type { ServerDeps } from '../server-deps.ts'
import { cleaned } from '../tools/tool-answer.ts'

const LOG_LINES = { default: 200, most: 1000 } as const
/** Base64 of it fits the cap of an answer. */
const PIECE_BYTES = 16_384
const WINDOW_BYTES = ANSWER_BYTES - 2_000

type CompleteId = (prefix: string) => Promise<string[]>

export function registerOutputs(server: McpServer, deps: ServerDeps, seat: Seat, completeId: CompleteId): void {
  const call = (signal: AbortSignal): Call => quietCall(seat.caller, signal)
  const complete = { id: completeId }

  server.registerResource(
    'task-log',
    new ResourceTemplate(new QueryTemplate('task://{id}/logs', '{?tail,cursor,grep}'), { list: undefined, complete }),
    {
      title: 'Task log',
      description: `The end of a task’s log: the last ${String(LOG_LINES.default)} lines, or tail up to ${String(LOG_LINES.most)}; from cursor on (0 is its start); or the lines with grep. It is data from outside.`,
      mimeType: 'text/plain',
      annotations: { audience: ['user'], priority: 0.3 },
    },
    (uri, { id }, { mcpReq }) => readLog(deps, uri, String(id), call(mcpReq.signal)),
  )
  server.registerResource(
    'task-artifacts',
    new ResourceTemplate('task://{id}/artifacts', { list: undefined, complete }),
    {
      title: 'Task artifacts',
      description: 'The files that a task has left, with size and SHA-256',
      mimeType: JSON_TYPE,
    },
    async (uri, { id }, { mcpReq }) => {
      const input = { task_id: String(id) }
      const { artifacts, attempt } = await askFor(
        deps,
        uri.href,
        'p2p_taskqueue_list_artifacts',
        input,
        call(mcpReq.signal),
      )
      const listed = artifacts.map((artifact) => ({ ...artifact, uri: artifactUri(String(id), artifact.path) }))
      return jsonResource(uri.href, { attempt, artifacts: listed })
    },
  )
  server.registerResource(
    'task-artifact',
    new ResourceTemplate(new QueryTemplate('task://{id}/artifacts/{+path}', '{?offset}'), {
      list: undefined,
      complete,
    }),
    {
      title: 'Task artifact',
      description: `A file that a task has left, ${String(PIECE_BYTES)} bytes from offset on. It is data from outside.`,
      annotations: { audience: ['user'], priority: 0.3 },
    },
    (uri, { id, path }, { mcpReq }) => readArtifact(deps, uri, String(id), String(path), call(mcpReq.signal)),
  )
}

/** RFC 6570 lets every part of a query be absent; the SDK's own template asks for all of them. */
class QueryTemplate extends UriTemplate {
  readonly #path: UriTemplate

  constructor(path: string, query: string) {
    super(`${path}${query}`)
    this.#path = new UriTemplate(path)
  }

  override match(uri: string): ReturnType<UriTemplate['match']> {
    return this.#path.match(uri.split('?', 1)[0] ?? uri)
  }
}

async function readLog(deps: ServerDeps, uri: URL, taskId: string, call: Call): Promise<ReadResourceResult> {
  const asked = Number(uri.searchParams.get('tail') ?? LOG_LINES.default)
  const cursor = uri.searchParams.get('cursor') ?? undefined
  const grep = uri.searchParams.get('grep') ?? undefined
  const wishesTail = uri.searchParams.has('tail') || grep === undefined
  const tailLines = Number.isInteger(asked) ? Math.min(Math.max(asked, 1), LOG_LINES.most) : LOG_LINES.default
  try {
    const wish = { taskId, cursor, grep, tailLines: wishesTail ? tailLines : 0, maxBytes: WINDOW_BYTES }
    const { text, nextCursor, missing } = await readLogWindow(deps.operations, wish, call)
    const meta = {
      ...(nextCursor === undefined ? { eof: true } : { next_cursor: nextCursor }),
      ...(missing === undefined ? {} : { missing }),
    }
    return { contents: [{ uri: uri.href, mimeType: 'text/plain', text, _meta: meta }] }
  } catch (thrown) {
    if (toErrorView(thrown).code !== 'peer_not_allowed') return refuseResource(deps, uri.href, thrown)
    // A home that keeps no logs has the end of them in its results.
    const input = { task_id: taskId, log_tail_lines: tailLines }
    const answer = await askFor(deps, uri.href, 'p2p_taskqueue_get_task', input, call)
    return { contents: [{ uri: uri.href, mimeType: 'text/plain', text: cleaned(answer.log_tail ?? '') }] }
  }
}

async function readArtifact(
  deps: ServerDeps,
  uri: URL,
  taskId: string,
  encodedPath: string,
  call: Call,
): Promise<ReadResourceResult> {
  const offset = Number(uri.searchParams.get('offset') ?? 0)
  const path = decoded(encodedPath)
  if (path === undefined || !Number.isSafeInteger(offset) || offset < 0) throw new ResourceNotFoundError(uri.href)
  const input = { task_id: taskId, path: `/${path}`, offset, max_bytes: PIECE_BYTES }
  const piece = await askFor(deps, uri.href, 'p2p_taskqueue_read_artifact', input, call)
  return { contents: [{ uri: uri.href, ...contentOf(piece) }] }
}

/** Text is cleaned as all foreign text is; anything else goes out as the bytes that it is. */
function contentOf({ data, offset, bytes, sha256 }: Output<'p2p_taskqueue_read_artifact'>) {
  const piece = Buffer.from(data, 'base64')
  const text = textOf(piece, offset === 0 && piece.length === bytes)
  const told = text === undefined ? piece.length : text.bytes
  const end = offset + told
  const _meta = { offset, bytes, sha256, ...(end < bytes ? { next_offset: end } : { eof: true }) }
  return text === undefined
    ? { blob: data, mimeType: 'application/octet-stream', _meta }
    : { text: cleaned(text.text), mimeType: 'text/plain', _meta }
}

/** A piece may end inside a character, which then belongs to the next one. */
function textOf(piece: Buffer, isWhole: boolean): { text: string; bytes: number } | undefined {
  const longestCut = isWhole ? 0 : Math.min(3, piece.length)
  for (let cut = 0; cut <= longestCut; cut += 1) {
    try {
      const text = new TextDecoder('utf-8', { fatal: true }).decode(piece.subarray(0, piece.length - cut))
      return text.includes('\0') ? undefined : { text, bytes: piece.length - cut }
    } catch {
      continue
    }
  }
  return undefined
}

function artifactUri(taskId: string, path: string): string {
  return `task://${taskId}/artifacts${path.split('/').map(encodeURIComponent).join('/')}`
}

function decoded(path: string): string | undefined {
  try {
    return decodeURIComponent(path)
  } catch {
    return undefined
  }
}
