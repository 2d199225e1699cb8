/**
 * What this host shows a registry, from where `docker login` keeps it: the engine's own configuration file and the
 * credential helpers it names. Read each time anew, so that a login or logout counts at once; held nowhere.
 * @see https://docs.docker.com/reference/cli/docker/login/#credential-stores
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { errorText } from '../../core/errors.ts'
import { SECOND } from '../../core/lease.ts'
import type { Clock, Logger } from '../../core/ports/clock.ts'
import { TimeLimit } from '../../core/time-limit.ts'

export interface Credentials {
  readonly username: string
  readonly password: string
}

/** @param registry host and port, `docker.io` for Docker Hub */
export type CredentialsOf = (registry: string) => Promise<Credentials | undefined>

export interface HostCredentialsDeps {
  /** The folder with `config.json`. */
  readonly folder: string
  /** Where `docker-credential-…` programs are looked for. */
  readonly path: string
  /** They keep what they know below it. */
  readonly home: string
  readonly clock: Clock
  readonly log: Logger
}

/** Under this name, and no other, Docker keeps what it shows Docker Hub. */
const HUB_KEY = 'https://index.docker.io/v1/'
const HELPER = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/
const HELPER_MS = 10 * SECOND
const MOST_OUTPUT = 65_536

const login = z.object({
  auth: z.string().optional(),
  username: z.string().optional(),
  password: z.string().optional(),
})
const configuration = z.object({
  auths: z.record(z.string(), login).optional(),
  credHelpers: z.record(z.string(), z.string()).optional(),
  credsStore: z.string().optional(),
})
const helperAnswer = z.object({ Username: z.string(), Secret: z.string() })

export function createHostCredentials(deps: HostCredentialsDeps): CredentialsOf {
  return async (registry) => {
    try {
      const config = configuration.parse(JSON.parse(await readFile(join(deps.folder, 'config.json'), 'utf8')))
      const keys = registry === 'docker.io' ? [HUB_KEY] : [registry, `https://${registry}`, `http://${registry}`]
      const helper = keys.map((key) => config.credHelpers?.[key]).find((name) => name !== undefined)
      const named = helper ?? config.credsStore
      if (named !== undefined && named !== '') return await askHelper(deps, named, keys[0] ?? registry)
      const entry = Object.entries(config.auths ?? {}).find(([key]) => keys.includes(key) || keys.includes(bare(key)))
      return entry === undefined ? undefined : fromEntry(entry[1])
    } catch (error) {
      if ((error as { code?: unknown }).code === 'ENOENT') return undefined
      // Without them a pull may still succeed; when it does not, this line tells why.
      deps.log.warn('registry.credentials_unreadable', { registry, folder: deps.folder, why: reasonOf(error) })
      return undefined
    }
  }
}

/** Older logins were kept under the address of the registry's API. */
function bare(key: string): string {
  return key.replace(/\/(?:v[12]\/)?$/, '')
}

function fromEntry({ auth, username, password }: z.output<typeof login>): Credentials | undefined {
  if (auth !== undefined && auth !== '') {
    const text = Buffer.from(auth, 'base64').toString()
    const colon = text.indexOf(':')
    return colon === -1
      ? undefined
      : { username: text.slice(0, colon), password: text.slice(colon + 1).replace(/\0+$/, '') }
  }
  return username === undefined || password === undefined ? undefined : { username, password }
}

/** @returns undefined when the helper has nothing for the server */
async function askHelper(
  { path, home, clock }: HostCredentialsDeps,
  name: string,
  server: string,
): Promise<Credentials | undefined> {
  if (!HELPER.test(name)) throw new Error('the name of the credential helper is no program name')
  using limit = new TimeLimit(clock, HELPER_MS, 'no answer')
  const child = spawn(`docker-credential-${name}`, ['get'], {
    stdio: ['pipe', 'pipe', 'ignore'],
    env: { PATH: path, HOME: home },
    signal: limit.signal,
  })
  child.stdin.on('error', () => undefined)
  child.stdin.end(server)
  let output = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output = (output + text).slice(0, MOST_OUTPUT)
  })
  const [code] = (await once(child, 'close')) as [number | null]
  if (code !== 0) {
    if (/credentials not found/i.test(output)) return undefined
    throw new Error(`docker-credential-${name} ended with ${String(code)}`)
  }
  const { Username: username, Secret: password } = helperAnswer.parse(JSON.parse(output))
  return { username, password }
}

/** Never what was read: the faults of parsers quote it. */
function reasonOf(error: unknown): string {
  if (error instanceof SyntaxError || error instanceof z.ZodError) return 'it is not the JSON that Docker writes'
  return errorText(error)
}
