/** The directory that is this peer: its key, queue, journal, token and socket. */
import { createHash } from 'node:crypto'
import { chmod, mkdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { errorText, RunnerMeshError } from '../core/errors.ts'
import type { Config } from './config.ts'

/** A path of a Unix socket holds 108 bytes on Linux, its end marker included. */
const LONGEST_SOCKET_PATH = 107

export function stateDirectory({ stateDir, surroundings }: Pick<Config, 'stateDir' | 'surroundings'>): string {
  if (stateDir !== undefined) return resolve(stateDir)
  const base =
    surroundings.xdgStateHome ??
    (surroundings.home === undefined ? undefined : join(surroundings.home, '.local', 'state'))
  if (base === undefined) {
    throw new RunnerMeshError(
      'config_invalid',
      'Neither HOME nor XDG_STATE_HOME is set. Name a state directory: --state-dir <path>',
    )
  }
  return join(base, 'runner-mesh')
}

/** @throws RunnerMeshError config_invalid when it cannot be made or used */
export async function makeStateDirectory(directory: string): Promise<void> {
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 })
    await chmod(directory, 0o700)
  } catch (cause) {
    throw new RunnerMeshError(
      'config_invalid',
      `Cannot use the state directory ${directory}: ${errorText(cause)}. Make it writable for this user or name another with --state-dir.`,
      { cause },
    )
  }
}

/** Where the command line of this machine reaches the peer. A long path moves to the runtime directory under a name of its own. */
export function socketPath(
  directory: string,
  { surroundings }: Pick<Config, 'surroundings'>,
  file = 'peer.sock',
): string {
  const near = join(directory, file)
  if (Buffer.byteLength(near) <= LONGEST_SOCKET_PATH) return near
  const name = createHash('sha256')
    .update(file === 'peer.sock' ? directory : near)
    .digest('hex')
    .slice(0, 24)
  return join(surroundings.runtimeDir ?? tmpdir(), `runner-mesh-${name}.sock`)
}
