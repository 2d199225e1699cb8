/**
 * The way to the engine. Two clients, as Nomad has them: `prompt` for calls that answer at once and must not hang us,
 * `patient` for those that last as long as a container or a download does.
 */
import Docker from 'dockerode'
import { cleanLine } from '../../core/clean-text.ts'
import { errorText, RunnerMeshError } from '../../core/errors.ts'

export interface Engine {
  /** Calls end with an error when the engine is silent for long. */
  readonly prompt: Docker
  /** No time limit: wait, attach, logs, pull, build. Their callers abort them. */
  readonly patient: Docker
  /** For people. */
  readonly address: string
}

/** @param host `unix:///path` or `tcp://host:port`; unset means DOCKER_HOST, else the usual socket */
export function connectEngine(host: string | undefined, promptTimeoutMs: number): Engine {
  const where = host === undefined ? {} : whereIs(host)
  const prompt = new Docker({ ...where, timeout: promptTimeoutMs })
  const patient = new Docker(where)
  return { prompt, patient, address: addressOf(patient) }
}

function whereIs(host: string): Docker.DockerOptions {
  if (host.startsWith('unix://')) return { socketPath: host.slice('unix://'.length) }
  const url = URL.parse(host)
  if (url === null || !['tcp:', 'http:', 'https:'].includes(url.protocol)) {
    throw new RunnerMeshError(
      'config_invalid',
      `No engine address: ${cleanLine(host, 200)}. Give unix:///path or tcp://host:port.`,
    )
  }
  return { host: url.hostname, port: url.port, protocol: url.protocol === 'https:' ? 'https' : 'http' }
}

function addressOf(docker: Docker): string {
  const modem = docker.modem as { host?: string; port?: number | string; socketPath?: unknown }
  if (modem.host !== undefined) return `tcp://${modem.host}:${String(modem.port ?? '')}`
  return typeof modem.socketPath === 'string' ? modem.socketPath : '/var/run/docker.sock'
}

/** HTTP status of a call that the engine refused; undefined when it did not answer. */
export function statusOf(error: unknown): number | undefined {
  const status = (error as { statusCode?: unknown } | null)?.statusCode
  return typeof status === 'number' ? status : undefined
}

export function isGone(error: unknown): boolean {
  return statusOf(error) === 404
}

/** The engine's own sentence on one line, without the client's frame around it. */
export function engineSentence(error: unknown): string {
  return cleanLine(errorText(error).replace(/^\(HTTP code [0-9]+\) .*? - /s, ''), 1_000)
}

/** @returns the error that says that the engine did not answer, when that is what happened */
export function unreachable(engine: Engine, error: unknown): RunnerMeshError | undefined {
  const code = (error as { code?: unknown } | null)?.code
  if (typeof code !== 'string' || !/^E[A-Z]+$/.test(code)) return undefined
  return new RunnerMeshError('executor_unavailable', problemText(engine, error), { cause: error })
}

export function problemText(engine: Engine, error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code
  const why = typeof code === 'string' ? code : cleanLine(errorText(error), 200)
  const advice =
    code === 'EACCES' || code === 'EPERM'
      ? 'Add this user to the group docker, or set DOCKER_HOST.'
      : 'Install docker.io and start it, or set DOCKER_HOST.'
  return `No Docker engine at ${engine.address} (${why}). ${advice}`
}
