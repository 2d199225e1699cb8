/** Where the mesh key comes from: the environment, a named file, or the state directory. Never the command line. */
import { join } from 'node:path'
import { RunnerMeshError } from '../core/errors.ts'
import type { Random } from '../core/ports/clock.ts'
import { newMeshKey, parseMeshKey, type MeshKey } from '../mesh/mesh-key.ts'
import type { Config } from './config.ts'
import { findOrMakeSecret, findSecret } from './secret-file.ts'

export interface MeshKeyOptions {
  readonly config: Pick<Config, 'meshKey' | 'meshKeyFile' | 'previousKeyFiles'>
  readonly stateDir: string
  /** The first peer of a mesh makes the key; others are given it. */
  readonly make: boolean
  readonly random: Random
}

/** @throws RunnerMeshError config_invalid when there is no key, or one that is none */
export async function loadMeshKeys(options: MeshKeyOptions): Promise<readonly [MeshKey, ...MeshKey[]]> {
  const { previousKeyFiles } = options.config
  const previous = await Promise.all(
    previousKeyFiles.map(async (path) => {
      const text = await findSecret(path)
      if (text === undefined)
        throw new RunnerMeshError('config_invalid', `There is no file ${path} with a previous mesh key.`)
      return parseMeshKey(text)
    }),
  )
  return [parseMeshKey(await currentKey(options)), ...previous]
}

async function currentKey({ config, stateDir, make, random }: MeshKeyOptions): Promise<string> {
  if (config.meshKey !== undefined) return config.meshKey
  if (config.meshKeyFile !== undefined) {
    const text = await findSecret(config.meshKeyFile)
    if (text !== undefined) return text
    throw new RunnerMeshError(
      'config_invalid',
      `There is no mesh key file ${config.meshKeyFile}. Copy it from the peer that made it.`,
    )
  }
  const path = join(stateDir, 'mesh.key')
  if (make) return findOrMakeSecret(path, () => newMeshKey(random), random)
  const text = await findSecret(path)
  if (text !== undefined) return text
  throw new RunnerMeshError(
    'config_invalid',
    `No mesh key. Set RUNNER_MESH_KEY, or copy mesh.key from the state directory of the first peer and pass --key-file <path>.`,
  )
}
