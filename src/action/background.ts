/** Mode `background`: a peer beside the steps that follow, as a process of its own. The post step stops it. */
import { saveState } from '@actions/core'
import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { environmentName, loadConfig, type Environment } from '../app/config.ts'
import { openLocalLink } from '../app/local-socket.ts'
import { createLogger } from '../app/logger.ts'
import { nameProcess, spawnPeer, stopProcess } from '../app/peer-process.ts'
import { socketPath, stateDirectory } from '../app/state-directory.ts'
import { systemClock } from '../app/system.ts'
import { isErrorCode, RunnerMeshError } from '../core/errors.ts'
import { SECOND } from '../core/lease.ts'
import { awaitJoin, passPreflight } from './checks.ts'
import { writeOutputs } from './outputs.ts'
import { LISTEN } from './peer-settings.ts'
import { STATE, type StepGround } from './step-ground.ts'

const ROLES = { home: true, worker: true } as const
const LOOK_MS = 25
const START_MS = 30 * SECOND
const STOP_MS = 5 * SECOND

/** What the command line says first, with --json. */
const firstLine = z.union([
  z.object({
    event: z.literal('ready'),
    peer_id: z.string(),
    mesh_id: z.string(),
    runner_name: z.string(),
    mcp_url: z.string().optional(),
    token_file: z.string().optional(),
  }),
  z.object({ ok: z.literal(false), error: z.object({ code: z.string(), message: z.string() }) }),
])

export async function background(ground: StepGround): Promise<number> {
  const { log, program, signal } = ground
  const environment = {
    [environmentName('listen')]: LISTEN,
    [environmentName('http')]: 'off',
    ...ground.environment,
  }
  const config = loadConfig(environment)
  if (config.meshKey === undefined && config.meshKeyFile === undefined) {
    throw new RunnerMeshError('config_invalid', 'There is no mesh key. Set the input key to a secret that holds it.')
  }
  await passPreflight(ground, config, ROLES)
  const stateDir = stateDirectory(config)
  await mkdir(stateDir, { recursive: true, mode: 0o700 })
  const files = { output: join(stateDir, 'peer.out'), log: join(stateDir, 'peer.log') }
  saveState(STATE.stateDir, stateDir)
  saveState(STATE.logFile, files.log)
  const child = await spawnPeer([...program, 'up', '--json'], files, withoutInputs(environment))
  const { pid } = child
  if (pid === undefined) throw new RunnerMeshError('internal', `${program[0]} could not be started.`)
  const name = await nameProcess(pid)
  saveState(STATE.process, name)
  const ended = new AbortController()
  child.once('exit', () => {
    ended.abort(new Error('the peer has ended'))
  })
  try {
    const ready = await log.group('runner-mesh: join', async () => {
      const line = await awaitReady(files.output, AbortSignal.any([signal, ended.signal]), signal)
      log.say(`peer ${line.peer_id} works for the mesh ${line.mesh_id} until this job ends`)
      const link = await openLocalLink(socketPath(stateDir, config), createLogger('silent'))
      try {
        const { connected_peers: peers } = await awaitJoin(ground, config, link)
        return { ...line, peers }
      } finally {
        await link.close()
      }
    })
    writeOutputs({
      peerId: ready.peer_id,
      stateDir,
      peers: ready.peers,
      ...(ready.mcp_url === undefined ? {} : { mcpUrl: ready.mcp_url }),
      ...(ready.token_file === undefined ? {} : { mcpTokenFile: ready.token_file }),
    })
    return 0
  } catch (error) {
    if ((await stopProcess(name, STOP_MS)) !== 'killed') saveState(STATE.stopped, 'true')
    log.quote(await readFile(files.log, 'utf8').catch(() => ''))
    throw error
  }
}

type Ready = Extract<z.output<typeof firstLine>, { readonly event: 'ready' }>

/** @throws RunnerMeshError what the peer says of itself when it cannot start, `cancelled` with the job */
async function awaitReady(path: string, over: AbortSignal, cancelled: AbortSignal): Promise<Ready> {
  const startedAt = systemClock.mono()
  for (;;) {
    const isOver = over.aborted
    const text = await readFile(path, 'utf8').catch(() => '')
    if (text.includes('\n')) {
      const line = firstLine.parse(JSON.parse(text.slice(0, text.indexOf('\n'))))
      if ('event' in line) return line
      const { code, message } = line.error
      throw new RunnerMeshError(isErrorCode(code) ? code : 'internal', message)
    }
    cancelled.throwIfAborted()
    if (isOver) throw new RunnerMeshError('internal', 'The peer ended before it was ready; its log is above.')
    if (systemClock.mono() - startedAt > START_MS)
      throw new RunnerMeshError('timeout', `The peer was not ready within ${String(START_MS / SECOND)} s.`)
    await systemClock.sleep(LOOK_MS, over).catch(() => undefined)
  }
}

/** The step's own inputs, secrets among them, are no business of a process that goes on beside other steps. */
function withoutInputs(environment: Environment): Environment {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !/^(?:INPUT|STATE)_/.test(name)))
}
