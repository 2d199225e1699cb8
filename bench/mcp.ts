/**
 * `npm run bench -- mcp`: calls a second through the MCP door over HTTP, in both revisions, against the protocol's SDKs
 * bare in the same run: one tool that answers the same number of bytes, without tokens, rights, audit, cleaning or a queue.
 * A submit is durable before it is answered. Server and caller are processes of their own, rounds are interleaved.
 *
 * --rounds N (5)  --ms N (2000)  --in-flight N (16)  --json
 */
import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { Caller, type ToolCall } from './mcp/caller.ts'
import { serve, SERVERS, type ServerName } from './mcp/servers.ts'
import { drive, type Cycle } from './queue/contestant.ts'
import { Leftovers } from './queue/leftovers.ts'
import { quantile, Report, round } from './queue/report.ts'

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    ms: { type: 'string', default: '2000' },
    'in-flight': { type: 'string', default: '16' },
    json: { type: 'boolean', default: false },
    serve: { type: 'string' },
    folder: { type: 'string', default: '' },
  },
})

const serving = SERVERS.find((name) => name === values.serve)
if (serving === undefined) await measure()
else {
  let since = process.cpuUsage()
  process.on('message', () => {
    process.send?.(process.cpuUsage(since))
    since = process.cpuUsage()
  })
  process.send?.(await serve(serving, values.folder))
}

interface Server {
  readonly url: string
  readonly child: ChildProcess
}

interface Contest {
  readonly name: string
  readonly session: boolean
  readonly ours: ToolCall
  readonly peer: ServerName
  readonly peerName: string
  readonly words: string
}

async function measure(): Promise<void> {
  const leftovers = new Leftovers()
  const report = new Report(values.json)
  try {
    const folder = await mkdtemp(join(tmpdir(), 'runner-mesh-bench-'))
    leftovers.add(() => rm(folder, { recursive: true, force: true }))
    report.addMachine(folder)
    const servers = new Map<ServerName, Server>()
    for (const name of SERVERS) servers.set(name, await start(name, join(folder, name), leftovers))
    const status: ToolCall = { tool: 'p2p_taskqueue_status', args: {} }
    const bare2026 = { peer: 'bare-2026', peerName: '@modelcontextprotocol/server 2.4.0, bare' } as const
    const contests: readonly Contest[] = [
      { name: 'mcp-status-2026', session: false, ours: status, ...bare2026, words: 'p2p_taskqueue_status, 2026-07-28' },
      {
        ...{
          name: 'mcp-status-2025',
          session: true,
          ours: status,
          words: 'p2p_taskqueue_status, session of 2025-11-25',
        },
        ...{ peer: 'bare-2025', peerName: '@modelcontextprotocol/sdk 1.32.2, bare' },
      },
      {
        ...{ name: 'mcp-submit-2026', session: false, ...bare2026, words: 'p2p_taskqueue_submit, durable, 2026-07-28' },
        ours: { tool: 'p2p_taskqueue_submit', args: { task_type: 'bench.noop', payload: {} } },
      },
    ]
    for (const contest of contests) await run(contest, servers, report)
  } finally {
    await leftovers.remove()
  }
}

async function run(contest: Contest, servers: ReadonlyMap<ServerName, Server>, report: Report): Promise<void> {
  const { name, session, ours: call, peer, peerName, words } = contest
  const [ourServer, theirServer] = [servers.get('ours'), servers.get(peer)]
  if (ourServer === undefined || theirServer === undefined) throw new Error('A server is missing.')
  const [us, them] = [new Caller(ourServer.url), new Caller(theirServer.url)]
  if (session) {
    await us.openSession()
    await them.openSession()
  }
  const load = { callers: Number(values['in-flight']), batch: 1, ms: Number(values.ms) }
  const [mine, theirs]: [Round[], Round[]] = [[], []]
  // The first round warms up, and is not counted.
  for (let turn = 0; turn <= Number(values.rounds); turn += 1) {
    const own = await measured(ourServer, () => drive(load, () => us.call(call)))
    const other = await measured(theirServer, () => drive(load, () => them.call({ tool: 'bare', args: {} })))
    if (turn > 0) {
      mine.push(own)
      theirs.push(other)
    }
  }
  us.close()
  them.close()
  const turns = mine.flatMap(({ turnsMs }) => turnsMs)
  const [figure, peerFigure] = [mine, theirs].map((cycles) => Math.round(quantile(cycles.map(rateOf), 0.5)))
  const ratio = round(
    quantile(
      mine.map((own, at) => rateOf(own) / rateOf(theirs[at] ?? own)),
      0.5,
    ),
  )
  const [cpu, peerCpu] = [mine, theirs].map((rounds) =>
    Math.round(
      quantile(
        rounds.map(({ cpuUs }) => cpuUs),
        0.5,
      ),
    ),
  )
  const [p50, p99] = [round(quantile(turns, 0.5)), round(quantile(turns, 0.99))]
  report.add(
    {
      ...{ name, unit: 'calls/s', figure, ratio, peer: peerName, peer_figure: peerFigure, n: turns.length },
      ...{ in_flight: load.callers, p50, p99, cpu_us: cpu, peer_cpu_us: peerCpu },
    },
    `${words}: ${String(figure)} calls/s, p50 ${String(p50)} ms, p99 ${String(p99)} ms, ${String(cpu)} µs of processor time a call\n  ÷ ${peerName} (${String(peerFigure)} calls/s, ${String(peerCpu)} µs) = ${String(ratio)}`,
  )
}

interface Round extends Cycle {
  /** What the server spent on one call, user and system. */
  readonly cpuUs: number
}

async function measured({ child }: Server, work: () => Promise<Cycle>): Promise<Round> {
  await askCpu(child)
  const cycle = await work()
  const { user, system } = await askCpu(child)
  return { ...cycle, cpuUs: (user + system) / cycle.tasks }
}

/** What the process has spent since it was last asked. */
async function askCpu(child: ChildProcess): Promise<NodeJS.CpuUsage> {
  child.send('cpu')
  const [answer] = (await once(child, 'message')) as [NodeJS.CpuUsage]
  return answer
}

function rateOf({ tasks, seconds }: Cycle): number {
  return tasks / seconds
}

async function start(name: ServerName, folder: string, leftovers: Leftovers): Promise<Server> {
  const child = fork(import.meta.filename, ['--serve', name, '--folder', folder])
  const gone = once(child, 'exit')
  leftovers.add(async () => {
    child.kill('SIGTERM')
    await gone
  })
  const [url] = (await Promise.race([once(child, 'message'), gone.then(() => fail(name))])) as [string]
  return { url, child }
}

function fail(name: string): never {
  throw new Error(`The server ${name} ended before it was ready.`)
}
