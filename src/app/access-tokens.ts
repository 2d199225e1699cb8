/**
 * Bearer tokens that the owner of a peer gives out: one file each in the folder `tokens` of its state directory, named
 * after the token, with a hash of it and never the token itself. Making and ending them needs no running peer; one that
 * runs sees it within a second.
 */
import { createHash } from 'node:crypto'
import { link, mkdir, open, readdir, readFile, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { errorText, RunnerMeshError } from '../core/errors.ts'
import { ACCESS, type Access } from '../core/operations/operation.ts'
import type { Clock, Random } from '../core/ports/clock.ts'

const FOLDER = 'tokens'
const NAME = /^[a-z0-9][a-z0-9._-]{0,62}$/
/** Of the token in the peer's own file. */
const RESERVED = 'default'

/** A random token of 256 bits cannot be guessed, so its plain hash is as good as a slow one. */
const HASH = 'sha256'

export interface AccessToken {
  readonly name: string
  readonly access: readonly Access[]
  /** Epoch milliseconds. */
  readonly createdAt: number
  readonly expiresAt?: number
}

export interface StoredToken extends AccessToken {
  readonly hash: string
}

const stored = z.object({
  access: z.array(z.enum(ACCESS)),
  created_at: z.int(),
  expires_at: z.int().optional(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
})

export interface NewToken {
  readonly name: string
  readonly access: readonly Access[]
  /** Milliseconds; without it the token is good until it is revoked. */
  readonly expiresInMs?: number | undefined
}

/**
 * @returns the token, which is kept nowhere
 * @throws RunnerMeshError bad_request for a name that is taken or none
 */
export async function createToken(
  stateDir: string,
  { name, access, expiresInMs }: NewToken,
  { clock, random }: { readonly clock: Clock; readonly random: Random },
): Promise<AccessToken & { readonly token: string }> {
  const path = fileOf(stateDir, name)
  if (name === RESERVED) {
    throw new RunnerMeshError('bad_request', `${RESERVED} is the peer's own token, in http.token. Choose another name.`)
  }
  const token = `rmt_${Buffer.from(random.bytes(32)).toString('base64url')}`
  const now = clock.now()
  const made = { name, access, createdAt: now, ...(expiresInMs === undefined ? {} : { expiresAt: now + expiresInMs }) }
  const kept: z.input<typeof stored> = {
    access: [...access],
    created_at: made.createdAt,
    ...(made.expiresAt === undefined ? {} : { expires_at: made.expiresAt }),
    sha256: hashOf(token),
  }
  const folder = join(stateDir, FOLDER)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const fresh = join(folder, `.${random.uuid()}`)
  try {
    const file = await open(fresh, 'wx', 0o600)
    try {
      await file.writeFile(`${JSON.stringify(kept)}\n`)
      await file.sync()
    } finally {
      await file.close()
    }
    // It appears whole, and of two that choose the same name at once one gets it.
    await link(fresh, path)
  } catch (cause) {
    if (!isCode(cause, 'EEXIST')) throw cause
    const message = `There is a token ${name} already. Revoke it first with: runner-mesh token revoke ${name}`
    throw new RunnerMeshError('bad_request', message)
  } finally {
    await rm(fresh, { force: true })
  }
  return { ...made, token }
}

/** By name. A file that is none of ours is passed over. */
export async function listTokens(stateDir: string): Promise<readonly StoredToken[]> {
  const names = await readdir(join(stateDir, FOLDER)).catch((cause: unknown) => {
    if (isCode(cause, 'ENOENT')) return []
    throw cause
  })
  const found: StoredToken[] = []
  for (const file of names.toSorted()) {
    const name = /^(?<name>.+)\.json$/.exec(file)?.groups?.['name']
    const token = name === undefined || !NAME.test(name) ? undefined : await readToken(stateDir, name)
    if (token !== undefined) found.push(token)
  }
  return found
}

/** @throws RunnerMeshError bad_request when there is none of that name */
export async function revokeToken(stateDir: string, name: string): Promise<void> {
  try {
    await rm(fileOf(stateDir, name))
  } catch (cause) {
    if (!isCode(cause, 'ENOENT')) throw cause
    throw new RunnerMeshError('bad_request', `There is no token ${name}. runner-mesh token list shows which there are.`)
  }
}

/** Changes whenever a token was made or revoked. */
export async function tokensVersion(stateDir: string): Promise<string> {
  try {
    const { mtimeNs, ino } = await stat(join(stateDir, FOLDER), { bigint: true })
    return `${String(ino)}:${String(mtimeNs)}`
  } catch (cause) {
    if (isCode(cause, 'ENOENT')) return 'none'
    throw new RunnerMeshError('config_invalid', `Cannot read the tokens of this peer: ${errorText(cause)}.`, { cause })
  }
}

export function hashOf(token: string): string {
  return createHash(HASH).update(token).digest('hex')
}

async function readToken(stateDir: string, name: string): Promise<StoredToken | undefined> {
  try {
    const { access, created_at, expires_at, sha256 } = stored.parse(
      JSON.parse(await readFile(fileOf(stateDir, name), 'utf8')),
    )
    return {
      name,
      access,
      createdAt: created_at,
      hash: sha256,
      ...(expires_at === undefined ? {} : { expiresAt: expires_at }),
    }
  } catch {
    return undefined
  }
}

function fileOf(stateDir: string, name: string): string {
  if (NAME.test(name)) return join(stateDir, FOLDER, `${name}.json`)
  throw new RunnerMeshError(
    'bad_request',
    `${JSON.stringify(name.slice(0, 80))} is no name for a token. Use up to 63 of a-z, 0-9, dot, dash and underscore.`,
  )
}

function isCode(thrown: unknown, code: string): boolean {
  return thrown instanceof Error && 'code' in thrown && thrown.code === code
}
