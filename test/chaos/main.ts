/**
 * `npm run chaos`: real peers on the real engine work through mixed tasks while they are killed, frozen, restarted and cut
 * off. A history is recorded, and judged at the end; a broken promise ends with 1.
 */
import { setTimeout as pause } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { z } from 'zod'
import { connectAgent, type Agent } from '../../scripts/demo/agent.ts'
import { SeededRandom } from '../support/seeded-random.ts'
import { IMAGE, openGround, type Ground, type Member } from './ground.ts'
import { judge, type Asked, type Event, type Happening } from './history.ts'

const { values } = parseArgs({
  options: { minutes: { type: 'string', default: '5' }, seed: { type: 'string', default: '1' } },
})
const RUN_MS = Number(values.minutes) * 60_000
/** After the last fault: leases end, what was lost is offered again, containers are cleared up. */
const SETTLE_MS = 150_000
const ORPHAN_MS = 90_000
const ENDED = new Set(['completed', 'failed', 'cancelled'])
const viewed = z.looseObject({
  task: z.looseObject({ status: z.string(), exit_code: z.number().optional(), reason: z.string().optional() }),
})

const random = new SeededRandom(Number(values.seed))
const below = (most: number): number => Math.floor(random.unit() * most)
const history: Event[] = []
const startedAt = performance.now()
const record = (happening: Happening): void => {
  history.push({ ...happening, at: Math.round(performance.now() - startedAt) })
}

await using ground = await openGround()
const watching = await watchStarts(ground)
const pending = new Set<string>()
let agent: Agent | undefined
/** Ends with the faults: from then on everything must come to rest. */
const faults = { over: false }

const ask: Agent['call'] = async (tool, args) => {
  const { process } = ground.home
  if (process === undefined) throw new Error('the home is down')
  try {
    agent ??= await connectAgent(process.ready)
    // A frozen home answers nobody; who waits for it is not frozen as well.
    return await Promise.race([
      agent.call(tool, args),
      pause(15_000).then(() => Promise.reject(new Error('no answer'))),
    ])
  } catch (error) {
    // Refusals keep the session, everything else may have cost it.
    if (!/^[a-z_]+: /.test((error as Error).message)) agent = undefined
    throw error
  }
}

await Promise.all([submitAll(), hurt(), follow()])
const left = await settle()
watching.destroy()
const verdict = judge(history)
process.stdout.write(`seed ${values.seed}, ${values.minutes} minutes\n${toTable(verdict)}`)
for (const line of verdict.broken) process.stdout.write(`BROKEN ${line}\n`)
process.stdout.write(
  verdict.broken.length === 0 ? 'every guarantee held\n' : `${verdict.broken.length} guarantees broken\n`,
)
process.exitCode = verdict.broken.length === 0 && verdict.settled > 0 && left === 0 ? 0 : 1

async function submitAll(): Promise<void> {
  for (let number = 0; !faults.over; number += 1) {
    const asked: Asked = { exitCode: below(4) === 0 ? 3 : 0, idempotent: below(3) > 0 }
    const key = `chaos-${values.seed}-${number}`
    const command = ['sh', '-c', `echo at work; sleep ${below(5) === 0 ? 6 : below(2)}; exit ${asked.exitCode}`]
    record({ kind: 'submitted', key, asked })
    const options = { idempotency_key: key, idempotent: asked.idempotent, max_lost: 20 }
    // An answer that did not come is asked for again under the same key: it must be the same task.
    for (let tries = 0; tries < 20; tries += 1) {
      try {
        const answer = await ask('p2p_taskqueue_submit', {
          task_type: 'docker.hub',
          payload: { image: IMAGE, command },
          ...options,
        })
        const task = String(answer['task_id'])
        record({ kind: 'acknowledged', key, task })
        pending.add(task)
        break
      } catch {
        await pause(500)
      }
    }
    await pause(200 + below(800))
  }
}

async function follow(): Promise<void> {
  while (!faults.over) {
    await look()
    await pause(700)
  }
}

async function look(): Promise<void> {
  for (const task of [...pending].slice(0, 40)) {
    if (await hasEnded(task)) pending.delete(task)
  }
}

async function hasEnded(task: string): Promise<boolean> {
  try {
    const { task: view } = viewed.parse(await ask('p2p_taskqueue_get_task', { task_id: task }))
    if (!ENDED.has(view.status)) return false
    const { status, exit_code: exitCode, reason } = view
    record({
      kind: 'ended',
      task,
      status,
      ...(exitCode === undefined ? {} : { exitCode }),
      ...(reason === undefined ? {} : { reason }),
    })
    return true
  } catch (error) {
    if (!String(error).includes('task_not_found')) return false
    record({ kind: 'unknown', task })
    return true
  }
}

async function hurt(): Promise<void> {
  // Starting the peers is no part of the run.
  const until = performance.now() + RUN_MS
  while (performance.now() < until) {
    await pause(2000 + below(4000))
    const worker = ground.workers[below(ground.workers.length)] ?? ground.home
    const member = below(4) === 0 ? ground.home : worker
    const [kind, ms] = [below(5), 1000 + below(6000)]
    if (kind === 0 || kind === 1) await killed(member, ms)
    else if (kind === 2) await frozen(member, ms)
    else if (kind === 3) await faulted(worker, ms, 'cut off', () => worker.proxy?.cut())
    else await faulted(worker, ms, 'slow', () => worker.proxy?.delay(150))
  }
  faults.over = true
}

async function killed(member: Member, ms: number): Promise<void> {
  record({ kind: 'fault', what: `kill -9 of ${member.name}, back after ${ms} ms` })
  const { process } = member
  member.process = undefined
  if (member === ground.home) agent = undefined
  await process?.kill()
  await pause(ms)
  member.process = await member.start()
}

async function frozen(member: Member, ms: number): Promise<void> {
  record({ kind: 'fault', what: `${member.name} frozen for ${ms} ms` })
  member.process?.child.kill('SIGSTOP')
  await pause(ms)
  member.process?.child.kill('SIGCONT')
}

async function faulted({ name, proxy }: Member, ms: number, what: string, fault: () => void): Promise<void> {
  record({ kind: 'fault', what: `${name} ${what} for ${ms} ms` })
  fault()
  await pause(ms)
  proxy?.heal()
}

/** Once nothing is hurt any more everything ends, and is told at the end as it was told before. */
async function settle(): Promise<number> {
  const until = performance.now() + SETTLE_MS
  while (pending.size > 0 && performance.now() < until) {
    await look()
    await pause(500)
  }
  for (const task of pending) record({ kind: 'unended', task, status: 'open' })
  const acknowledged = new Set(history.flatMap((event) => (event.kind === 'acknowledged' ? [event.task] : [])))
  for (const task of acknowledged) if (!pending.has(task)) await hasEnded(task)
  const orphansUntil = performance.now() + ORPHAN_MS
  let containers = await ground.containers()
  while (containers.length > 0 && performance.now() < orphansUntil) {
    await pause(1000)
    containers = await ground.containers()
  }
  for (const { Id, Labels } of containers) {
    record({ kind: 'orphan', task: Labels['runner-mesh.task'] ?? '', container: Id.slice(0, 12) })
  }
  return pending.size
}

/** Every start of a container of a task, as the engine tells it. */
async function watchStarts({ docker }: Ground): Promise<{ destroy(): void }> {
  const events = await docker.getEvents({
    filters: { type: ['container'], event: ['start'], label: ['runner-mesh.task'] },
  })
  let rest = ''
  events.on('data', (chunk: Buffer) => {
    const lines = `${rest}${chunk.toString()}`.split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) {
      const { Actor } = JSON.parse(line) as { Actor: { ID: string; Attributes: Record<string, string> } }
      record({ kind: 'started', task: Actor.Attributes['runner-mesh.task'] ?? '', container: Actor.ID.slice(0, 12) })
    }
  })
  return events as unknown as { destroy(): void }
}

function toTable({ broken: _, ...figures }: ReturnType<typeof judge>): string {
  const rows = Object.entries(figures).map(([name, value]) => `| ${name} | ${value} |\n`)
  return `| | |\n|---|--:|\n${rows.join('')}`
}
