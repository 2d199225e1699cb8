/**
 * The mesh key: 32 bytes that every member of a mesh holds. It is never sent; what is used is derived from it by
 * HKDF-SHA256 (RFC 5869), one purpose per derivation.
 */
import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto'
import { RunnerMeshError } from '../core/errors.ts'
import { base32 } from '../core/ids.ts'
import type { Random } from '../core/ports/clock.ts'

const MESH_KEY_BYTES = 32
const SALT = 'runner-mesh'

export interface MeshKey {
  /** 16 base32 characters that name the mesh in public without telling anything of the key. */
  readonly meshId: string
  /** Under which members prove themselves in the HELLO. */
  readonly hello: Uint8Array
  /** Under which announcements carry a proof of membership. */
  readonly announce: Uint8Array
}

/**
 * @param text 32 bytes as base64url without padding, as `newMeshKey` makes it
 * @throws RunnerMeshError config_invalid; its message never holds the text
 */
export function parseMeshKey(text: string): MeshKey {
  const trimmed = text.trim()
  const bytes = Buffer.from(trimmed, 'base64url')
  if (!/^[A-Za-z0-9_-]*={0,2}$/.test(trimmed) || bytes.length !== MESH_KEY_BYTES) {
    throw new RunnerMeshError(
      'config_invalid',
      `The mesh key is not ${String(MESH_KEY_BYTES)} bytes in base64url (43 characters of A–Z a–z 0–9 _ -); it has ${String(trimmed.length)} characters. Copy the key of an existing peer, or make one with: openssl rand -base64 32 | tr '+/' '-_' | tr -d '='`,
    )
  }
  return {
    meshId: base32(derive(bytes, 'mesh-id/1', 10)),
    hello: derive(bytes, 'hello/1', 32),
    announce: derive(bytes, 'announce/1', 32),
  }
}

/** A fresh key, as text to keep secret and to give to every peer. */
export function newMeshKey(random: Random): string {
  return Buffer.from(random.bytes(MESH_KEY_BYTES)).toString('base64url')
}

/** What an announcement carries beside its signature: only members can make it, so a self-made key proves nothing. */
export function announcementMac(key: MeshKey, envelope: Uint8Array): string {
  return createHmac('sha256', key.announce).update(envelope).digest('base64url')
}

/** Compares in constant time, under any of the accepted keys. */
export function isAnnouncementMac(keys: readonly MeshKey[], envelope: Uint8Array, mac: string): boolean {
  const given = Buffer.from(mac, 'base64url')
  let matches = false
  for (const key of keys) {
    const wanted = createHmac('sha256', key.announce).update(envelope).digest()
    if (given.length === wanted.length && timingSafeEqual(given, wanted)) matches = true
  }
  return matches
}

function derive(key: Uint8Array, purpose: string, bytes: number): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', key, SALT, purpose, bytes))
}
