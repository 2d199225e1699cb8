/**
 * `npm run demo`: an agent asks peer A over MCP, peer B in another process runs real containers, the agent reads the
 * results. Everything that is started is stopped again, also when something fails or Ctrl-C is pressed.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { copyFile } from 'node:fs/promises'
import { constants, tmpdir } from 'node:os'
import { join } from 'node:path'
import { styleText } from 'node:util'
import { z } from 'zod'
import { connectAgent, type Agent } from './agent.ts'
import { findDemoImage } from './image.ts'
import { startPeerProcess } from './peer-process.ts'

const TASKS = [
  { name: 'print', command: ['echo', 'hello from a container'] },
  {
    name: 'compute',
    command: [
      'sh',
      '-c',
      'i=1; while [ $i -le 6 ]; do s=0; n=0; while [ $n -lt 20000 ]; do s=$((s+n*i)); n=$((n+1)); done; echo "step $i of 6: $s"; sleep 0.6; i=$((i+1)); done',
    ],
  },
  { name: 'fail', command: ['sh', '-c', 'echo this one fails on purpose; exit 3'] },
] as const

const submitted = z.looseObject({ task_id: z.string() })
const waited = z.looseObject({
  timed_out: z.boolean(),
  log_tail: z.string().optional(),
  task: z.looseObject({
    status: z.string(),
    reason: z.string().optional(),
    exit_code: z.number().optional(),
    worker_id: z.string().optional(),
    worker_name: z.string().optional(),
    duration_ms: z.number().optional(),
    error: z.string().optional(),
  }),
})

/** Should this process be killed where it stands, its peers stop by themselves. */
const LIFE = ['--run-for-seconds', '300']

type Row = readonly [task: string, status: string, exit: string, worker: string, total: string, progress: string]

const cleanUps: (() => Promise<unknown>)[] = []
const stop = new AbortController()
const stopped = stop.signal
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => void giveUp(signal))
// Whoever read along has gone, as with `npm run demo | head`: nothing is left to show, only to stop.
process.stdout.once('error', () => void giveUp('SIGPIPE'))
process.stdout.on('error', () => undefined)

try {
  await demo()
} catch (error) {
  if (!stopped.aborted) {
    process.stderr.write(
      `\n${styleText('red', 'The demo failed')}: ${error instanceof Error ? error.message : String(error)}\n`,
    )
    process.exitCode = 1
  }
} finally {
  await cleanUp()
}

async function demo(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'runner-mesh-demo-'))
  cleanUps.push(() => rm(folder, { recursive: true, force: true }))
  const { image, note } = await findDemoImage()
  say('image', `${image} (${note})`)

  const a = await startPeerProcess({
    args: [
      'up',
      '--state-dir',
      join(folder, 'a'),
      '--listen',
      '/ip4/127.0.0.1/tcp/0',
      '--http',
      '127.0.0.1:0',
      '--work',
      'false',
      '--runner-name',
      'peer-A',
      ...LIFE,
    ],
  })
  cleanUps.push(() => a.stop())
  say('peer A', `${a.ready.peer_id} keeps the queue, MCP at ${a.ready.mcp_url ?? '-'}`)

  // All that B is given: the mesh key and an address.
  const keyFile = join(folder, 'mesh.key')
  await copyFile(join(folder, 'a', 'mesh.key'), keyFile)
  const b = await startPeerProcess({
    args: [
      'worker',
      '--state-dir',
      join(folder, 'b'),
      '--key-file',
      keyFile,
      '--bootstrap',
      a.ready.addresses[0] ?? '',
      '--runner-name',
      'peer-B',
      ...LIFE,
    ],
  })
  cleanUps.push(() => b.stop())
  say('peer B', `${b.ready.peer_id} works, in process ${String(b.child.pid)} with its own state`)

  const agent = await connectAgent(a.ready)
  cleanUps.push(() => agent.close())
  say('agent', 'connected to A over MCP\n')

  const rows: Row[] = []
  for (const task of TASKS) rows.push(await runTask(agent, image, task))
  print(rows)
  const [printed, computed, failed] = rows
  const asExpected =
    printed?.[1] === 'completed' &&
    computed?.[1] === 'completed' &&
    failed?.[2] === '3' &&
    rows.every((row) => row[3] === 'peer-B')
  if (!asExpected) throw new Error('a task did not end as it should; see the table')
}

async function runTask(agent: Agent, image: string, { name, command }: (typeof TASKS)[number]): Promise<Row> {
  const startedAt = performance.now()
  say(name, `agent → A: p2p_taskqueue_submit_docker_hub ${command[0]} …`)
  const { task_id: taskId } = submitted.parse(
    await agent.call('p2p_taskqueue_submit_docker_hub', { image, command: [...command] }),
  )
  say(name, `A has it on disk: ${taskId}`)
  let notes = 0
  for (;;) {
    const answer = waited.parse(
      await agent.call('p2p_taskqueue_wait_task', { task_id: taskId, timeout_s: 60 }, (message) => {
        notes += 1
        say(name, `progress: ${message}`)
      }),
    )
    if (answer.timed_out) continue
    const ms = performance.now() - startedAt
    const { task } = answer
    const reason = task.reason === undefined ? '' : ` (${task.reason})`
    say(
      name,
      `${task.status}${reason}, exit ${String(task.exit_code ?? '-')}, ran on ${task.worker_name ?? task.worker_id ?? '-'}`,
    )
    if (task.error !== undefined) say(name, `error: ${task.error}`)
    for (const line of (answer.log_tail ?? '').split('\n').slice(-3)) say(name, `log: ${line}`)
    process.stdout.write('\n')
    return [
      name,
      task.status,
      String(task.exit_code ?? '-'),
      task.worker_name ?? task.worker_id ?? '-',
      `${ms.toFixed(0)} ms`,
      String(notes),
    ]
  }
}

function say(who: string, what: string): void {
  process.stdout.write(`${styleText('cyan', who.padEnd(8))} ${what}\n`)
}

function print(rows: readonly Row[]): void {
  const all = [['task', 'status', 'exit', 'ran on', 'submit → result', 'progress notes'], ...rows]
  const widths = all.reduce<number[]>((most, row) => row.map((cell, at) => Math.max(most[at] ?? 0, cell.length)), [])
  for (const row of all)
    process.stdout.write(
      `${row
        .map((cell, at) => cell.padEnd(widths[at] ?? 0))
        .join('  ')
        .trimEnd()}\n`,
    )
}

async function giveUp(signal: 'SIGINT' | 'SIGTERM' | 'SIGHUP' | 'SIGPIPE'): Promise<void> {
  stop.abort()
  await cleanUp()
  process.exit(128 + constants.signals[signal])
}

async function cleanUp(): Promise<void> {
  for (let step = cleanUps.pop(); step !== undefined; step = cleanUps.pop()) await step().catch(() => undefined)
}
