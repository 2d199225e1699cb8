/**
 * GitHub's REST API as far as this project uses it: stateful, with its paging, entity tags, rate limits and refusals, on
 * loopback or as a `fetch` within the process. Requests and answers alike are held against GitHub's own description; a
 * request it does not describe, or an answer we got wrong, is kept in `faultsOfContract` and answered with 599.
 */
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Clock } from '../../../src/core/ports/clock.ts'
import { Accounts, type Account } from './accounts.ts'
import { GitHubContract, type Operation } from './contract.ts'
import { FaultScript, type Fault, type FaultRule } from './faults.ts'
import { GITHUB_LIMITS, Limits, type LimitSettings, type SecondaryAnswer } from './limits.ts'
import { Refusal, Repository } from './repository.ts'
import { answer, type Answer, type Call } from './routes.ts'
import { Archives, serveGit } from './sources.ts'
import { Views } from './views.ts'

export interface SeenRequest {
  readonly at: number
  readonly method: string
  readonly path: string
  readonly operation: string
  readonly login: string
  readonly status: number
  /** Whether it was taken off the hourly budget. */
  readonly counted: boolean
  readonly headers: Readonly<Record<string, string>>
}

interface Wire {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly text: string
  readonly fault: Fault | undefined
}

export interface GitHubServerOptions {
  readonly clock: Clock
  readonly limits?: Partial<LimitSettings>
  /** How much later lists of issues show what was written. */
  readonly listLagMs?: number
  /** Told of work within the process that a simulated clock has to wait for. */
  readonly during?: <T>(work: () => Promise<T>) => Promise<T>
}

const JSON_TYPE = 'application/json'
const DOCUMENTATION = 'https://docs.github.com/rest'
const contract = new GitHubContract()

export class GitHubServer implements AsyncDisposable {
  readonly accounts = new Accounts()
  readonly archives = new Archives()
  readonly limits: Limits
  readonly seen: SeenRequest[] = []
  readonly faultsOfContract: string[] = []
  readonly #clock: Clock
  readonly #script = new FaultScript()
  readonly #repositories: Repository[] = []
  readonly #listLagMs: number
  readonly #during: NonNullable<GitHubServerOptions['during']>
  #views = new Views('http://github.invalid')
  #http: Server | undefined

  constructor({ clock, limits = {}, listLagMs = 0, during = (work) => work() }: GitHubServerOptions) {
    this.#clock = clock
    this.#listLagMs = listLagMs
    this.#during = during
    this.limits = new Limits(clock, { ...GITHUB_LIMITS, ...limits })
  }

  /** Where the API is, once it listens; within the process, a name that leads nowhere. */
  get url(): string {
    return this.#views.base
  }

  addRepository(fullName: string, { isPrivate = true } = {}): Repository {
    const [owner = '', name = ''] = fullName.split('/')
    if (this.accounts.findByLogin(owner) === undefined) this.accounts.addUser({ login: owner, association: 'OWNER' })
    const repository = new Repository(this.#clock, { id: 1_000 + this.#repositories.length, owner, name, isPrivate })
    this.#repositories.push(repository)
    return repository
  }

  findRepository(fullName: string): Repository | undefined {
    return this.#repositories.find(({ owner, name }) => `${owner}/${name}` === fullName)
  }

  /** Something happens: the hooks of the repository are told, in GitHub's own words. */
  emit(repository: Repository, event: string, sender: Account, fields: (views: Views) => object) {
    const owner = this.accounts.findByLogin(repository.owner) ?? sender
    const shared = { repository: this.#views.repository(repository, owner), sender: this.#views.user(sender) }
    return repository.hooks.deliver(event, { ...fields(this.#views), ...shared })
  }

  addFault(rule: FaultRule): void {
    this.#script.add(rule)
  }

  async listen(): Promise<this> {
    const http = createServer((request, response) => void this.#serve(request, response))
    http.listen(0, '127.0.0.1')
    await once(http, 'listening')
    this.#http = http
    this.#views = new Views(`http://127.0.0.1:${(http.address() as AddressInfo).port}`)
    return this
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#http === undefined) return
    this.#http.closeAllConnections()
    this.#http.close()
    await once(this.#http, 'close')
  }

  /** The same server without a socket. */
  readonly fetch: typeof fetch = async (input, init) => {
    const request = new Request(input, init)
    const text = await this.#during(() => request.text())
    const wire = this.#receive(request.method, request.url, Object.fromEntries(request.headers), text)
    if (wire.fault?.kind === 'slow') await this.#clock.sleep(wire.fault.ms, init?.signal ?? undefined)
    if (isReset(wire.fault)) throw new TypeError('fetch failed', { cause: new Error('read ECONNRESET') })
    const { status, headers } = wire
    const noBody = status === 204 || status === 304
    return new Response(noBody ? null : cut(wire), { status, headers: { ...headers } })
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (this.archives.serve(request, response)) return
    if (serveGit(request, response, (...asked) => this.#forGit(...asked))) return
    let text = ''
    for await (const chunk of request.setEncoding('utf8')) text += String(chunk)
    const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]))
    const wire = this.#receive(request.method ?? 'GET', `${this.url}${request.url ?? '/'}`, headers, text)
    if (wire.fault?.kind === 'slow') await this.#clock.sleep(wire.fault.ms)
    if (isReset(wire.fault)) {
      request.socket.destroy()
      return
    }
    response.sendDate = false
    response.writeHead(wire.status, wire.headers).end(cut(wire))
  }

  #receive(method: string, url: string, headers: Readonly<Record<string, string>>, text: string): Wire {
    const { pathname, searchParams } = new URL(url)
    const [path, repository] = this.#resolve(pathname)
    const operation = contract.find(method, path)
    const isOpen = method === 'GET' && repository?.private === false && headers['authorization'] === undefined
    const [, token = ''] = /^(?:token|bearer) (.+)$/i.exec(headers['authorization'] ?? '') ?? []
    const account = isOpen ? this.accounts.anonymous : this.accounts.findByToken(token)
    let counted = false
    const finish = (given: Answer, fault?: Fault): Wire => {
      const wire = this.#toWire(given, operation, account, headers)
      if (wire.status === 304 && counted && account !== undefined) {
        this.limits.refund(account)
        counted = false
      }
      const primary = account === undefined ? {} : this.#rateHeaders(account)
      const seen = {
        method,
        path: `${pathname}${searchParams.size > 0 ? '?' : ''}${searchParams.toString()}`,
        headers,
        counted,
      }
      this.seen.push({
        ...seen,
        at: this.#clock.now(),
        operation: operation?.id ?? 'unknown',
        login: account?.login ?? '',
        status: wire.status,
      })
      return { ...wire, headers: { ...wire.headers, ...primary }, fault }
    }
    if (operation === undefined) return finish(this.#lie(`no operation ${method} ${path}`))
    if (account === undefined) {
      return finish(headers['authorization'] === undefined ? refuse(404, 'Not Found') : refuse(401, 'Bad credentials'))
    }
    const query = new URLSearchParams([...searchParams])
    const body: unknown = text === '' ? undefined : JSON.parse(text)
    const lie = contract.faultOfRequest(operation, query, body)
    if (lie !== undefined) return finish(this.#lie(lie))
    const fault = this.#script.take(operation.id)
    if (fault?.kind === 'reset') return finish(refuse(502, 'never sent'), fault)
    if (fault?.kind === 'secondary') return finish(secondary({ status: fault.status, retryAfter: fault.retryAfter }))
    if (operation.id !== 'rate-limit/get') {
      const burst = this.limits.burst(account, method)
      if (burst !== undefined) return finish(secondary(burst))
      if (!this.limits.spend(account))
        return finish(refuse(403, `API rate limit exceeded for installation ID ${account.id}.`))
      counted = true
    }
    if (fault?.kind === 'status') return finish(refuse(fault.status, 'Server Error'))
    const given = this.#answer({ operation, query, body, account, repository, accept: headers['accept'] ?? '' })
    if (fault?.kind === 'commit-then-502') return finish(refuse(502, 'Server Error'))
    return finish(given, fault)
  }

  /** git shows a token as the password of anybody. */
  #forGit(owner: string, name: string, authorization: string | undefined): Repository | undefined {
    const [, basic = ''] = /^basic (.+)$/i.exec(authorization ?? '') ?? []
    const [, token = ''] = Buffer.from(basic, 'base64').toString().split(':')
    const found = this.findRepository(`${owner}/${name}`)
    const account = this.accounts.findByToken(token)
    return found?.private === true && account === undefined ? undefined : found
  }

  #answer(call: Call): Answer {
    const world = {
      accounts: this.accounts,
      limits: this.limits,
      views: this.#views,
      archives: this.archives,
      listedBefore: () => this.#clock.now() - this.#listLagMs,
    }
    try {
      return answer(world, call)
    } catch (thrown) {
      if (!(thrown instanceof Refusal)) throw thrown
      return refuse(thrown.status, thrown.message, thrown.errors)
    }
  }

  #toWire(
    given: Answer,
    operation: Operation | undefined,
    account: Account | undefined,
    sent: Readonly<Record<string, string>>,
  ): Wire {
    const isLie = operation === undefined || given.status === 599
    const lie = isLie
      ? undefined
      : contract.faultOfResponse(operation, given.status, given.body, given.headers?.['content-type'] ?? JSON_TYPE)
    const { status, body, headers = {} } = lie === undefined ? given : this.#lie(lie)
    const isJson = headers['content-type'] === undefined
    const text = body === undefined ? '' : isJson ? JSON.stringify(body) : (body as string)
    const basic = {
      date: new Date(this.#clock.now()).toUTCString(),
      'content-type': `${JSON_TYPE}; charset=utf-8`,
      'x-github-request-id': `SIM:${this.seen.length}`,
      'x-github-api-version-selected': sent['x-github-api-version'] ?? '2022-11-28',
      ...headers,
    }
    if (status !== 200) return { status, headers: basic, text, fault: undefined }
    // The tag depends on who asks: another account's tag never matches.
    const tag = createHash('sha256')
      .update(`${account?.login ?? ''}\n${text}`)
      .digest('hex')
    const etag = `W/"${tag}"`
    const known = (sent['if-none-match'] ?? '').includes(tag)
    return { status: known ? 304 : 200, headers: { ...basic, etag }, text: known ? '' : text, fault: undefined }
  }

  /** `/repositories/{id}/…` is another name of `/repos/{owner}/{repo}/…`; GitHub's own links use it. */
  #resolve(pathname: string): [string, Repository | undefined] {
    const numeric = /^\/repositories\/(\d+)(\/.*)?$/.exec(pathname)
    if (numeric !== null) {
      const found = this.#repositories.find(({ id }) => id === Number(numeric[1]))
      return [found === undefined ? pathname : `/repos/${found.owner}/${found.name}${numeric[2] ?? ''}`, found]
    }
    const [, , owner, name] = pathname.split('/')
    return [pathname, this.findRepository(`${owner ?? ''}/${name ?? ''}`)]
  }

  #rateHeaders(account: Account): Record<string, string> {
    const { limit, remaining, used, reset } = this.limits.primary(account)
    const all = { limit, remaining, used, reset }
    return {
      ...Object.fromEntries(Object.entries(all).map(([name, value]) => [`x-ratelimit-${name}`, String(value)])),
      'x-ratelimit-resource': 'core',
    }
  }

  #lie(what: string): Answer {
    this.faultsOfContract.push(what)
    return { status: 599, body: { message: `Not as GitHub describes it: ${what}` } }
  }
}

function refuse(status: number, message: string, errors?: readonly object[]): Answer {
  const body = { message, documentation_url: DOCUMENTATION, status: String(status) }
  return { status, body: errors === undefined ? body : { ...body, errors } }
}

function secondary({ status, retryAfter }: SecondaryAnswer): Answer {
  const message =
    'You have exceeded a secondary rate limit and have been temporarily blocked from content creation. Please retry your request again later.'
  return {
    ...refuse(status, message),
    ...(retryAfter === undefined ? {} : { headers: { 'retry-after': String(retryAfter) } }),
  }
}

function isReset(fault: Fault | undefined): boolean {
  return fault?.kind === 'reset' || fault?.kind === 'commit-then-reset'
}

function cut({ text, fault }: Wire): string {
  return fault?.kind === 'truncate' ? text.slice(0, text.length / 2) : text
}
