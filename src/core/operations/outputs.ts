/**
 * Operations on what a task leaves behind: its log and its artifacts. A log is read from a position on: a reader that was
 * cut off passes the last `next_seq` back, whoever restarted meanwhile.
 */
import { z } from 'zod'
import { ARTIFACT_LIMITS } from '../artifact.ts'
import { STATUSES } from '../task.ts'
import { defineOperation, READS } from './operation.ts'
import { instant, taskIdField } from './views.ts'

const count = () => z.int().min(0)
const attemptField = z.int().min(1).optional().describe('Which attempt; the last one that wrote by default')
const digestField = z.string().regex(/^[0-9a-f]{64}$/, 'is not a SHA-256 in hexadecimal')

/** One JSON-RPC message holds a page, even when every byte of it needs an escape. */
export const LOG_PAGE_BYTES = 131_072

export const readLog = defineOperation({
  name: 'p2p_taskqueue_read_log',
  title: 'Read the log of a task',
  description:
    'Answers a page of the output from from_seq on, waiting up to wait_s for more. Pass next_seq back as from_seq until ended.',
  access: 'tasks:read',
  hints: { ...READS, openWorld: true },
  input: z.strictObject({
    task_id: taskIdField,
    attempt: attemptField,
    from_seq: count().optional().describe('Position to read from; 0 by default'),
    tail_lines: z
      .int()
      .min(0)
      .max(100_000)
      .optional()
      .describe('Begin so many lines before the end; only without from_seq'),
    since: instant().optional().describe('Leave out what was written before'),
    stream: z.enum(['stdout', 'stderr']).optional().describe('Only this stream'),
    grep: z.string().min(1).max(1024).optional().describe('Only lines that contain this text'),
    max_bytes: z.int().min(1024).max(LOG_PAGE_BYTES).default(65_536),
    wait_s: z.number().min(0).max(60).default(0).describe('Wait for more when there is nothing yet'),
  }),
  output: z.object({
    task_id: taskIdField,
    status: z.enum(STATUSES),
    attempt: count().describe('0 before the first attempt'),
    entries: z.array(z.object({ seq: count(), at: instant(), stream: z.enum(['stdout', 'stderr']), text: z.string() })),
    cuts: z
      .array(z.object({ from_seq: count(), to_seq: count(), bytes: count().optional() }))
      .describe('What is missing in this page: dropped between head and tail'),
    next_seq: count(),
    ended: z.boolean().describe('Nothing of this attempt follows next_seq'),
    complete: z.boolean().describe('The worker has said that the log is whole'),
    bytes: count().describe('Written so far, missing parts counted'),
    lines: count(),
  }),
})

export const artifactView = z.object({
  path: z.string(),
  bytes: count(),
  sha256: digestField,
})

export const listArtifacts = defineOperation({
  name: 'p2p_taskqueue_list_artifacts',
  title: 'List the artifacts of a task',
  description: 'Lists the files a task has left, with size and SHA-256. Fetch one with p2p_taskqueue_read_artifact.',
  access: 'tasks:read',
  hints: { ...READS, openWorld: true },
  input: z.strictObject({ task_id: taskIdField, attempt: attemptField }),
  output: z.object({
    task_id: taskIdField,
    attempt: count(),
    artifacts: z.array(artifactView).max(ARTIFACT_LIMITS.files),
  }),
})

/** Base64 of it fits one JSON-RPC message. */
export const ARTIFACT_CHUNK_BYTES = 524_288

export const readArtifact = defineOperation({
  name: 'p2p_taskqueue_read_artifact',
  title: 'Read an artifact of a task',
  description:
    'Answers a piece of a file that a task has left, in base64. Go on at offset + bytes read until offset reaches bytes.',
  access: 'tasks:read',
  hints: { ...READS, openWorld: true },
  input: z.strictObject({
    task_id: taskIdField,
    attempt: attemptField,
    path: z.string().min(1).max(4096).describe('As p2p_taskqueue_list_artifacts answers it'),
    offset: count().default(0),
    max_bytes: z.int().min(1).max(ARTIFACT_CHUNK_BYTES).default(65_536),
  }),
  output: artifactView.extend({ offset: count(), data: z.base64() }),
})
