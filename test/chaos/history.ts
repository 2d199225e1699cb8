/** What was done and seen in a run, in order of time, and what must follow from it (DESIGN: guarantees). */
export interface Asked {
  /** Exit code that the command ends with. */
  readonly exitCode: number
  readonly idempotent: boolean
  /** Set when it is going to be cancelled. */
  readonly isCancelled?: boolean
  /** Set when it waits for another task, which may fail. */
  readonly isDependent?: boolean
}

export type Happening =
  | { readonly kind: 'submitted'; readonly key: string; readonly asked: Asked }
  /** The home has answered: from here on the task must not be lost. */
  | { readonly kind: 'acknowledged'; readonly key: string; readonly task: string }
  /** As the engine tells it. */
  | { readonly kind: 'started'; readonly task: string; readonly container: string }
  /** An answer of the home that calls the task ended. */
  | {
      readonly kind: 'ended'
      readonly task: string
      readonly status: string
      readonly exitCode?: number
      readonly reason?: string
      /** Attempts that their worker stopped and gave back in order, as one that is stopped itself does. */
      readonly released?: number
    }
  /** At the end of the run, when time enough had passed. */
  | { readonly kind: 'unended'; readonly task: string; readonly status: string }
  | { readonly kind: 'unknown'; readonly task: string }
  | { readonly kind: 'orphan'; readonly task: string; readonly container: string }
  /** Its secret stood in its log. */
  | { readonly kind: 'leaked'; readonly task: string }
  | { readonly kind: 'fault'; readonly what: string }

export type Event = Happening & { readonly at: number }

export interface Verdict {
  readonly submitted: number
  readonly acknowledged: number
  readonly settled: number
  readonly executedMoreThanOnce: number
  readonly lost: number
  readonly orphans: number
  readonly faults: number
  readonly leaks: number
  /** Longest time, in milliseconds, in which something acknowledged waited and nothing ended. */
  readonly longestStallMs: number
  /** Settled tasks by status, or by the reason of their failure. */
  readonly ends: Readonly<Record<string, number>>
  /** What was promised and did not hold, a line each. */
  readonly broken: readonly string[]
}

/** What faults of these kinds may do to a task; anything else was not asked for. */
const FAIR_REASONS = new Set(['exit', 'signal', 'worker_lost', 'disk', 'pull'])

interface Known {
  readonly key: string
  readonly asked: Asked
  readonly acknowledgedAt: number
  readonly containers: Set<string>
  end?: {
    readonly status: string
    readonly exitCode: number | undefined
    readonly reason: string | undefined
    readonly released: number
    readonly at: number
  }
}

export function judge(history: readonly Event[]): Verdict {
  const broken: string[] = []
  const asked = new Map<string, Asked>()
  const tasks = new Map<string, Known>()
  const taskOfKey = new Map<string, string>()
  const count = (kind: Happening['kind']): number => history.filter((event) => event.kind === kind).length
  const starts = history.filter((event) => event.kind === 'started')
  let lost = 0

  for (const event of history) {
    if (event.kind === 'submitted') asked.set(event.key, event.asked)
    else if (event.kind === 'acknowledged') {
      const former = taskOfKey.get(event.key)
      if (former !== undefined && former !== event.task) {
        broken.push(`${event.key}: one key became two tasks, ${former} and ${event.task}`)
      }
      taskOfKey.set(event.key, event.task)
      const wanted = asked.get(event.key)
      if (wanted === undefined) broken.push(`${event.task}: acknowledged without having been submitted`)
      else if (!tasks.has(event.task)) {
        const containers = new Set(starts.filter(({ task }) => task === event.task).map(({ container }) => container))
        tasks.set(event.task, { key: event.key, asked: wanted, acknowledgedAt: event.at, containers })
      }
    } else if (event.kind === 'ended') {
      const task = tasks.get(event.task)
      if (task === undefined) continue
      if (task.end === undefined) {
        const { status, exitCode, reason, released = 0, at } = event
        task.end = { status, exitCode, reason, released, at }
      } else if (task.end.status !== event.status || task.end.exitCode !== event.exitCode) {
        broken.push(`${event.task}: its result changed from ${task.end.status} to ${event.status}`)
      }
    } else if (event.kind === 'unknown') {
      lost += 1
      broken.push(`${event.task}: acknowledged, and its home knows it no more`)
    } else if (event.kind === 'unended') broken.push(`${event.task}: hangs as ${event.status}`)
    else if (event.kind === 'orphan') broken.push(`${event.task}: container ${event.container} outlived it`)
    else if (event.kind === 'leaked') broken.push(`${event.task}: its log shows the secret it was given`)
  }
  for (const [id, task] of tasks) broken.push(...faultsOf(id, task))
  return {
    submitted: count('submitted'),
    acknowledged: tasks.size,
    settled: [...tasks.values()].filter(({ end }) => end !== undefined).length,
    executedMoreThanOnce: [...tasks.values()].filter(({ containers }) => containers.size > 1).length,
    lost,
    orphans: count('orphan'),
    faults: count('fault'),
    leaks: count('leaked'),
    longestStallMs: longestStall([...tasks.values()]),
    ends: endsOf([...tasks.values()]),
    broken,
  }
}

function* faultsOf(id: string, { asked, containers, end }: Known): Generator<string> {
  if (!asked.idempotent && containers.size > 1 + (end?.released ?? 0))
    yield `${id}: not idempotent, and started ${containers.size} times`
  if (end === undefined) return
  if (end.status === 'cancelled' && asked.isCancelled !== true) yield `${id}: cancelled, and nobody asked for it`
  const { reason = 'exit' } = end
  const isFair = FAIR_REASONS.has(reason) || (reason === 'dependency' && asked.isDependent === true)
  if (end.status === 'failed' && !isFair) yield `${id}: failed with reason ${reason}, which no fault explains`
  if (end.status === 'completed') {
    if (containers.size === 0) yield `${id}: completed, and no container of it ever started`
    if (asked.exitCode !== 0 || end.exitCode !== 0) {
      yield `${id}: completed with ${String(end.exitCode)}, its command ends with ${asked.exitCode}`
    }
  } else if (end.exitCode !== undefined && end.exitCode !== asked.exitCode && end.exitCode < 128) {
    yield `${id}: failed with ${end.exitCode}, its command ends with ${asked.exitCode}`
  }
}

function endsOf(tasks: readonly Known[]): Record<string, number> {
  const ends: Record<string, number> = {}
  for (const { end } of tasks) {
    if (end === undefined) continue
    const name = end.status === 'failed' ? `failed: ${end.reason ?? 'exit'}` : end.status
    ends[name] = (ends[name] ?? 0) + 1
  }
  return ends
}

function longestStall(tasks: readonly Known[]): number {
  const ends = tasks.flatMap(({ end }) => (end === undefined ? [] : [end.at])).sort((a, b) => a - b)
  return tasks.reduce((longest, { acknowledgedAt, end }) => {
    // From its acknowledgement on something waits; how long until anything ends?
    const until = ends.find((at) => at >= acknowledgedAt) ?? end?.at ?? acknowledgedAt
    const gaps = ends
      .filter((at) => at >= acknowledgedAt && at <= (end?.at ?? at))
      .map((at, index, all) => at - (all[index - 1] ?? acknowledgedAt))
    return Math.max(longest, until - acknowledgedAt, ...gaps)
  }, 0)
}
