/** `runner-mesh top`: the queue, the peers and the tasks under way; live on a terminal, once in a pipe. */
import type { Command } from 'commander'
import { systemClock } from '../../app/system.ts'
import { cleanLine } from '../../core/clean-text.ts'
import type { Output as OutputOf } from '../../core/operations/catalog.ts'
import type { TaskView } from '../../core/operations/views.ts'
import { SECOND } from '../../core/lease.ts'
import { table } from '../output.ts'
import { openPeer } from '../peer-link.ts'
import { parseNumber, type RunInContext } from '../run-command.ts'
import { SteadyLink } from '../steady-link.ts'
import { bar, isTerminal } from '../status-line.ts'

interface Snapshot {
  readonly status: OutputOf<'p2p_taskqueue_status'>
  readonly tasks: readonly TaskView[]
  readonly peers: OutputOf<'list_peers'>['peers']
}

const MOST_TASKS = 50
const FALLBACK_ROWS = 24
/** The other screen of the terminal, so that what stood there is back afterwards; the cursor hidden. */
const ENTER = '\u001b[?1049h\u001b[?25l'
const LEAVE = '\u001b[?25h\u001b[?1049l'
const HOME = '\u001b[H'
const ERASE_LINE = '\u001b[K'
const ERASE_BELOW = '\u001b[J'

export function addTopCommand(program: Command, run: RunInContext): void {
  const command = program
    .command('top')
    .description('Show queue, peers and tasks under way: live on a terminal (Ctrl-C ends it), once in a pipe.')
    .option('--every-seconds <number>', 'how often to look', parseNumber, 1)
    .option('--once', 'show it once')
  run(command, async (context) => {
    const { output, streams, onInterrupt } = context
    const { everySeconds, once = false } = command.opts<{ everySeconds: number; once?: boolean }>()
    const over = new AbortController()
    onInterrupt(() => over.abort(new Error('left')))
    let away = ''
    const status = (line: string): void => {
      away = line.includes('away') ? line : ''
      if (isLive) streams.stdout.write(`${HOME}${away}${ERASE_LINE}`)
    }
    const isLive = !once && !output.json && isTerminal(streams.stdout)
    const first = await openPeer(context)
    const link = new SteadyLink(
      { open: () => openPeer(context), clock: systemClock, signal: over.signal, status },
      first,
    )
    try {
      if (!isLive) {
        const snapshot = await look(link, over.signal)
        output.result(snapshot, () => describe(snapshot, Infinity))
        return 0
      }
      streams.stdout.write(ENTER)
      while (!over.signal.aborted) {
        const rows = streams.stdout.rows > 0 ? streams.stdout.rows : FALLBACK_ROWS
        const columns = streams.stdout.columns > 0 ? streams.stdout.columns : Infinity
        const lines = describe(await look(link, over.signal), rows)
          .split('\n')
          .map((line) => `${line.slice(0, columns)}${ERASE_LINE}`)
        streams.stdout.write(`${HOME}${lines.join('\n')}${ERASE_BELOW}`)
        await systemClock.sleep(Math.max(0.2, everySeconds) * SECOND, over.signal).catch(() => undefined)
      }
      return 0
    } catch (thrown) {
      if (over.signal.aborted) return 0
      throw thrown
    } finally {
      if (isLive) streams.stdout.write(LEAVE)
      await link.close()
    }
  })
}

async function look(link: SteadyLink, signal: AbortSignal): Promise<Snapshot> {
  const [status, running, queued, { peers }] = await Promise.all([
    link.call('p2p_taskqueue_status', { detail: true }, { signal }),
    link.call('p2p_taskqueue_list_tasks', { status: 'running', limit: MOST_TASKS }, { signal }),
    link.call('p2p_taskqueue_list_tasks', { status: 'queued', limit: MOST_TASKS }, { signal }),
    link.call('list_peers', {}, { signal }),
  ])
  return { status, tasks: [...running.tasks, ...queued.tasks].slice(0, MOST_TASKS), peers }
}

function describe({ status, tasks, peers }: Snapshot, rows: number): string {
  const head = [
    `queued ${String(status.queued)}  running ${String(status.running)}  completed ${String(status.completed)}  failed ${String(status.failed)}  cancelled ${String(status.cancelled)}`,
    '',
    ...table([
      ['PEER', 'NAME', 'STATE', 'TASKS', 'LOAD'],
      ...peers.map((peer) => {
        const load = peer.capabilities?.load
        return [
          peer.peer_id,
          cleanLine(peer.runner_name, 32),
          peer.self === true ? 'self' : !peer.alive ? 'unreachable' : peer.relayed === true ? 'relayed' : 'direct',
          load === undefined ? '-' : `${String(load.running)}/${String(load.slots)}`,
          load === undefined ? '-' : load.load_1m.toFixed(2),
        ]
      }),
    ]).split('\n'),
    '',
  ]
  const below = table([
    ['TASK', 'STATUS', 'WORKER', 'NOW'],
    ...tasks.map((task) => [
      task.task_id,
      `${task.status}/${task.phase ?? '-'}`,
      cleanLine(task.worker_name ?? '-', 32),
      nowOf(task),
    ]),
  ]).split('\n')
  return [...head, ...below].slice(0, rows).join('\n')
}

function nowOf({ progress, payload }: TaskView): string {
  if (progress === undefined) return cleanLine(typeof payload?.['image'] === 'string' ? payload['image'] : '', 80)
  const { fraction, message } = progress
  return `${fraction === undefined ? '' : `${bar(fraction)} `}${cleanLine(message, 120)}`
}
