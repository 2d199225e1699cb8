/**
 * The door for GitHub's events between a simulated GitHub, whose hooks deliver to it over loopback, and a queue over its
 * real store; time is in the test's hands. What works on the tasks is the test.
 */
import type { TestContext } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { createHttpServer, type HttpServer } from '../../src/app/http/http-server.ts'
import { parseRules } from '../../src/app/webhook/rules-file.ts'
import type { RawInput } from '../../src/core/operations/catalog.ts'
import type { DeliveryInbox } from '../../src/core/ports/delivery-inbox.ts'
import { GitHubRequests } from '../../src/github/github-requests.ts'
import { createRepositoryDesk } from '../../src/github/repository-desk.ts'
import { RequestPace } from '../../src/github/request-pace.ts'
import { createSqliteDeliveryInbox } from '../../src/store/sqlite/delivery-inbox.ts'
import { createWebhookDoor, type WebhookDoor } from '../../src/webhook/door.ts'
import type { Rules } from '../../src/webhook/rules/rules-schema.ts'
import type { Repository } from './github-server/repository.ts'
import { GitHubServer } from './github-server/server.ts'
import { openLogAtOnce } from './log-at-once.ts'
import { ADMIN, QueueHouse } from './queue-house.ts'
import { scratchDirectory } from './scratch-directory.ts'
import { SECRET } from './webhook-sender.ts'

/** Shorter than the patience with a request. */
const LONGEST_STEP_MS = 5_000

export interface WebhookHouseOptions {
  readonly rules: string
  readonly repositories?: readonly string[]
  readonly sweepEveryMs?: number
}

export class WebhookHouse {
  readonly queue: QueueHouse
  readonly github: GitHubServer
  readonly repository: Repository
  /** Rules of the host, as the door reads them from now on. */
  rules: string
  readonly #options: WebhookHouseOptions
  readonly #directory: string
  readonly #asked = new Set<Promise<Response>>()
  #open: { readonly door: WebhookDoor; readonly http: HttpServer; readonly inbox: DeliveryInbox } | undefined
  #rules: { readonly text: string; readonly rules: Rules } | undefined
  #address = '127.0.0.1:0'

  static async open(t: TestContext, options: WebhookHouseOptions): Promise<WebhookHouse> {
    const queue = await QueueHouse.open()
    const directory = await scratchDirectory('memory')
    const house = new WebhookHouse(queue, directory.path, options)
    t.after(async () => {
      await house.down()
      await house.repository.hooks.quiet()
      await queue[Symbol.asyncDispose]()
      await directory[Symbol.asyncDispose]()
    })
    await house.up()
    house.repository.hooks.add({ url: house.url, secret: SECRET })
    return house
  }

  constructor(queue: QueueHouse, directory: string, options: WebhookHouseOptions) {
    this.queue = queue
    this.#directory = directory
    this.#options = options
    this.rules = options.rules
    this.github = new GitHubServer({ clock: queue.clock })
    this.repository = this.github.addRepository('octo/app')
  }

  get url(): string {
    return `http://${this.#address}/webhook`
  }

  get inbox(): DeliveryInbox {
    if (this.#open === undefined) throw new Error('the door is down')
    return this.#open.inbox
  }

  /** The door begins, at the address it had before. */
  async up(): Promise<void> {
    const { clock, log } = this.queue
    const { events, operations } = this.queue.doors
    const inbox = createSqliteDeliveryInbox(this.#directory, clock, openLogAtOnce)
    const requests = new GitHubRequests({
      ...{ token: this.#token(), apiUrl: this.github.url, userAgent: 'test', clock, fetch: this.#fetch },
      pace: new RequestPace({ clock, spreadMs: () => 0 }),
    })
    const http = createHttpServer(
      this.#address,
      [{ path: '/webhook', handle: (request, response) => this.#open?.door.handle(request, response) }],
      log,
    )
    await http.start()
    this.#address = http.url().replace('http://', '')
    const { repositories = ['octo/app'], sweepEveryMs = 300_000 } = this.#options
    const door = createWebhookDoor({
      ...{ inbox, operations, events, clock, log, repositories, sweepEveryMs },
      secrets: [SECRET],
      desk: createRepositoryDesk(requests),
      url: this.url,
      rulesOf: () => Promise.resolve(this.#parsed()),
      linkOf: (taskId) => `https://runners.example/#/task/${taskId}`,
    })
    await door.start()
    this.#open = { door, http, inbox }
  }

  async down(): Promise<void> {
    const open = this.#open
    this.#open = undefined
    await open?.http.stop()
    await open?.door.stop()
  }

  /** Time passes until this holds, a little for each look; the limit of the test bounds it. */
  async until(holds: () => boolean | Promise<boolean>, stepMs = 100): Promise<void> {
    while (!(await holds())) await this.#pass(stepMs)
  }

  /** This much time passes, and what falls due in it is done. */
  async pass(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= LONGEST_STEP_MS) await this.#pass(Math.min(left, LONGEST_STEP_MS))
  }

  /** All that has been delivered is worked off. */
  async workedOff(): Promise<void> {
    await this.repository.hooks.quiet()
    await this.until(() => this.inbox.pendingCount() === 0)
  }

  async taskIds(): Promise<readonly string[]> {
    const { tasks } = await this.queue.call('p2p_taskqueue_list_tasks', { limit: 100 }, ADMIN)
    return tasks.map(({ task_id: id }) => id)
  }

  /** Somebody works on the next task and ends it. @returns its id */
  async work(end: Partial<RawInput<'p2p_taskqueue_complete_task'>> = {}): Promise<string> {
    const grant = await this.queue.take()
    await this.queue.settle(grant, end)
    return grant.task_id
  }

  #parsed(): Rules {
    if (this.#rules?.text !== this.rules) this.#rules = { text: this.rules, rules: parseRules(this.rules, 'rules.yml') }
    return this.#rules.rules
  }

  #token(): string {
    const bot = this.github.accounts.findByLogin('mesh-bot[bot]') ?? this.github.accounts.addApp('mesh-bot')
    return this.github.accounts.token(bot)
  }

  async #pass(ms: number): Promise<void> {
    await turn()
    await this.queue.clock.advance(ms)
    // What GitHub was asked is answered before more time passes, however slow this machine is.
    while (this.#asked.size > 0) await turn()
    await this.repository.hooks.quiet()
  }

  readonly #fetch: typeof fetch = async (input, init) => {
    const answer = this.github.fetch(input, init)
    this.#asked.add(answer)
    return answer.finally(() => this.#asked.delete(answer))
  }
}
