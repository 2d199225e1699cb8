import { spawn } from 'node:child_process'
import { existsSync, openSync, readFileSync } from 'node:fs'
import { get } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { findCommand, runCommand, tail } from './command.mjs'
import { EXIT_INFRASTRUCTURE, SetUpError } from './report.mjs'

const DEFAULT_SOCKET = '/var/run/docker.sock'
const LOG = '/var/log/dockerd.log'

/** @typedef {'ready' | 'forbidden' | 'down'} EngineState */

/** Where the engine is expected. An address that the user chose is the user's to serve: we start only the default one. */
export function engineAddress() {
  const chosen = process.env['DOCKER_HOST']
  return chosen ? { chosen, url: chosen } : { chosen: undefined, url: `unix://${DEFAULT_SOCKET}` }
}

/** @returns {Promise<EngineState>} */
export function engineState() {
  const { url } = engineAddress()
  const target = url.startsWith('unix://')
    ? { socketPath: url.slice('unix://'.length), path: '/_ping' }
    : `${url.replace(/^tcp:/, 'http:')}/_ping`
  return new Promise((resolve) => {
    const request = get(/** @type {import('node:http').RequestOptions} */ (target), (answer) => {
      answer.resume()
      resolve(answer.statusCode === 200 ? 'ready' : 'down')
    })
    request.setTimeout(5_000, () => request.destroy())
    request.once('error', (cause) => {
      resolve('code' in cause && cause.code === 'EACCES' ? 'forbidden' : 'down')
    })
  })
}

/**
 * Starts the installed engine: by the system's service where that works, else directly. In containers and small virtual
 * machines the service scripts often refuse (no systemd, no right to raise limits) although the engine itself would run.
 */
export async function startEngine() {
  if (existsSync('/run/systemd/system')) {
    await runCommand('systemctl', ['start', 'docker'], { timeoutMs: 60_000 })
    if (await answersWithin(10_000)) return
  } else if (existsSync('/etc/init.d/docker')) {
    const { code } = await runCommand('service', ['docker', 'start'], { timeoutMs: 60_000 })
    if (code === 0 && (await answersWithin(15_000))) return
  }
  await startDirectly()
}

async function startDirectly() {
  const log = openSync(LOG, 'a')
  const dockerd = spawn(findCommand('dockerd') ?? 'dockerd', [], { detached: true, stdio: ['ignore', log, log] })
  const ended = new Promise((resolve) => {
    dockerd.once('error', resolve)
    dockerd.once('exit', resolve)
  }).then(() => false)
  dockerd.unref()
  if (await Promise.race([ended, answersWithin(60_000)])) return
  throw new SetUpError(
    `The Docker engine does not start here. Start it yourself and run this again. Its last words in ${LOG}:\n${tail(readFileSync(LOG, 'utf8'))}`,
    EXIT_INFRASTRUCTURE,
  )
}

/** @param {number} limitMs */
async function answersWithin(limitMs) {
  const until = Date.now() + limitMs
  while (Date.now() < until) {
    if ((await engineState()) === 'ready') return true
    await sleep(100)
  }
  return false
}
