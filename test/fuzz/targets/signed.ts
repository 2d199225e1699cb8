/** What is signed: envelopes of tasks and announcements. Whatever is accepted was made by the holder of the key. */
import { generateKeyPairFromSeed } from '@libp2p/crypto/keys'
import type { Announcement } from '../../../src/core/announcement.ts'
import { parseTaskEnvelope, type EnvelopeKind } from '../../../src/core/envelope.ts'
import { createAnnouncementSeal } from '../../../src/mesh/announcement-seal.ts'
import { createEnvelopeSigner } from '../../../src/mesh/envelope-signer.ts'
import { identityFromKey } from '../../../src/mesh/identity.ts'
import { newMeshKey, parseMeshKey } from '../../../src/mesh/mesh-key.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { SeededRandom } from '../../support/seeded-random.ts'
import { hold, linesOf, refusal, type FuzzTarget } from '../engine/target.ts'

export const NOW = 1_800_000_000_000
const MESH = 'abcdefghijklmnop'

async function identityOf(seed: number) {
  return identityFromKey(await generateKeyPairFromSeed('Ed25519', Buffer.alloc(32, seed)))
}

/** The envelope is the input, in clear: the base64url around it is put on here. */
export async function openEnvelopes(): Promise<FuzzTarget> {
  const signer = createEnvelopeSigner(await identityOf(1))
  const task = {
    ...{ audience: MESH, nonce: 'n'.repeat(22), issued_at: NOW, expires_at: NOW + 3_600_000, crit: ['payload'] },
    ...{ task_type: 'docker.hub', payload: { image: 'a@sha256:0' }, submitter: 'cli', depth: 0 },
    clocks: { queue_ms: 1, prepare_ms: 1, run_ms: 1, total_ms: 1, grace_ms: 1 },
  }
  const payloads = [
    JSON.stringify(task),
    JSON.stringify({ ...task, crit: ['moon'] }),
    JSON.stringify({ ...task, audience: 'elsewhere', also: [MESH] }),
    JSON.stringify({ ...task, expires_at: 0 }),
    JSON.stringify({ ...task, issued_at: NOW * 2 }),
    '{"no":"task"}',
    'no json',
  ]
  const kinds: readonly EnvelopeKind[] = ['task', 'announcement', 'task_token']
  const sealed = await Promise.all(
    payloads.flatMap((payload) => kinds.map((kind) => signer.seal(kind, Buffer.from(payload)))),
  )
  const genuine = new Set(payloads)
  return {
    name: 'envelopes',
    form: 'bytes',
    seeds: sealed.map((text) => Buffer.from(text, 'base64url')),
    attempt: async (input) => {
      const text = Buffer.from(input).toString('base64url')
      const outcomes = []
      for (const kind of kinds) outcomes.push(await attemptAs(kind, text))
      return outcomes.join(' / ')
    },
  }

  async function attemptAs(kind: EnvelopeKind, text: string): Promise<string> {
    try {
      const { peer, payload } = await signer.open(kind, text)
      // Anybody may sign with a key of their own; what counts is whom it is taken for.
      if (peer !== signer.peer) return 'another signer'
      hold(genuine.has(Buffer.from(payload).toString()), 'what is taken for signed was signed')
      if (kind !== 'task') return 'opened'
      const envelope = parseTaskEnvelope(payload, { meshes: [MESH], now: NOW })
      hold([envelope.audience, ...(envelope.also ?? [])].includes(MESH), 'a task of another mesh is refused')
      return 'a task'
    } catch (thrown) {
      return refusal(thrown, 'signature_invalid')
    }
  }
}

export async function announcing() {
  const random = new SeededRandom(11)
  const [key, other] = [parseMeshKey(newMeshKey(random)), parseMeshKey(newMeshKey(random))]
  const [alice, bob] = [await identityOf(1), await identityOf(2)]
  const clock = new ManualClock(NOW)
  const said = (changes: Partial<Announcement> = {}): Announcement => ({
    ...{ peer: alice.peer, seq: 7, issuedAt: NOW, expiresAt: NOW + 3_600_000, runnerName: 'runner-7' },
    addresses: [`/ip4/192.0.2.7/tcp/9720/p2p/${alice.peer}`],
    ...{ homes: ['aaaaaaaaaaaaaaaa'], features: ['home'], ...changes },
  })
  const sealOf = (identity: typeof alice, meshKey = key) =>
    createAnnouncementSeal({ signer: createEnvelopeSigner(identity), meshKeys: [meshKey], clock })
  const genuine = [said(), said({ seq: 8, addresses: [] }), said({ peer: bob.peer, addresses: [] })]
  const sealed = await Promise.all([
    ...genuine.slice(0, 2).map((each) => sealOf(alice).seal(each)),
    sealOf(bob).seal(said({ peer: bob.peer, addresses: [] })),
    // None of these may pass: for another peer, of another mesh, too old, too long.
    sealOf(bob).seal(said({ seq: 99 })),
    // By somebody who knows the mesh by name and not its key.
    sealOf(alice, { ...other, meshId: key.meshId }).seal(said({ seq: 100 })),
    sealOf(alice, other).seal(said()),
    sealOf(alice).seal(said({ issuedAt: 0, expiresAt: 1 })),
    sealOf(alice).seal(said({ expiresAt: NOW * 2 })),
    sealOf(alice).seal(said({ addresses: [`/ip4/192.0.2.7/tcp/9720/p2p/${bob.peer}`] })),
  ])
  const known = new Set([...genuine, said({ addresses: [`/ip4/192.0.2.7/tcp/9720/p2p/${bob.peer}`] })].map(nameOf))
  return { seal: sealOf(bob), sealed, isGenuine: (each: Announcement) => known.has(nameOf(each)), said }
}

function nameOf(announcement: Announcement): string {
  return JSON.stringify(Object.entries(announcement).sort(([a], [b]) => (a < b ? -1 : 1)))
}

/** An envelope and a code, each on a line. */
export async function openAnnouncements(): Promise<FuzzTarget> {
  const { seal, sealed, isGenuine } = await announcing()
  return {
    name: 'announcements',
    form: 'text',
    seeds: sealed.map(({ envelope, mac }) => `${envelope}\n${mac}`),
    attempt: async (input) => {
      const [envelope = '', mac = ''] = linesOf(input).map((line) => line.toString('latin1'))
      try {
        hold(isGenuine(await seal.open({ envelope, mac })), 'what is taken for announced was announced')
        return 'taken'
      } catch (thrown) {
        return refusal(thrown, 'signature_invalid')
      }
    },
  }
}
