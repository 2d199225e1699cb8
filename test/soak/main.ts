/**
 * `npm run soak [-- --minutes n --save]`: a steady load of mixed tasks, nothing fails, and what a process, a disk, an engine
 * and the registry hold is looked at again and again: it must stay as it is. With --save, docs/soak.md and its plot.
 */
import { readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { openGround, type Ground, type Member } from '../chaos/ground.ts'
import { judge, type Event, type Happening } from '../chaos/history.ts'
import { HomeLink } from '../chaos/home-link.ts'
import { Workload } from '../chaos/workload.ts'
import { SeededRandom } from '../support/seeded-random.ts'
import { toSvg } from './plot.ts'
import { courses, type Course, type Sample } from './samples.ts'

const { values } = parseArgs({
  options: { minutes: { type: 'string', default: '60' }, save: { type: 'boolean', default: false } },
})
const RUN_MS = Number(values.minutes) * 60_000
if (!(RUN_MS > 0)) {
  process.stderr.write('--minutes takes a number above 0.\n')
  process.exit(64)
}
const SAMPLES = 60
/** Ended tasks go within the run, as they do within a day of a peer that lives for months. */
const RETENTION_MS = Math.min(60_000, RUN_MS / 10)
const SETTLE_MS = 120_000
const MIB = 1_048_576
const DOCUMENTS = join(import.meta.dirname, '..', '..', 'docs')

{
  await using ground = await openGround({ clocks: false })
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void ground[Symbol.asyncDispose]().then(() => process.exit(130)))
  }
  await using link = new HomeLink(ground.home)
  const history: Event[] = []
  const startedAt = performance.now()
  const record = (happening: Happening): void => {
    history.push({ ...happening, at: Math.round(performance.now() - startedAt) })
  }
  const workload = new Workload({ link, random: new SeededRandom(1), name: 'soak', record, retentionMs: RETENTION_MS })
  const isOver = (): boolean => performance.now() - startedAt >= RUN_MS
  const samples: Sample[] = []
  const takeSamples = async (): Promise<void> => {
    while (!isOver()) {
      await pause(RUN_MS / SAMPLES)
      samples.push({ at: (performance.now() - startedAt) / 60_000, values: await look(ground) })
    }
  }
  await Promise.all([workload.submitUntil(isOver), workload.followUntil(isOver), takeSamples()])
  const until = performance.now() + SETTLE_MS
  while (workload.pending.size > 0 && performance.now() < until) {
    await workload.look()
    await pause(300)
  }
  for (const task of workload.pending) record({ kind: 'unended', task, status: await workload.tellState(task) })

  // Nobody watches starts here: a task that completed without one is chaos's to find.
  const { settled, longestStallMs, broken } = judge(history)
  const faults = broken.filter((line) => !line.includes('no container of it ever started'))
  const found = courses(samples)
  const tasks = `${String(settled)} tasks settled, longest stall ${String(longestStallMs)} ms`
  const title = `${values.minutes} minutes on ${String(cpus().length)} × ${cpus()[0]?.model ?? 'unknown'}: ${tasks}`
  const table = toTable(found)
  process.stdout.write(`${title}\n${table}`)
  for (const line of faults) process.stdout.write(`BROKEN ${line}\n`)
  const growing = found.filter(({ isFlat }) => !isFlat)
  process.stdout.write(
    growing.length === 0 ? 'nothing grows\n' : `GROWS ${growing.map(({ what }) => what).join(', ')}\n`,
  )
  if (values.save) {
    await writeFile(join(DOCUMENTS, 'soak.svg'), toSvg(samples))
    await writeFile(join(DOCUMENTS, 'soak.md'), toDocument(title, table))
  }
  process.exitCode = growing.length === 0 && faults.length === 0 && settled > 0 ? 0 : 1
}

async function look(ground: Ground): Promise<Record<string, number>> {
  const members = [ground.home, ...ground.workers]
  const found: Record<string, number> = {}
  for (const member of members) {
    const pid = String(member.process?.child.pid)
    const status = await readFile(`/proc/${pid}/status`, 'utf8')
    found[`memory of ${member.name}, MiB`] = Math.round(Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1]) / 1024)
    found[`handles of ${member.name}`] = (await readdir(`/proc/${pid}/fd`)).length
    found[`database of ${member.name}, MiB`] = await databaseMiB(member)
  }
  found['containers'] = (await ground.containers()).length
  found['comments in the registry'] = await ground.hub.comments()
  return found
}

async function databaseMiB({ stateDir }: Member): Promise<number> {
  const names = (await readdir(stateDir)).filter((name) => /\.db(-wal)?$/.test(name))
  const sizes = await Promise.all(
    names.map((name) =>
      stat(join(stateDir, name)).then(
        ({ size }) => size,
        () => 0,
      ),
    ),
  )
  return Number((sizes.reduce((sum, size) => sum + size, 0) / MIB).toFixed(2))
}

function toTable(found: readonly Course[]): string {
  const rows = found.map(({ what, first, last, most, bound, isFlat }) => {
    const cells = [what, first, last, most, Number(bound.toFixed(1)), isFlat ? 'flat' : '**grows**']
    return `| ${cells.join(' | ')} |\n`
  })
  return `| what | at first | at last | at most | allowed at last | |\n|---|--:|--:|--:|--:|---|\n${rows.join('')}`
}

function toDocument(title: string, table: string): string {
  return `# Soak\n\nGenerated by \`npm run soak -- --save\`; not edited by hand. A home and two workers in networks of their own, mixed container tasks all the time. ${title}.\n\n${table}\nThe first quarter is warm-up; medians of the beginning and the end of the rest are compared.\n\n![The run](soak.svg)\n`
}
