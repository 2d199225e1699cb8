/** A copy of sources and their tests in which a guard may be taken away, to see that something turns red. */
import assert from 'node:assert/strict'
import { cp, readFile, symlink, writeFile } from 'node:fs/promises'
import { stripTypeScriptTypes } from 'node:module'
import { join } from 'node:path'
import { scratchDirectory, type ScratchDirectory } from './scratch-directory.ts'

const ROOT = join(import.meta.dirname, '..', '..')

/** What a guard looks like in the source, and what a careless hand would leave of it. */
export interface Mutation {
  /** From the repository's root. */
  readonly file: string
  /** Must stand in the file exactly once, so that a table of these cannot fall behind the source. */
  readonly from: string
  readonly to: string
}

/** @param paths from the repository's root; `package.json` comes with them */
export async function copySources(paths: readonly string[]): Promise<ScratchDirectory> {
  const copy = await scratchDirectory('memory')
  for (const path of ['package.json', ...paths]) {
    await cp(join(ROOT, path), join(copy.path, path), { recursive: true })
  }
  await symlink(join(ROOT, 'node_modules'), join(copy.path, 'node_modules'))
  return copy
}

export async function takeAway({ file, from, to }: Mutation, directory: string): Promise<void> {
  const path = join(directory, file)
  const source = await readFile(path, 'utf8')
  assert.equal(source.split(from).length - 1, 1, `${file} holds this once: ${from}`)
  const mutant = source.replace(from, () => to)
  // It must at least be a program, or every test is red for no reason.
  stripTypeScriptTypes(mutant)
  await writeFile(path, mutant)
}
