/**
 * Secrets of tasks as files, on a file system that is memory, so that no disk ever holds them. A container sees its own
 * folder, read-only, at /run/secrets. The folder above it is this user's alone, so nobody else of the host gets in; inside
 * the container whoever it runs as can read.
 */
import { createHash } from 'node:crypto'
import { chmod, mkdir, readdir, readFile, rm, rmdir, statfs, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { RunnerMeshError } from '../../core/errors.ts'
import type { SecretValue } from '../../core/ports/executor.ts'

/** `f_type` of tmpfs and ramfs. @see statfs(2) */
const MEMORY_FILE_SYSTEMS: ReadonlySet<number> = new Set([0x01021994, 0x858458f6])

export class SecretFolders {
  readonly #candidates: readonly string[]
  readonly #own: string

  /** @param candidates folders that may be on a file system in memory, in order of preference */
  constructor(runner: string, candidates: readonly string[]) {
    this.#candidates = candidates
    this.#own = `runner-mesh-${createHash('sha256').update(runner).digest('hex').slice(0, 24)}`
  }

  /**
   * @param name of the container
   * @returns the folder; undefined when there are no secrets
   * @throws RunnerMeshError policy_refused when this host has nowhere to keep them
   */
  async make(name: string, secrets: readonly SecretValue[]): Promise<string | undefined> {
    if (secrets.length === 0) return undefined
    const base = await this.#base()
    const folder = join(base, name)
    await rm(folder, { recursive: true, force: true })
    await mkdir(folder, { recursive: true, mode: 0o700 })
    await chmod(base, 0o700)
    for (const { name: file, value } of secrets) {
      const path = join(folder, file)
      await writeFile(path, value, { flag: 'wx', mode: 0o600 })
      await chmod(path, 0o444)
    }
    await chmod(folder, 0o555)
    return folder
  }

  /** Values that were delivered to the container; none when there is no such folder. */
  async read(name: string): Promise<readonly string[]> {
    for (const base of this.#bases()) {
      const folder = join(base, name)
      const files = await namesIn(folder)
      if (files.length > 0) return Promise.all(files.map((file) => readFile(join(folder, file), 'utf8')))
    }
    return []
  }

  /** Idempotent. */
  async remove(name: string): Promise<void> {
    for (const base of this.#bases()) {
      await removeFolder(join(base, name))
      await removeIfEmpty(base)
    }
  }

  /** Removes what was left by containers that are no more. @param kept names of those that are still there */
  async sweep(kept: ReadonlySet<string>): Promise<void> {
    for (const base of this.#bases()) {
      for (const name of await namesIn(base)) if (!kept.has(name)) await removeFolder(join(base, name))
      await removeIfEmpty(base)
    }
  }

  #bases(): string[] {
    return this.#candidates.map((folder) => join(folder, this.#own))
  }

  async #base(): Promise<string> {
    for (const folder of this.#candidates) if (await isInMemory(folder)) return join(folder, this.#own)
    throw new RunnerMeshError(
      'policy_refused',
      `This host has no file system in memory for secrets; looked at ${this.#candidates.join(', ') || 'nothing'}.`,
    )
  }
}

async function isInMemory(folder: string): Promise<boolean> {
  try {
    return MEMORY_FILE_SYSTEMS.has((await statfs(folder)).type)
  } catch {
    // Not there, or closed to this user.
    return false
  }
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder)
  } catch {
    return []
  }
}

async function removeIfEmpty(folder: string): Promise<void> {
  // Not there, or somebody else's secrets are in it.
  await rmdir(folder).catch(() => undefined)
}

async function removeFolder(folder: string): Promise<void> {
  // A folder without the right to write keeps its files.
  await chmod(folder, 0o700).catch(() => undefined)
  await rm(folder, { recursive: true, force: true })
}
