/**
 * Signed envelopes: libp2p's RecordEnvelope under domains of our own, so that no signature made here can be taken for
 * another protocol's and none of theirs for ours.
 * @see https://github.com/libp2p/specs/blob/master/RFC/0002-signed-envelopes.md
 */
import { RecordEnvelope } from '@libp2p/peer-record'
import { peerIdFromPublicKey } from '@libp2p/peer-id'
import { ENVELOPE_DOMAINS } from '../core/envelope.ts'
import { RunnerMeshError } from '../core/errors.ts'
import { parsePeerId } from '../core/ids.ts'
import type { Signer } from '../core/ports/mesh.ts'
import type { Identity } from './identity.ts'

/** Larger than any announcement or container task, smaller than a frame. */
export const MAX_ENVELOPE_CHARACTERS = 786_432

/** Names the form of the payload inside the envelope: JSON bytes, version 1. */
const CODEC = new TextEncoder().encode('/runner-mesh/json/1')

export function createEnvelopeSigner({ peer, privateKey }: Identity): Signer {
  return {
    peer,
    seal: async (kind, payload) => {
      const record = {
        domain: ENVELOPE_DOMAINS[kind],
        codec: CODEC,
        marshal: () => payload,
        equals: () => false,
      }
      const envelope = await RecordEnvelope.seal(record, privateKey)
      return Buffer.from(envelope.marshal()).toString('base64url')
    },
    open: async (kind, envelope) => {
      if (envelope.length > MAX_ENVELOPE_CHARACTERS) {
        throw invalid(`The signed ${kind} is longer than ${String(MAX_ENVELOPE_CHARACTERS)} characters.`)
      }
      let opened: RecordEnvelope
      try {
        opened = await RecordEnvelope.openAndCertify(Buffer.from(envelope, 'base64url'), ENVELOPE_DOMAINS[kind])
      } catch (cause) {
        throw invalid(`The signature of the ${kind} does not hold.`, cause)
      }
      if (Buffer.compare(opened.payloadType, CODEC) !== 0) throw invalid(`The signed ${kind} is of another form.`)
      if (opened.publicKey.type !== 'Ed25519') throw invalid(`The ${kind} is not signed by an Ed25519 key.`)
      return { peer: parsePeerId(peerIdFromPublicKey(opened.publicKey).toString()), payload: opened.payload }
    },
  }
}

function invalid(message: string, cause?: unknown): RunnerMeshError {
  return new RunnerMeshError('signature_invalid', message, { cause })
}
