/**
 * Two peers that share a home in PostgreSQL, one home in SQLite and four workers, as processes in network namespaces, under
 * load: peers are killed and frozen, the database is restarted and killed, and ways between them are cut, both or one. What
 * was done and seen is recorded, and judged at the end; a broken promise ends with 1.
 *
 * --seconds N (60)  --seed N (1)
 */
import { setTimeout as pause } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { judge, type Asked, type Event, type Happening } from '../chaos/history.ts'
import { errorText } from '../../src/core/errors.ts'
import { SeededRandom } from '../support/seeded-random.ts'
import { Desk, type Answered } from './desk.ts'
import { IMAGE, openGround, type Member } from './ground.ts'
import { watchStarts } from './starts.ts'

const { values } = parseArgs({
  options: { seconds: { type: 'string', default: '60' }, seed: { type: 'string', default: '1' } },
})
/** After the last fault: leases and graces end, what was lost is offered again. */
const SETTLE_MS = 120_000
const CALLERS = 4
/** Characters of a log. */
const LAST_WORDS = 4_000
const DOORS = ['shared', 'single'] as const

const random = new SeededRandom(Number(values.seed))
const below = (most: number): number => Math.floor(random.unit() * most)
const oneOf = <T>(all: readonly T[]): T => all[below(all.length)] as T
const startedAt = performance.now()
const history: Event[] = []
const record = (happening: Happening): void => {
  history.push({ ...happening, at: Math.round(performance.now() - startedAt) })
}
const broken: string[] = []
/** Every `task fence` that a container was started for. */
const fences = new Set<string>()

await using ground = await openGround()
const { homes, workers, network, database } = ground
using starts = await watchStarts(ground.docker, (task, container, fence) => {
  record({ kind: 'started', task, container })
  if (fences.has(`${task} ${fence}`)) broken.push(`${task}: started twice under fence ${fence}`)
  fences.add(`${task} ${fence}`)
})
await using desk = new Desk()
/** Tasks to the home that accepted them. */
const pending = new Map<string, keyof typeof homes>()
const all = new Map<string, keyof typeof homes>()
/** Members that were killed, on their way up. */
const comingBack: Promise<void>[] = []
/** Nothing is submitted any more, nor hurt. */
const over = new AbortController()
const isOver = (): boolean => over.signal.aborted
for (const member of [...homes.shared, ...homes.single, ...workers]) watch(member)
const until = performance.now() + Number(values.seconds) * 1000
const isTime = (): boolean => performance.now() < until

await Promise.all([
  ...Array.from({ length: CALLERS }, (_, caller) => submitAll(caller)),
  follow(),
  Promise.all([hurtProcesses(), cutWays()]).then(() => over.abort()),
])
await Promise.all(comingBack)
await comeToRest()
starts.stop()

const verdict = judge(history)
broken.push(...verdict.broken)
const { submitted, acknowledged, settled, executedMoreThanOnce, faults, longestStallMs } = verdict
const figures = { submitted, acknowledged, settled, executedMoreThanOnce, faults, longestStallMs }
process.stdout.write(`seed ${values.seed}, ${values.seconds} s\n`)
for (const [name, figure] of Object.entries(figures)) process.stdout.write(`| ${name} | ${String(figure)} |\n`)
for (const event of history) if (event.kind === 'fault') process.stdout.write(`${String(event.at)} ms: ${event.what}\n`)
for (const line of broken) process.stdout.write(`BROKEN ${line}\n${await attemptsOf(line.split(':')[0] ?? '')}`)
process.stdout.write(broken.length === 0 ? 'every guarantee held\n' : `${String(broken.length)} guarantees broken\n`)
process.exitCode = broken.length === 0 && settled > 0 && settled === acknowledged ? 0 : 1

/** What its home knows of the attempts of a task, a line each; of what is no task, nothing. */
async function attemptsOf(task: string): Promise<string> {
  const door = all.get(task)
  if (door === undefined) return ''
  const seen = history.filter((event) => 'task' in event && event.task === task)
  const look = desk.call(oneOf(homes[door]), 'p2p_taskqueue_get_task', { task_id: task, attempts: true })
  const told = await look.then(({ attempts = [] }) => attempts).catch((error: unknown) => [errorText(error)])
  return [...seen, ...told].map((one) => `  ${JSON.stringify(one)}\n`).join('')
}

async function submitAll(caller: number): Promise<void> {
  for (let number = 0; !isOver(); number += 1) {
    const door = oneOf(DOORS)
    const asked: Asked = { exitCode: below(5) === 0 ? 3 : 0, idempotent: below(3) > 0 }
    const key = `${values.seed}-${String(caller)}-${String(number)}`
    const command = ['sh', '-c', `sleep ${String(below(3))}; exit ${String(asked.exitCode)}`]
    const options = { idempotency_key: key, idempotent: asked.idempotent, max_lost: 30 }
    record({ kind: 'submitted', key, asked })
    // Until it is answered; and now and then once more at another peer of the home, which must know it.
    for (let answers = below(4) === 0 ? 2 : 1; answers > 0;) {
      const task = { task_type: 'docker.hub', payload: { image: IMAGE, command }, ...options }
      const answer = await desk.call(oneOf(homes[door]), 'p2p_taskqueue_submit', task).catch(() => undefined)
      if (answer === undefined) {
        if (isOver()) break
        await pause(200)
        continue
      }
      answers -= 1
      record({ kind: 'acknowledged', key, task: answer.task_id })
      pending.set(answer.task_id, door)
      all.set(answer.task_id, door)
    }
    await pause(600 + below(1_400))
  }
}

async function follow(): Promise<void> {
  while (!isOver()) {
    for (const [task, door] of [...pending].slice(0, 30))
      if (await isEnded(task, oneOf(homes[door]))) pending.delete(task)
    await pause(500)
  }
}

async function isEnded(task: string, at: Member): Promise<boolean> {
  const answer: Answered = await desk.look(at, task)
  if (answer === 'unknown') record({ kind: 'unknown', task })
  if (typeof answer === 'string') return answer === 'unknown'
  const { status, exit_code: exitCode, reason } = answer
  if (!['completed', 'failed', 'cancelled'].includes(status)) return false
  record({
    ...{ kind: 'ended', task, status },
    ...(exitCode === undefined ? {} : { exitCode }),
    ...(reason === undefined ? {} : { reason }),
  })
  return true
}

/** Each kind comes up before any comes again. */
function* deck<T>(kinds: readonly T[]): Generator<T, never> {
  for (;;) {
    const left = [...kinds]
    while (left.length > 0) yield left.splice(below(left.length), 1)[0] as T
  }
}

async function hurtProcesses(): Promise<void> {
  const kinds = deck([
    ...(['kill shared', 'kill shared', 'kill single', 'kill worker', 'kill worker', 'freeze home'] as const),
    ...(['freeze worker', 'restart database', 'kill database'] as const),
  ])
  while (isTime()) {
    await pause(300 + below(1_500))
    const kind = kinds.next().value
    const ms = 500 + below(4_500)
    if (kind === 'restart database' || kind === 'kill database') {
      record({ kind: 'fault', what: kind })
      await database.restart(kind === 'kill database' ? 'killed' : 'told')
    } else if (kind === 'freeze home') await freeze(oneOf([...homes.shared, ...homes.single]), ms)
    else if (kind === 'freeze worker') await freeze(oneOf(workers), ms)
    else if (kind === 'kill worker') await kill(oneOf(workers), ms)
    else await kill(oneOf(kind === 'kill shared' ? homes.shared : homes.single), ms)
  }
}

async function freeze({ name, process: running }: Member, ms: number): Promise<void> {
  record({ kind: 'fault', what: `${name} frozen for ${String(ms)} ms` })
  running?.child.kill('SIGSTOP')
  await pause(ms)
  running?.child.kill('SIGCONT')
}

async function kill(member: Member, ms: number): Promise<void> {
  if (member.process === undefined) return
  record({ kind: 'fault', what: `kill -9 of ${member.name}, back after ${String(ms)} ms` })
  const { process: running } = member
  member.process = undefined
  await running.kill()
  // Its start takes its time, in which others are hurt.
  comingBack.push(pause(ms).then(() => startAgain(member)))
}

/** It may be cut off from what it needs, and ends at once then. */
async function startAgain(member: Member): Promise<void> {
  while (member.process === undefined) {
    member.process = await member.start().catch(() => undefined)
    if (member.process === undefined) await pause(300)
  }
  watch(member)
}

/** What is hurt may wait, but not give up. */
function watch(member: Member): void {
  const running = member.process
  void running?.ended.then((code) => {
    if (member.process !== running) return
    broken.push(`${member.name} ended by itself with ${String(code)}: ${running.log().slice(-LAST_WORDS)}`)
  })
}

async function cutWays(): Promise<void> {
  while (isTime()) {
    await pause(300 + below(2_000))
    const home = oneOf([...homes.shared, ...homes.single]).machine
    const other = below(3) === 0 && home.name !== 'c' ? database.machine : oneOf(workers).machine
    const [ms, kind] = [1_000 + below(9_000), below(3)]
    const what = ['nothing gets from', 'nothing gets to', 'nothing gets between'][kind] ?? ''
    record({ kind: 'fault', what: `${what} ${home.name} and ${other.name} for ${String(ms)} ms` })
    const mends = [...(kind === 1 ? [] : [network.cut(home, other)]), ...(kind === 0 ? [] : [network.cut(other, home)])]
    await pause(ms)
    for (const mend of mends) mend()
  }
}

/** Once nothing is hurt any more everything ends, and each peer of a home tells the same end. */
async function comeToRest(): Promise<void> {
  const giveUpAt = performance.now() + SETTLE_MS
  while (pending.size > 0 && performance.now() < giveUpAt) {
    for (const [task, door] of pending) if (await isEnded(task, oneOf(homes[door]))) pending.delete(task)
    await pause(500)
  }
  for (const task of pending.keys()) record({ kind: 'unended', task, status: 'open' })
  for (const [task, door] of all) {
    if (pending.has(task)) continue
    const told = await Promise.all(homes[door].map((at) => desk.look(at, task)))
    if (new Set(told.map((one) => JSON.stringify(one))).size > 1) {
      broken.push(`${task}: its peers tell different ends: ${told.map((one) => JSON.stringify(one)).join(' and ')}`)
    }
    for (const at of homes[door]) await isEnded(task, at)
  }
  let containers = await ground.containers()
  while (containers.length > 0 && performance.now() < giveUpAt) {
    await pause(500)
    containers = await ground.containers()
  }
  for (const { Id, Labels } of containers) {
    record({ kind: 'orphan', task: Labels['runner-mesh.task'] ?? '', container: Id.slice(0, 12) })
  }
}
