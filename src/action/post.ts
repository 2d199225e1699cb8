/** Entry of the Action's post step: removes containers that a main step which was killed could not remove itself. */
import { getState, info, setFailed } from '@actions/core'
import process from 'node:process'
import { removeLeftContainers } from '../app/leftovers.ts'
import { loadConfig } from '../app/config.ts'
import { toRunnerMeshError } from '../core/errors.ts'
import { readSettings } from './inputs.ts'

const peerId = getState('peer-id')
try {
  if (peerId !== '' && getState('stopped') !== 'true') {
    const removed = await removeLeftContainers(loadConfig(readSettings(process.env)), peerId)
    if (removed > 0) info(`removed ${String(removed)} containers that the main step left`)
  }
  process.exit()
} catch (thrown) {
  const error = toRunnerMeshError(thrown)
  setFailed(`${error.code}: ${error.message}`)
  process.exit(1)
}
