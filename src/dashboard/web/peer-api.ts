/** What the page asks of its peer: the session, the operations of the catalog, and notices of what changed. */
import type { Output, OperationName, RawInput } from '../../core/operations/catalog.ts'

export interface SessionView {
  readonly principal: string
  readonly access: readonly string[]
  readonly read_only: boolean
  readonly csrf: string
}

export interface ChangeNotice {
  readonly tasks: readonly string[]
  readonly many: boolean
  readonly peers: boolean
}

export interface HistoryView {
  readonly minutes: readonly {
    readonly at: number
    readonly submitted: number
    readonly completed: number
    readonly failed: number
    readonly cancelled: number
    readonly mean_wait_ms: number
  }[]
  readonly github?: { readonly limit: number; readonly remaining: number }
}

export class PeerRefusal extends Error {
  readonly code: string

  constructor(code: string, message: string) {
    super(message)
    this.code = code
  }
}

let session: SessionView | undefined
let onLoggedOut: () => void = () => undefined

export const currentSession = (): SessionView | undefined => session

export function whenLoggedOut(listener: () => void): void {
  onLoggedOut = listener
}

/** Whether the page may offer it: the token has the right, and the dashboard changes things at all. */
export function mayDo(access: string): boolean {
  return session !== undefined && !session.read_only && session.access.includes(access)
}

export async function findSession(): Promise<SessionView | undefined> {
  const before = session
  try {
    session = ((await ask('session')) as { readonly session?: SessionView }).session
  } catch {
    // The peer does not answer now: who was logged in may still be.
    return session
  }
  if (session === undefined && before !== undefined) onLoggedOut()
  return session
}

export async function logIn(token: string): Promise<void> {
  session = ((await ask('session', { method: 'POST', body: { token } })) as { readonly session: SessionView }).session
}

export async function logOut(): Promise<void> {
  await ask('session', { method: 'DELETE' }).catch(() => undefined)
  session = undefined
  onLoggedOut()
}

export function call<N extends OperationName>(name: N, input: RawInput<N>, signal?: AbortSignal): Promise<Output<N>> {
  return ask(`call/${name}`, { method: 'POST', body: input, ...(signal === undefined ? {} : { signal }) }) as Promise<
    Output<N>
  >
}

export function readHistory(): Promise<HistoryView> {
  return ask('history') as Promise<HistoryView>
}

export function artifactUrl(taskId: string, path: string, attempt: number): string {
  return `/dashboard/artifact?${new URLSearchParams({ task_id: taskId, path, attempt: String(attempt) }).toString()}`
}

/** @returns what ends it; the browser connects again by itself while the session lives */
export function followChanges(heard: (notice: ChangeNotice) => void, standing: (isOpen: boolean) => void): () => void {
  const source = new EventSource('/dashboard/events')
  source.addEventListener('change', (event) => heard(JSON.parse((event as MessageEvent<string>).data) as ChangeNotice))
  source.addEventListener('open', () => standing(true))
  source.addEventListener('error', () => {
    standing(false)
    // A refusal ends it for good: then either the session is over, or the peer is away for longer.
    if (source.readyState === EventSource.CLOSED) void findSession()
  })
  return () => source.close()
}

interface Asked {
  readonly method?: string
  readonly body?: unknown
  readonly signal?: AbortSignal
}

async function ask(path: string, { method = 'GET', body, signal }: Asked = {}): Promise<unknown> {
  const response = await fetch(`/dashboard/${path}`, {
    method,
    headers: {
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(session === undefined ? {} : { 'x-runner-mesh-csrf': session.csrf }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    ...(signal === undefined ? {} : { signal }),
  })
  const answer: unknown = await response.json().catch(() => ({}))
  if (response.ok) return answer
  const { error } = answer as { readonly error?: { readonly code: string; readonly message: string } }
  if (response.status === 401 && session !== undefined) {
    session = undefined
    onLoggedOut()
  }
  throw new PeerRefusal(error?.code ?? 'internal', error?.message ?? `The peer answered ${String(response.status)}.`)
}
