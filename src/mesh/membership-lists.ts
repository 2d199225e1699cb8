/**
 * Who may be a member, in two files of lines `<peer id> [note]`: those revoked, and those that alone are allowed. They
 * are for people and for tools that copy files to many machines, so a change of a file is in force within seconds; a
 * change by `revoke` and `restore` is at once. A list that cannot be read keeps what was read of it before, and stops
 * the start: a peer that forgot whom it must not let in would be open to all.
 */
import { open, readFile, rename, rm, stat } from 'node:fs/promises'
import { cleanLine } from '../core/clean-text.ts'
import { errorText, RunnerMeshError } from '../core/errors.ts'
import { parsePeerId, type PeerId } from '../core/ids.ts'
import { SECOND } from '../core/lease.ts'
import type { Clock, Logger, Random, Startable } from '../core/ports/clock.ts'
import type { Membership, RevokedPeer } from '../core/ports/membership.ts'

export interface MembershipListsOptions {
  readonly self: PeerId
  /** Need not exist; `revoke` makes it. */
  readonly revokedPath: string
  /** Must exist when it is named. */
  readonly allowedPath?: string
  /** Revoked and allowed by the configuration. */
  readonly revoked: readonly string[]
  readonly allowed: readonly string[]
  readonly clock: Clock
  readonly random: Random
  readonly log: Logger
  readonly everyMs?: number
}

export const MEMBERSHIP_POLL_MS = 2 * SECOND
const MOST_BYTES = 4_194_304
const LONGEST_NOTE = 200

type List = ReadonlyMap<PeerId, string>

const NOBODY: List = new Map()

export class MembershipLists implements Membership, Startable {
  readonly #options: MembershipListsOptions
  readonly #revokedByConfig: List
  readonly #allowedByConfig: List
  readonly #listeners = new Set<() => void>()
  #revokedInFile: List = NOBODY
  #allowedInFile: List = NOBODY
  #versions = ''
  #running = false
  #cancel: () => void = () => undefined
  #step = Promise.resolve()

  /** @throws RunnerMeshError config_invalid for a peer id of the configuration that is none */
  constructor(options: MembershipListsOptions) {
    this.#options = options
    this.#revokedByConfig = parseList(options.revoked.join('\n'), 'the setting revoked-peers')
    this.#allowedByConfig = parseList(options.allowed.join('\n'), 'the setting allowed-peers')
  }

  refusal(peer: PeerId): string | undefined {
    const { self } = this.#options
    if (peer === self) return undefined
    if (this.#revokedByConfig.has(peer) || this.#revokedInFile.has(peer)) return `Peer ${peer} is revoked by ${self}.`
    if (this.#isOpen() || this.#allowedByConfig.has(peer) || this.#allowedInFile.has(peer)) return undefined
    return `Peer ${peer} is not on the allow-list of ${self}.`
  }

  onChange(changed: () => void): () => void {
    this.#listeners.add(changed)
    return () => this.#listeners.delete(changed)
  }

  revoked(): readonly RevokedPeer[] {
    return [...new Map([...this.#revokedByConfig, ...this.#revokedInFile])].map(([peer, note]) =>
      note === '' ? { peer } : { peer, note },
    )
  }

  allowed(): readonly PeerId[] | undefined {
    return this.#isOpen() ? undefined : [...new Set([...this.#allowedByConfig.keys(), ...this.#allowedInFile.keys()])]
  }

  revoke(peer: PeerId, note = ''): Promise<boolean> {
    return this.#change((list) => {
      if (list.has(peer) || this.#revokedByConfig.has(peer)) return false
      list.set(peer, cleanLine(note, LONGEST_NOTE))
      return true
    })
  }

  async restore(peer: PeerId): Promise<boolean> {
    if (this.#revokedByConfig.has(peer)) {
      throw new RunnerMeshError(
        'bad_request',
        `Peer ${peer} is revoked by the setting revoked-peers. Take it out there and start this peer again.`,
      )
    }
    return this.#change((list) => list.delete(peer))
  }

  /** @throws RunnerMeshError config_invalid when a list cannot be read */
  async start(): Promise<void> {
    if (this.#running) return
    await this.#load()
    this.#running = true
    this.#watch()
  }

  async stop(): Promise<void> {
    this.#running = false
    this.#cancel()
    await this.#step
  }

  #isOpen(): boolean {
    return this.#options.allowedPath === undefined && this.#allowedByConfig.size === 0
  }

  #watch(): void {
    const { clock, log, everyMs = MEMBERSHIP_POLL_MS } = this.#options
    if (!this.#running) return
    this.#cancel = clock.after(everyMs, () => {
      this.#step = this.#step
        .then(() => this.#load())
        .catch((cause: unknown) => log.error('membership.unreadable', { error: errorText(cause) }))
        .finally(() => this.#watch())
    })
  }

  async #load(): Promise<void> {
    const { revokedPath, allowedPath } = this.#options
    const versions = `${await versionOf(revokedPath)} ${allowedPath === undefined ? '' : await versionOf(allowedPath)}`
    if (versions === this.#versions) return
    const revoked = await readList(revokedPath)
    const allowed = allowedPath === undefined ? NOBODY : await readList(allowedPath)
    if (allowed === undefined) {
      throw new RunnerMeshError(
        'config_invalid',
        `There is no allow-list ${String(allowedPath)}. Write it, one peer id a line, or take it out of the settings.`,
      )
    }
    this.#revokedInFile = revoked ?? NOBODY
    this.#allowedInFile = allowed
    this.#versions = versions
    this.#tell()
  }

  /** One change at a time, each on what the file says now. */
  #change(edit: (list: Map<PeerId, string>) => boolean): Promise<boolean> {
    const { revokedPath, random } = this.#options
    const changing = this.#step.then(async () => {
      try {
        const list = new Map(await readList(revokedPath))
        const isChanged = edit(list)
        if (isChanged) await writeList(revokedPath, list, random)
        this.#revokedInFile = list
        return isChanged
      } catch (cause) {
        if (cause instanceof RunnerMeshError && cause.code === 'config_invalid') throw cause
        const message = `Cannot write ${revokedPath}: ${errorText(cause)}. Make its directory writable for this user.`
        throw new RunnerMeshError('storage_failed', message, { cause })
      }
    })
    this.#step = changing.then(
      () => undefined,
      () => undefined,
    )
    return changing.then((isChanged) => {
      if (isChanged) this.#tell()
      return isChanged
    })
  }

  #tell(): void {
    for (const changed of this.#listeners) changed()
  }
}

/** @throws RunnerMeshError config_invalid: naming the line */
function parseList(text: string, where: string): List {
  const list = new Map<PeerId, string>()
  for (const [index, line] of text.split('\n').entries()) {
    // Whatever stands after the id, with or without a # before it, is a note.
    const [, id, note = ''] = /^\s*([^\s#]+)[\s#]*(.*)$/.exec(line) ?? []
    if (id === undefined) continue
    try {
      list.set(parsePeerId(id), cleanLine(note, LONGEST_NOTE))
    } catch (cause) {
      throw new RunnerMeshError('config_invalid', `Line ${String(index + 1)} of ${where}: ${errorText(cause)}`, {
        cause,
      })
    }
  }
  return list
}

/** @returns undefined when there is no such file. @throws RunnerMeshError config_invalid */
async function readList(path: string): Promise<List | undefined> {
  let text: string
  try {
    if ((await stat(path)).size > MOST_BYTES) throw new Error(`it is longer than ${String(MOST_BYTES)} bytes`)
    text = await readFile(path, 'utf8')
  } catch (cause) {
    if (isMissing(cause)) return undefined
    throw new RunnerMeshError('config_invalid', `Cannot read the list of peers ${path}: ${errorText(cause)}.`, {
      cause,
    })
  }
  return parseList(text, path)
}

/** Whole or not at all, and on the disk before it counts. */
async function writeList(path: string, list: List, random: Random): Promise<void> {
  const temporary = `${path}.${Buffer.from(random.bytes(8)).toString('hex')}`
  const lines = [...list].map(([peer, note]) => (note === '' ? peer : `${peer} # ${note}`))
  try {
    const file = await open(temporary, 'wx', 0o600)
    try {
      await file.writeFile(lines.map((line) => `${line}\n`).join(''))
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(temporary, path)
  } finally {
    await rm(temporary, { force: true })
  }
}

async function versionOf(path: string): Promise<string> {
  try {
    const { mtimeMs, size, ino } = await stat(path)
    return `${String(mtimeMs)}/${String(size)}/${String(ino)}`
  } catch (cause) {
    if (isMissing(cause)) return 'none'
    throw new RunnerMeshError('config_invalid', `Cannot read the list of peers ${path}: ${errorText(cause)}.`, {
      cause,
    })
  }
}

function isMissing(thrown: unknown): boolean {
  return thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT'
}
