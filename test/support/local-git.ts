/** Repositories of this machine as a source of builds: what `git archive` says of a commit. */
import { execFileSync, spawn } from 'node:child_process'
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { PassThrough } from 'node:stream'
import { RunnerMeshError } from '../../src/core/errors.ts'
import type { RepositorySource } from '../../src/core/ports/repository-source.ts'

const IDENTITY = ['-c', 'user.name=test', '-c', 'user.email=test@example.invalid', '-c', 'commit.gpgsign=false']

/** @param folders where the repository of each name is */
export function localGitSource(
  folders: ReadonlyMap<string, string>,
): RepositorySource & { readonly fetched: string[] } {
  const fetched: string[] = []
  return {
    fetched,
    fetch: ({ repository, commit }, signal) => {
      fetched.push(`${repository}@${commit}`)
      const folder = folders.get(repository)
      if (folder === undefined || !hasCommit(folder, commit)) {
        return Promise.reject(new RunnerMeshError('bad_request', `There is no commit ${commit} in ${repository}.`))
      }
      const git = spawn('git', ['-C', folder, 'archive', '--format=tar', commit], {
        stdio: ['ignore', 'pipe', 'ignore'],
        signal,
      })
      git.on('error', () => undefined)
      // Node empties the output of a child that exits before anybody reads it.
      const files = git.stdout.pipe(new PassThrough({ highWaterMark: 16_777_216 }))
      return Promise.resolve({ tar: files, leadingFolders: 0 })
    },
  }
}

export interface LocalRepository extends AsyncDisposable {
  readonly folder: string
  readonly commit: string
}

/** @param files content by path; `-> target` makes a symbolic link */
export async function makeRepository(files: Readonly<Record<string, string>>): Promise<LocalRepository> {
  const folder = await mkdtemp(join(tmpdir(), 'runner-mesh-repository-'))
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    if (content.startsWith('-> ')) await symlink(content.slice(3), join(folder, path))
    else await writeFile(join(folder, path), content)
  }
  const git = (...words: string[]) =>
    execFileSync('git', ['-C', folder, ...IDENTITY, ...words], { encoding: 'utf8', stdio: 'pipe' })
  git('init', '--quiet')
  git('add', '--all', '--force')
  git('commit', '--quiet', '--message', 'test')
  const commit = git('rev-parse', 'HEAD').trim()
  return { folder, commit, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) }
}

function hasCommit(folder: string, commit: string): boolean {
  try {
    execFileSync('git', ['-C', folder, 'cat-file', '-e', `${commit}^{commit}`], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}
