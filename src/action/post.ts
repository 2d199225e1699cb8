/**
 * Entry of the Action's post step, which runs however main ended: it stops a peer in the background, and takes away what
 * a main step or peer that was killed has left. It is small on purpose; what is seldom needed is the command line's.
 */
import { getState, info, setFailed } from '@actions/core'
import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { stopProcess } from '../app/peer-process.ts'
import { systemRandom } from '../app/system.ts'
import { errorText } from '../core/errors.ts'
import { maskSecrets, readSettings } from './setting-inputs.ts'
import { createStepLog } from './step-log.ts'
import { STATE } from './step-ground.ts'

const STOP_MS = 20_000
const LOG_LINES = 200

try {
  maskSecrets()
  const stateDir = getState(STATE.stateDir)
  if (stateDir !== '' && getState(STATE.stopped) !== 'true') {
    const name = getState(STATE.process)
    const ended = name === '' ? 'gone already' : await stopProcess(name, STOP_MS)
    await showLog(getState(STATE.logFile))
    if (ended === 'stopped') info('the peer has left the mesh')
    else await leaveFor(stateDir)
  }
} catch (thrown) {
  setFailed(`The peer of this job may not be gone: ${errorText(thrown)}`)
}

async function showLog(path: string): Promise<void> {
  if (path === '') return
  const log = createStepLog(systemRandom)
  const lines = (await readFile(path, 'utf8').catch(() => '')).trimEnd().split('\n')
  await log.group('runner-mesh: log of the peer', () => {
    log.quote(lines.slice(-LOG_LINES).join('\n'))
    return Promise.resolve()
  })
}

/** For a peer that could not say goodbye itself. */
async function leaveFor(stateDir: string): Promise<void> {
  const cli = fileURLToPath(new URL('./cli.js', import.meta.url))
  const { stdout } = await promisify(execFile)(process.execPath, [cli, 'leave', '--state-dir', stateDir], {
    env: { ...readSettings(process.env) },
  })
  info(stdout.trim())
}
