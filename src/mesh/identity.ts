/** The key that makes a runner the same peer after every restart: one Ed25519 key per state directory. */
import { link, mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { generateKeyPair, privateKeyFromProtobuf, privateKeyToProtobuf } from '@libp2p/crypto/keys'
import type { Ed25519PrivateKey } from '@libp2p/interface'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { errorText, RunnerMeshError } from '../core/errors.ts'
import { parsePeerId, type PeerId } from '../core/ids.ts'
import type { Random } from '../core/ports/clock.ts'

export const IDENTITY_FILE = 'identity.key'

export interface Identity {
  readonly peer: PeerId
  readonly privateKey: Ed25519PrivateKey
}

export interface IdentityOptions {
  readonly stateDir: string
  readonly random: Random
}

/**
 * Reads the key of this state directory, or makes one that only the owner can read. Two processes that start at once
 * on a new directory end up with the same key.
 * @throws RunnerMeshError config_invalid for a file that is no key, belongs to another user or is open to others
 */
export async function loadIdentity({ stateDir, random }: IdentityOptions): Promise<Identity> {
  const path = join(stateDir, IDENTITY_FILE)
  const stored = await readKey(path)
  if (stored !== undefined) return stored
  try {
    await mkdir(stateDir, { recursive: true, mode: 0o700 })
    await writeKey(path, privateKeyToProtobuf(await generateKeyPair('Ed25519')), random)
  } catch (cause) {
    throw new RunnerMeshError(
      'config_invalid',
      `Cannot keep the identity of this peer in ${path}: ${errorText(cause)}. Make the directory writable for this user or set another state directory.`,
      { cause },
    )
  }
  const written = await readKey(path)
  if (written === undefined)
    throw new RunnerMeshError('config_invalid', `The identity ${path} vanished while starting.`)
  return written
}

export function identityFromKey(privateKey: Ed25519PrivateKey): Identity {
  return { privateKey, peer: parsePeerId(peerIdFromPrivateKey(privateKey).toString()) }
}

async function readKey(path: string): Promise<Identity | undefined> {
  let bytes: Uint8Array
  try {
    await checkOwner(path)
    bytes = await readFile(path)
  } catch (cause) {
    if (isNodeError(cause, 'ENOENT')) return undefined
    if (cause instanceof RunnerMeshError) throw cause
    throw new RunnerMeshError('config_invalid', `Cannot read the identity ${path}: ${errorText(cause)}.`, { cause })
  }
  try {
    const privateKey = privateKeyFromProtobuf(bytes)
    if (privateKey.type === 'Ed25519') return identityFromKey(privateKey)
  } catch (cause) {
    throw notAKey(path, cause)
  }
  throw notAKey(path)
}

function notAKey(path: string, cause?: unknown): RunnerMeshError {
  return new RunnerMeshError(
    'config_invalid',
    `The identity ${path} is not an Ed25519 key of this program. Restore it from a backup, or delete it: the peer then starts under a new peer id.`,
    { cause },
  )
}

async function checkOwner(path: string): Promise<void> {
  const { mode, uid } = await stat(path)
  // Windows has no such modes; its state directory is private to the user already.
  const self = process.getuid?.()
  if (self === undefined) return
  if (uid !== self) {
    throw new RunnerMeshError(
      'config_invalid',
      `The identity ${path} belongs to user ${String(uid)}, this process runs as ${String(self)}. Run as that user or set another state directory.`,
    )
  }
  if ((mode & 0o077) !== 0) {
    throw new RunnerMeshError(
      'config_invalid',
      `The identity ${path} can be read by other users (mode ${(mode & 0o777).toString(8)}). Run: chmod 600 ${path}`,
    )
  }
}

/** Written whole under another name first; a key that appeared meanwhile is kept, never replaced. */
async function writeKey(path: string, bytes: Uint8Array, random: Random): Promise<void> {
  const temporary = `${path}.${Buffer.from(random.bytes(8)).toString('hex')}`
  const file = await open(temporary, 'wx', 0o600)
  try {
    await file.writeFile(bytes)
    await file.sync()
  } finally {
    await file.close()
  }
  try {
    await link(temporary, path)
  } catch (cause) {
    if (isNodeError(cause, 'EEXIST')) return
    // A file system without hard links: the name is still taken in one step.
    await rename(temporary, path)
  } finally {
    await rm(temporary, { force: true })
  }
}

function isNodeError(thrown: unknown, code: string): boolean {
  return thrown instanceof Error && 'code' in thrown && thrown.code === code
}
