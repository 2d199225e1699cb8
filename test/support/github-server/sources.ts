/** The files of a simulated repository: a git repository of this machine, told as GitHub tells of commits and archives. */
import { execFileSync, spawn } from 'node:child_process'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createGzip } from 'node:zlib'
import type { Answer } from './routes.ts'
import { Refusal, type Repository } from './repository.ts'

/** @throws Refusal 409 without commits, 422 without such a ref */
export function commitOf({ sources }: Repository, ref: string): string {
  if (sources === undefined) throw new Refusal(409, 'Git Repository is empty.')
  for (const name of [ref, `refs/heads/${ref}`, `refs/tags/${ref}`]) {
    try {
      const words = ['-C', sources, 'rev-parse', '--verify', '--quiet', '--end-of-options', `${name}^{commit}`]
      return execFileSync('git', words, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim()
    } catch {
      // Not under this name.
    }
  }
  throw new Refusal(422, `No commit found for SHA: ${ref}`)
}

/** @throws Refusal 404 without such a file */
export function fileOf(repository: Repository, path: string, ref: string): string {
  try {
    const words = ['-C', repository.sources ?? '', 'show', `${commitOf(repository, ref)}:${path}`]
    return execFileSync('git', words, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
  } catch {
    throw new Refusal(404, 'Not Found')
  }
}

/** Archives that may be fetched, by the secret part of their addresses: GitHub hands them out for a few minutes. */
export class Archives {
  readonly #open = new Map<string, { readonly repository: Repository; readonly commit: string }>()
  /** What becomes of the next archive. */
  fault: 'stall' | 'cut' | undefined

  offer(base: string, repository: Repository, commit: string): Answer {
    const key = `archive-${repository.id}-${this.#open.size}-secret`
    this.#open.set(key, { repository, commit })
    return { status: 302, headers: { location: `${base}/codeload/${key}` } }
  }

  /** @returns whether the path is one of an archive */
  serve(request: IncomingMessage, response: ServerResponse): boolean {
    const [, key] = /^\/codeload\/([^/?]+)$/.exec(request.url ?? '') ?? []
    if (key === undefined) return false
    const found = this.#open.get(key)
    const folder = found?.repository.sources
    // The real host refuses a token that is not meant for it.
    if (found === undefined || folder === undefined || request.headers.authorization !== undefined) {
      response.writeHead(404).end()
      return true
    }
    const { owner, name } = found.repository
    const prefix = `--prefix=${owner}-${name}-${found.commit.slice(0, 7)}/`
    const git = spawn('git', ['-C', folder, 'archive', '--format=tar', prefix, found.commit])
    response.writeHead(200, { 'content-type': 'application/x-gzip' })
    const packed = git.stdout.pipe(createGzip())
    const { fault } = this
    this.fault = undefined
    if (fault === undefined) packed.pipe(response)
    else {
      packed.once('data', (chunk: Buffer) => {
        response.write(chunk.subarray(0, chunk.length / 2), () => {
          if (fault === 'cut') response.destroy()
        })
      })
    }
    return true
  }
}

const GIT_PATH = /^\/([^/]+)\/([^/]+)\.git(\/(?:info\/refs|git-upload-pack))(?:\?(.*))?$/

/**
 * git over HTTP, for reading, by git's own server side.
 * @returns whether the path is one of git's
 */
export function serveGit(
  request: IncomingMessage,
  response: ServerResponse,
  find: (owner: string, name: string, authorization: string | undefined) => Repository | undefined,
): boolean {
  const [, owner = '', name = '', path = '', query = ''] = GIT_PATH.exec(request.url ?? '') ?? []
  if (path === '') return false
  const folder = find(owner, name, request.headers.authorization)?.sources
  if (folder === undefined) {
    response.writeHead(404).end('Repository not found.')
    return true
  }
  const backend = spawn('git', ['http-backend'], {
    env: {
      PATH: process.env['PATH'],
      GIT_PROJECT_ROOT: folder,
      GIT_HTTP_EXPORT_ALL: '1',
      PATH_INFO: `/.git${path}`,
      QUERY_STRING: query,
      REQUEST_METHOD: request.method,
      CONTENT_TYPE: request.headers['content-type'] ?? '',
      HTTP_CONTENT_ENCODING: request.headers['content-encoding'] ?? '',
      GIT_PROTOCOL: String(request.headers['git-protocol'] ?? ''),
      // As GitHub has it: any commit may be asked for by its id.
      GIT_CONFIG_COUNT: '2',
      GIT_CONFIG_KEY_0: 'uploadpack.allowAnySHA1InWant',
      GIT_CONFIG_VALUE_0: 'true',
      GIT_CONFIG_KEY_1: 'safe.directory',
      GIT_CONFIG_VALUE_1: '*',
    },
  })
  request.pipe(backend.stdin)
  backend.stdin.on('error', () => undefined)
  let head = Buffer.alloc(0)
  let isBody = false
  backend.stdout.on('data', (chunk: Buffer) => {
    if (isBody) {
      response.write(chunk)
      return
    }
    head = Buffer.concat([head, chunk])
    const end = head.indexOf('\r\n\r\n')
    if (end === -1) return
    isBody = true
    const fields = head
      .subarray(0, end)
      .toString()
      .split('\r\n')
      .map((line) => line.split(': ') as [string, string])
    const { Status: status = '200', ...headers } = Object.fromEntries(fields)
    response.writeHead(Number.parseInt(status, 10), headers)
    response.write(head.subarray(end + 4))
  })
  backend.on('close', () => response.end())
  return true
}
