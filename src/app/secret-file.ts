/** Small secrets in files that only their owner can read. */
import { link, open, readFile, rm } from 'node:fs/promises'
import { errorText, RunnerMeshError } from '../core/errors.ts'
import type { Random } from '../core/ports/clock.ts'

/** @returns the trimmed text, or undefined when there is no such file */
export async function findSecret(path: string): Promise<string | undefined> {
  try {
    return (await readFile(path, 'utf8')).trim()
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return undefined
    throw new RunnerMeshError(
      'config_invalid',
      `Cannot read ${path}: ${errorText(cause)}. Give this user the right to read it.`,
      { cause },
    )
  }
}

/**
 * Reads the secret, or keeps the one made by `make`. Two processes that start at once end up with the same one: the file
 * appears whole, under its name, once.
 */
export async function findOrMakeSecret(path: string, make: () => string, random: Random): Promise<string> {
  const stored = await findSecret(path)
  if (stored !== undefined && stored !== '') return stored
  const fresh = `${path}.${random.uuid()}`
  try {
    const file = await open(fresh, 'wx', 0o600)
    try {
      await file.writeFile(`${make()}\n`)
      await file.sync()
    } finally {
      await file.close()
    }
    await link(fresh, path).catch((cause: unknown) => {
      if (!(cause instanceof Error && 'code' in cause && cause.code === 'EEXIST')) throw cause
    })
  } catch (cause) {
    throw new RunnerMeshError(
      'config_invalid',
      `Cannot write ${path}: ${errorText(cause)}. Make its directory writable for this user.`,
      { cause },
    )
  } finally {
    await rm(fresh, { force: true })
  }
  const secret = await findSecret(path)
  if (secret === undefined || secret === '')
    throw new RunnerMeshError('config_invalid', `${path} is empty. Remove it, and it is made anew.`)
  return secret
}
