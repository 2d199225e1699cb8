/** What the machine itself must have: a state directory with room, and an engine where tasks are to run. */
import { statfs } from 'node:fs/promises'
import { join } from 'node:path'
import { errorText, toRunnerMeshError } from '../../core/errors.ts'
import { createDockerExecutor } from '../../docker/docker-executor.ts'
import { parseMeshKey } from '../../mesh/mesh-key.ts'
import type { Config } from '../config.ts'
import { createLogger } from '../logger.ts'
import { findSecret } from '../secret-file.ts'
import { makeStateDirectory, stateDirectory } from '../state-directory.ts'
import { systemClock, systemRandom } from '../system.ts'
import type { CheckResult } from './check.ts'

const MIB = 1024 * 1024
/** Below the first nothing starts; below the second images will not fit for long. */
const ROOM = { least: 100 * MIB, enough: 1024 * MIB } as const

export async function checkStateDirectory(config: Config): Promise<CheckResult> {
  const name = 'disk'
  try {
    const directory = stateDirectory(config)
    await makeStateDirectory(directory)
    const { bavail, bsize } = await statfs(directory)
    const free = bavail * bsize
    const detail = `${String(Math.round(free / MIB))} MiB free at ${directory}.`
    if (free >= ROOM.enough) return { name, state: 'ok', detail }
    return {
      ...{ name, code: 'storage_low', detail },
      state: free < ROOM.least ? 'error' : 'warning',
      fix: 'Free some space there, or name another place with state-dir.',
    }
  } catch (thrown) {
    const { code, message } = toRunnerMeshError(thrown)
    return { name, state: 'error', code, detail: message, fix: 'chown it to this user, or set another --state-dir.' }
  }
}

/** @param makes whether this peer would make a key where there is none */
export async function checkMeshKey(config: Config, makes: boolean): Promise<CheckResult> {
  const name = 'mesh key'
  try {
    const path = config.meshKeyFile ?? join(stateDirectory(config), 'mesh.key')
    const text = config.meshKey ?? (await findSecret(path))
    if (text !== undefined) parseMeshKey(text)
    else if (!makes) {
      return {
        ...{ name, state: 'error', code: 'config_invalid', detail: 'There is no mesh key.' },
        fix: 'Set RUNNER_MESH_KEY (the input key of the Action), or copy mesh.key of the first peer and name it with key-file.',
      }
    }
    return { name, state: 'ok', detail: text === undefined ? 'It is made at the first start.' : 'It is one.' }
  } catch (thrown) {
    const { code, message } = toRunnerMeshError(thrown)
    return { name, state: 'error', code, detail: message, fix: 'The peer that made it keeps it in mesh.key.' }
  }
}

export async function checkDocker(config: Config): Promise<CheckResult> {
  const name = 'docker'
  const engineHost = config.dockerHost ?? config.surroundings.dockerHost
  try {
    const executor = createDockerExecutor({
      runner: 'preflight',
      clock: systemClock,
      random: systemRandom,
      log: createLogger('silent'),
      settings: engineHost === undefined ? {} : { engineHost },
    })
    const { available, engine, problem } = await executor.probe()
    await executor.stop()
    if (available) return { name, state: 'ok', detail: engine ?? 'The engine answers.' }
    return {
      ...{ name, state: 'error', code: 'executor_unavailable', detail: problem ?? 'No Docker Engine answers.' },
      fix: engineFix(problem ?? '', engine !== undefined),
    }
  } catch (thrown) {
    return {
      ...{ name, state: 'error', code: 'executor_unavailable', detail: errorText(thrown) },
      fix: 'Start Docker on this machine, or name the engine with docker-host.',
    }
  }
}

/** @param answers whether the engine answered at all: then it is not good enough, and its problem says what would be */
function engineFix(problem: string, answers: boolean): string {
  if (answers) return 'Then start the peer again; until then it serves its queue and runs no containers.'
  if (/EACCES|EPERM/.test(problem))
    return 'Run: sudo usermod -aG docker "$USER" — log in again — or name an engine this user may use with docker-host.'
  return 'Install Docker (apt-get install docker.io), start it (systemctl start docker), or name the engine with docker-host.'
}
