/**
 * `npm run bench -- webhook [--deliveries N] [--quick] [--folder path] [--json]`: how long a signed delivery waits for its answer,
 * which comes once it is on the disk: at 200 a second as in the promise, and flat out with 64 under way. Beside it, in the
 * same run, a bare node:http server that reads a body and answers, and keeps nothing.
 */
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { Agent, createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { createHttpServer } from '../src/app/http/http-server.ts'
import { createLogger } from '../src/app/logger.ts'
import { systemClock, systemRandom } from '../src/app/system.ts'
import { createSqliteDeliveryInbox } from '../src/store/sqlite/delivery-inbox.ts'
import { createListener } from '../src/webhook/listener.ts'
import { createServedRepositories } from '../src/webhook/served-repositories.ts'
import { createSignatures, signBody } from '../src/webhook/signatures.ts'
import { quantile, Report, round } from './queue/report.ts'

/** Of GitHub's ten seconds an answer may take this much, at 200 deliveries a second. */
const REACH_P99_MS = 100
const PER_SECOND = 200
const AT_A_TIME = 64
/** As long as a push with a few commits. */
const BODY_BYTES = 8_192
const { values } = parseArgs({
  options: {
    deliveries: { type: 'string', default: '2000' },
    quick: { type: 'boolean', default: false },
    folder: { type: 'string', default: tmpdir() },
    json: { type: 'boolean', default: false },
  },
})
const COUNT = values.quick ? 300 : Number(values.deliveries)
const report = new Report(values.json)
const secret = 'the secret of the benchmark'
const shared = { repository: { full_name: 'octo/app' }, fill: '' }
const body = JSON.stringify({ ...shared, fill: 'x'.repeat(BODY_BYTES - JSON.stringify(shared).length) })
const signature = await signBody([secret], body)

const folder = await mkdtemp(join(values.folder, 'runner-mesh-bench-webhook-'))
const inbox = createSqliteDeliveryInbox(folder, systemClock)
await inbox.start()
const log = createLogger('silent')
const listen = createListener({
  ...{ inbox, log, clock: systemClock, onAccepted: () => undefined },
  signatures: createSignatures([secret]),
  served: createServedRepositories(['octo/app']),
})
const ours = createHttpServer('127.0.0.1:0', [{ path: '/webhook', handle: listen }], log)
await ours.start()
const bare = createServer((asked, answer) => {
  asked.resume().once('end', () => answer.writeHead(202).end('{}'))
})
bare.listen(0, '127.0.0.1')
await once(bare, 'listening')
const agent = new Agent({ keepAlive: true, maxSockets: AT_A_TIME })
try {
  report.addMachine(folder)
  const bareUrl = `http://127.0.0.1:${String((bare.address() as AddressInfo).port)}/webhook`
  const ourUrl = `${ours.url()}/webhook`
  await flatOut(bareUrl, 200)
  for (const [name, send] of [
    ['at 200/s', atPace],
    ['flat out', flatOut],
  ] as const) {
    const [plain, kept] = [await send(bareUrl, COUNT), await send(ourUrl, Math.min(COUNT, 4_500))]
    tell(name, kept, plain)
  }
} finally {
  agent.destroy()
  bare.close()
  await ours.stop()
  await inbox.stop()
  await rm(folder, { recursive: true, force: true })
}

interface Run {
  readonly waitsMs: readonly number[]
  readonly perSecond: number
}

async function atPace(url: string, count: number): Promise<Run> {
  const waits: Promise<number>[] = []
  const from = performance.now()
  for (let n = 0; n < count; n += 1) {
    waits.push(deliver(url))
    const aheadMs = ((n + 1) * 1_000) / PER_SECOND - (performance.now() - from)
    if (aheadMs > 0) await systemClock.sleep(aheadMs)
  }
  return { waitsMs: await Promise.all(waits), perSecond: (count * 1_000) / (performance.now() - from) }
}

async function flatOut(url: string, count: number): Promise<Run> {
  const waitsMs: number[] = []
  const from = performance.now()
  let left = count
  const one = async (): Promise<void> => {
    while (left > 0) {
      left -= 1
      waitsMs.push(await deliver(url))
    }
  }
  await Promise.all(Array.from({ length: AT_A_TIME }, one))
  return { waitsMs, perSecond: (count * 1_000) / (performance.now() - from) }
}

/** @returns how long its answer took, milliseconds */
async function deliver(url: string): Promise<number> {
  const from = performance.now()
  const sending = request(url, {
    agent,
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
      'x-github-delivery': systemRandom.uuid(),
      'x-github-event': 'push',
      'x-hub-signature-256': signature,
    },
  })
  sending.end(body)
  const [answer] = (await once(sending, 'response')) as [import('node:http').IncomingMessage]
  answer.resume()
  await once(answer, 'end')
  if (answer.statusCode !== 202) throw new Error(`a delivery was answered ${String(answer.statusCode)}`)
  return performance.now() - from
}

function tell(name: string, { waitsMs, perSecond }: Run, plain: Run): void {
  const [p50, p99] = [round(quantile(waitsMs, 0.5)), round(quantile(waitsMs, 0.99))]
  const ratio = round(perSecond / plain.perSecond)
  const verdict = name === 'at 200/s' ? `  ${p99 <= REACH_P99_MS ? 'within' : 'OVER'} ${String(REACH_P99_MS)}` : ''
  report.add(
    {
      name: `webhook-${name.replace(/\W+/g, '-')}`,
      figure: round(perSecond),
      unit: 'deliveries/s',
      peer: 'bare node:http, which keeps nothing',
      ratio,
      p50,
      p99,
      n: waitsMs.length,
    },
    `deliveries ${name.padEnd(9)} ${String(round(perSecond)).padStart(6)}/s, ${String(ratio)} × bare node:http; answered after p50 ${String(p50)} ms, p99 ${String(p99)} ms${verdict} (bare: p50 ${String(round(quantile(plain.waitsMs, 0.5)))} ms)`,
  )
}
