/**
 * A commit with its submodules, by git: cloned into a folder that is gone when the reader is done, told as a tar without
 * git's own files. git gets an environment made from nothing, so that no configuration of this machine takes part, and
 * the token as a header for this one server: submodules elsewhere must be public.
 * @see https://git-scm.com/docs/git-config#Documentation/git-config.txt-httplturlgtextraHeader
 */
import { spawn, type ChildProcessByStdio } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { cleanLine } from '../core/clean-text.ts'
import { errorText, RunnerMeshError } from '../core/errors.ts'
import type { RepositoryFiles } from '../core/ports/repository-source.ts'
import type { RepositoryName } from './github-client.ts'
import { GitHubError } from './github-error.ts'
import { webUrlOf } from './repository-address.ts'

export interface RepositoryCheckoutOptions {
  readonly apiUrl: string
  readonly token?: string
  /** Where folders for a while are made. */
  readonly temporary: string
  /** Where `git` and `tar` are looked for. */
  readonly path: string
}

const KEPT_OUTPUT = 4_096
/** Deep enough for real projects; a submodule that holds itself ends here. */
const FETCH_JOBS = 4

export class RepositoryCheckout {
  readonly #options: RepositoryCheckoutOptions

  constructor(options: RepositoryCheckoutOptions) {
    this.#options = options
  }

  /** @throws RunnerMeshError bad_request, peer_unreachable, executor_unavailable (no git here); the signal's reason */
  async fetch({ owner, repo }: RepositoryName, commit: string, signal: AbortSignal): Promise<RepositoryFiles> {
    const folder = await mkdtemp(join(this.#options.temporary, 'runner-mesh-checkout-'))
    const dispose = () => rm(folder, { recursive: true, force: true })
    try {
      const tree = join(folder, 'tree')
      await mkdir(tree)
      const address = `${webUrlOf(this.#options.apiUrl)}/${owner}/${repo}.git`
      const git = (...words: string[]) => this.#git(tree, words, signal)
      await git('init', '--quiet')
      await git('fetch', '--quiet', '--depth', '1', '--no-tags', address, commit)
      await git('checkout', '--quiet', '--detach', 'FETCH_HEAD')
      // Relative addresses of submodules are relative to where the repository came from.
      await git('config', 'remote.origin.url', address)
      const jobs = ['--jobs', String(FETCH_JOBS)]
      await git('submodule', '--quiet', 'update', '--init', '--recursive', '--depth', '1', ...jobs)
      return { tar: this.#told(tree, dispose, signal), leadingFolders: 0 }
    } catch (thrown) {
      await dispose()
      throw thrown
    }
  }

  async #git(tree: string, words: readonly string[], signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    const child = this.#spawn('git', ['-C', tree, ...words], signal)
    child.stdout.resume()
    const { code, said } = await ended(child, 'git')
    signal.throwIfAborted()
    if (code === 0) return
    const step = `git ${words[0] ?? ''} failed: ${said}`
    const isMissing = /not our ref|not found|does not exist|repository .* not exported/i.test(said)
    throw new GitHubError(isMissing ? 'invalid' : 'unanswered', `Cannot fetch the repository with submodules: ${step}`)
  }

  async *#told(tree: string, dispose: () => Promise<void>, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    const child = this.#spawn('tar', ['--create', '--exclude=.git', '--file=-', '--directory', tree, '.'], signal)
    const over = ended(child, 'tar')
    over.catch(() => undefined)
    try {
      yield* child.stdout as AsyncIterable<Uint8Array>
      const { code, said } = await over
      if (code !== 0) throw new GitHubError('unanswered', `Cannot pack the repository: ${said}`)
    } finally {
      child.kill('SIGKILL')
      await over.catch(() => undefined)
      await dispose()
    }
  }

  #spawn(
    program: string,
    words: readonly string[],
    signal: AbortSignal,
  ): ChildProcessByStdio<null, Readable, Readable> {
    const { path, temporary } = this.#options
    const env = { PATH: path, HOME: temporary, LC_ALL: 'C', ...this.#gitEnvironment() }
    return spawn(program, words, { stdio: ['ignore', 'pipe', 'pipe'], signal, env })
  }

  /** In the environment and not among the words: those any user of the machine can see. */
  #gitEnvironment(): Record<string, string> {
    const { apiUrl, token } = this.#options
    const web = webUrlOf(apiUrl)
    const basic = Buffer.from(`x-access-token:${token ?? ''}`).toString('base64')
    const settings = [
      ['core.hooksPath', '/dev/null'],
      ['core.symlinks', 'true'],
      ['credential.helper', ''],
      ...(token === undefined ? [] : [[`http.${web}/.extraHeader`, `Authorization: Basic ${basic}`]]),
    ]
    return {
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_CONFIG_GLOBAL: '/dev/null',
      GIT_TERMINAL_PROMPT: '0',
      GIT_ALLOW_PROTOCOL: new URL(web).protocol.replace(':', ''),
      GIT_LFS_SKIP_SMUDGE: '1',
      GIT_CONFIG_COUNT: String(settings.length),
      ...Object.fromEntries(
        settings.flatMap(([key = '', value = ''], index) => [
          [`GIT_CONFIG_KEY_${index}`, key],
          [`GIT_CONFIG_VALUE_${index}`, value],
        ]),
      ),
    }
  }
}

async function ended(
  child: ChildProcessByStdio<null, Readable, Readable>,
  program: string,
): Promise<{ readonly code: number | null; readonly said: string }> {
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-KEPT_OUTPUT)
  })
  try {
    const [code] = (await once(child, 'close')) as [number | null]
    return { code, said: cleanLine(said.trim().split('\n').at(-1) ?? '', 300) }
  } catch (cause) {
    if ((cause as { code?: unknown }).code === 'ABORT_ERR') return { code: null, said: 'it was given up' }
    throw new RunnerMeshError(
      'executor_unavailable',
      `Cannot start ${program} (${errorText(cause)}). Install ${program} on this machine: submodules are fetched by it.`,
      { cause },
    )
  }
}
