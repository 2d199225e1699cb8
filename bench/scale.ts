/**
 * `npm run bench -- scale`: fleets of 10 to 10,000 peers at one home, in virtual time, with the real queue, store and
 * workers and a network that counts: messages and bytes per task and per peer, processor time of the home, GitHub's share,
 * how each grows, and what is used up first.
 *
 * --peers 10,100,1000,10000  --tasks N (20000, over all sizes; a million takes hours)  --quick  --json
 */
import { parseArgs } from 'node:util'
import { Report, round } from './queue/report.ts'
import { exponent, saturations, writesPerHour } from './scale/bounds.ts'
import { BUSY, measureScale, TASK_MS, type Scale } from './scale/world.ts'

const { values } = parseArgs({
  options: {
    peers: { type: 'string' },
    tasks: { type: 'string' },
    quick: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
})
const sizes = (values.peers ?? (values.quick ? '10,40,160' : '10,100,1000,10000')).split(',').map(Number)
const tasks = Math.ceil(Number(values.tasks ?? (values.quick ? 900 : 20_000)) / sizes.length)
const report = new Report(values.json)
report.say(
  `${String(tasks)} tasks of ${String(TASK_MS / 1000)} s for each size, ${String(BUSY * 100)} % of the peers at work, virtual time; tasks are not signed`,
)

const scales: Scale[] = []
for (const size of sizes) {
  const scale = await measureScale(size, tasks)
  scales.push(scale)
  const { messages, bytes, homeMs, seconds, idle } = scale
  const figures = {
    messages_per_task: round(messages / tasks),
    bytes_per_task: Math.round(bytes / tasks),
    home_us_per_task: round((homeMs * 1000) / tasks),
    home_share: round(homeMs / 1000 / seconds),
    idle_messages_per_peer_hour: Math.round((idle.messages * 3600) / size),
    idle_bytes_per_peer_hour: Math.round((idle.bytes * 3600) / size),
    idle_home_share: round(idle.homeMs / 1000),
    github_writes_per_hour: Math.round(writesPerHour(size)),
  }
  const words = Object.entries(figures).map(([name, value]) => `${name.replaceAll('_', ' ')} ${String(value)}`)
  report.add(
    {
      name: 'scale',
      peers: size,
      figure: figures.home_us_per_task,
      unit: 'µs of the home per task',
      n: tasks,
      ...figures,
    },
    `${String(size).padStart(6)} peers: ${words.join(', ')}`,
  )
}
const grow = (name: string, of: (scale: Scale) => number): void => {
  const figure = round(exponent(scales.map((scale) => [scale.peers, of(scale)])))
  report.add(
    { name: `scale-growth-${name}`, figure, unit: 'exponent', n: sizes.length },
    `${name}: peers^${String(figure)}`,
  )
}
report.say('')
grow('messages-per-task', ({ messages, tasks: count }) => messages / count)
grow('bytes-per-task', ({ bytes, tasks: count }) => bytes / count)
grow('home-time-per-task', ({ homeMs, tasks: count }) => homeMs / count)
grow('idle-home-time', ({ idle }) => idle.homeMs)
grow('github-writes', ({ peers }) => writesPerHour(peers))
const found = saturations(scales)
report.say('')
for (const [index, { bound, share, exponent: power, peers }] of found.entries()) {
  const at = Number.isFinite(peers) ? `all of it at ${round(peers).toLocaleString('en-US')} peers` : 'never all of it'
  const first = index === 0 ? 'first bottleneck: ' : ''
  report.add(
    {
      ...{ name: 'scale-bound', figure: round(share), unit: `of the ${bound.what}`, n: sizes.length },
      ...{ place: index + 1, exponent: round(power), used_up: at, remedy: bound.remedy },
    },
    `${first}${bound.what}: ${String(round(share * 100))} % by ${String(sizes.at(-1))} peers, ${at}; then: ${bound.remedy}`,
  )
}
