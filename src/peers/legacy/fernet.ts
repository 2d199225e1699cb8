/**
 * Fernet tokens: version 0x80, 64-bit time in seconds, 128-bit IV, AES-128-CBC with PKCS #7, HMAC-SHA256 over all of it;
 * in base64url with padding. A key is 16 bytes to sign with and 16 to encrypt with.
 * @see https://github.com/fernet/spec/blob/master/Spec.md
 */
import { createCipheriv, createDecipheriv, createHmac, timingSafeEqual } from 'node:crypto'
import { RunnerMeshError } from '../../core/errors.ts'

const VERSION = 0x80
const HEADER_BYTES = 1 + 8 + 16
const BLOCK_BYTES = 16
const MAC_BYTES = 32
const KEY_BYTES = 32
const BASE64URL = /^[A-Za-z0-9_-]*={0,2}$/

export interface FernetKey {
  readonly signing: Uint8Array
  readonly encryption: Uint8Array
}

/** @throws RunnerMeshError bad_request when it is not 32 bytes */
export function fernetKey(bytes: Uint8Array): FernetKey {
  if (bytes.length !== KEY_BYTES) throw new RunnerMeshError('bad_request', 'A Fernet key has 32 bytes.')
  return { signing: bytes.subarray(0, 16), encryption: bytes.subarray(16) }
}

/**
 * @param time of making, in whole seconds since the epoch
 * @param iv 16 bytes, never used twice
 */
export function encryptFernet(
  plaintext: Uint8Array,
  key: FernetKey,
  { time, iv }: { readonly time: number; readonly iv: Uint8Array },
): string {
  const header = Buffer.alloc(HEADER_BYTES)
  header.writeUInt8(VERSION, 0)
  header.writeBigUInt64BE(BigInt(time), 1)
  header.set(iv, 9)
  const cipher = createCipheriv('aes-128-cbc', key.encryption, iv)
  const signed = Buffer.concat([header, cipher.update(plaintext), cipher.final()])
  return Buffer.concat([signed, mac(signed, key)])
    .toString('base64')
    .replaceAll('+', '-')
    .replaceAll('/', '_')
}

/**
 * The time inside is not looked at: the predecessor gives its values no lifetime either.
 * @throws RunnerMeshError signature_invalid for anything that this key did not make
 */
export function decryptFernet(token: string, key: FernetKey): Uint8Array {
  const bytes = Buffer.from(BASE64URL.test(token) ? token : '', 'base64url')
  const bodyBytes = bytes.length - HEADER_BYTES - MAC_BYTES
  const signed = bytes.subarray(0, Math.max(0, bytes.length - MAC_BYTES))
  const isWhole = bodyBytes >= BLOCK_BYTES && bodyBytes % BLOCK_BYTES === 0 && bytes[0] === VERSION
  if (!isWhole || !timingSafeEqual(mac(signed, key), bytes.subarray(-MAC_BYTES))) throw invalid()
  const decipher = createDecipheriv('aes-128-cbc', key.encryption, signed.subarray(9, HEADER_BYTES))
  try {
    return Buffer.concat([decipher.update(signed.subarray(HEADER_BYTES)), decipher.final()])
  } catch (cause) {
    throw invalid(cause)
  }
}

function mac(signed: Uint8Array, { signing }: FernetKey): Buffer {
  return createHmac('sha256', signing).update(signed).digest()
}

function invalid(cause?: unknown): RunnerMeshError {
  return new RunnerMeshError('signature_invalid', 'The encrypted value was not made with this key.', { cause })
}
