/** Peers whose registry is the simulated GitHub, within one process and on a clock that a test moves. */
import { generateKeyPair } from '@libp2p/crypto/keys'
import type { Announcement } from '../../src/core/announcement.ts'
import type { PeerId } from '../../src/core/ids.ts'
import type { Clock } from '../../src/core/ports/clock.ts'
import type { AnnouncementSeal, FoundPeer } from '../../src/core/ports/discovery.ts'
import type { AdmittedPeer, Channel } from '../../src/core/ports/mesh.ts'
import { GitHubClient } from '../../src/github/github-client.ts'
import { GitHubRequests } from '../../src/github/github-requests.ts'
import { createIssueRegistry, type IssueRegistry } from '../../src/github/issue-registry.ts'
import { spreadMs } from '../../src/github/refresh-plan.ts'
import type { RegistryMemory } from '../../src/github/registry-memory.ts'
import { RequestPace } from '../../src/github/request-pace.ts'
import { createAnnouncementSeal } from '../../src/mesh/announcement-seal.ts'
import { createEnvelopeSigner } from '../../src/mesh/envelope-signer.ts'
import { identityFromKey, type Identity } from '../../src/mesh/identity.ts'
import { newMeshKey, parseMeshKey } from '../../src/mesh/mesh-key.ts'
import type { GitHubServer } from './github-server/server.ts'
import { RecordingLog } from './recording-log.ts'
import { SeededRandom } from './seeded-random.ts'
import type { VirtualTime } from './virtual-time.ts'

export const MESH_KEY = parseMeshKey(newMeshKey(new SeededRandom(7)))
export const REPOSITORY = { owner: 'octo', repo: 'runners' } as const
export const TITLE = 'p2p-peer-registry'

export interface FleetPeerOptions {
  readonly server: GitHubServer
  readonly token: string
  readonly clock: VirtualTime
  readonly seed?: number
  readonly fleetSize?: number
  /** False: it only looks. */
  readonly announces?: boolean
  readonly marker?: string
  readonly expiryMs?: number
  readonly identity?: Identity
  readonly memory?: RegistryMemory
  readonly log?: RecordingLog
  readonly publicIp?: string
  readonly onVisibility?: (isPrivate: boolean) => void
  /** Told after `found` has changed. */
  readonly onFound?: (peer: FleetPeer) => void
}

export class FleetPeer {
  readonly self: PeerId
  readonly registry: IssueRegistry
  readonly client: GitHubClient
  readonly seal: AnnouncementSeal
  readonly log: RecordingLog
  readonly identity: Identity
  memory: RegistryMemory | undefined
  found: readonly FoundPeer[] = []
  readonly #clock: VirtualTime
  readonly #joined: ((peer: AdmittedPeer, channel: Channel) => void)[] = []
  readonly #left: ((peer: PeerId, cause?: Error) => void)[] = []
  #connected: AdmittedPeer[] = []
  #isDead = false

  constructor(identity: Identity, options: FleetPeerOptions) {
    const { server, token, seed = 1, fleetSize = 1, publicIp } = options
    const clock = this.#mortal(options.clock)
    this.identity = identity
    this.self = identity.peer
    this.memory = options.memory
    this.log = options.log ?? new RecordingLog()
    this.#clock = options.clock
    const pace = new RequestPace({ clock, spreadMs: () => spreadMs(this.self, fleetSize) })
    this.client = new GitHubClient(
      new GitHubRequests({
        ...{ token, apiUrl: server.url, userAgent: 'test', pace, clock },
        fetch: server.fetch,
      }),
    )
    this.seal = sealOf(identity, options.clock, () => this.client.now())
    this.registry = createIssueRegistry({
      client: this.client,
      repository: REPOSITORY,
      title: TITLE,
      trustedApps: ['github-actions'],
      fleetSize,
      announces: options.announces ?? true,
      ...(options.marker === undefined ? {} : { marker: options.marker }),
      ...(options.expiryMs === undefined ? {} : { expiryMs: options.expiryMs }),
      seal: this.seal,
      mesh: {
        self: this.self,
        peers: () => this.#connected,
        onPeer: (joined) => this.#joined.push(joined),
        onPeerGone: (left) => this.#left.push(left),
      },
      publicIp: () => publicIp,
      onVisibility: options.onVisibility,
      memory: {
        load: () => Promise.resolve(this.memory),
        save: (value) => {
          this.memory = value
          return Promise.resolve()
        },
      },
      clock,
      random: new SeededRandom(seed),
      log: this.log,
    })
    this.registry.onFound((found) => {
      this.found = found
      options.onFound?.(this)
    })
  }

  get address(): string {
    return `/ip4/192.0.2.1/tcp/4001/p2p/${this.self}`
  }

  announcement(change: Partial<Announcement> = {}): Announcement {
    const now = this.#clock.now()
    return {
      peer: this.self,
      seq: now,
      issuedAt: now,
      expiresAt: now + 45 * 60_000,
      addresses: [this.address],
      runnerName: 'runner-1',
      homes: [],
      features: [],
      ...change,
    }
  }

  async join(change: Partial<Announcement> = {}): Promise<void> {
    await this.registry.announce(this.announcement(change))
    await this.registry.start()
  }

  connect(peer: PeerId): void {
    const admitted = { peer } as AdmittedPeer
    this.#connected = [...this.#connected, admitted]
    for (const joined of this.#joined) joined(admitted, {} as Channel)
  }

  disconnect(peer: PeerId): void {
    this.#connected = this.#connected.filter((each) => each.peer !== peer)
    for (const left of this.#left) left(peer)
  }

  get isConnected(): boolean {
    return this.#connected.length > 0
  }

  /** As kill -9 would: from now on it hears no answer and sends nothing. */
  kill(): void {
    this.#isDead = true
  }

  /** Nothing happens any more once it is dead. */
  #mortal(clock: VirtualTime): Clock {
    return {
      now: () => clock.now(),
      mono: () => clock.mono(),
      sleep: async (ms, signal) => {
        await clock.sleep(ms, signal)
        if (this.#isDead) await new Promise(() => undefined)
      },
      after: (ms, callback) =>
        clock.after(ms, () => {
          if (!this.#isDead) callback()
        }),
    }
  }

  addressesFound(): readonly string[] {
    return this.found.flatMap(({ addresses }) => addresses)
  }
}

export async function newFleetPeer(options: FleetPeerOptions): Promise<FleetPeer> {
  return new FleetPeer(options.identity ?? (await newIdentity()), options)
}

export async function newIdentity(): Promise<Identity> {
  return identityFromKey(await generateKeyPair('Ed25519'))
}

export function sealOf(
  identity: Identity,
  clock: VirtualTime,
  now = () => clock.now(),
  key = MESH_KEY,
): AnnouncementSeal {
  const asGitHub = {
    now,
    mono: () => clock.mono(),
    sleep: clock.sleep.bind(clock),
    after: clock.after.bind(clock),
  }
  const seal = createAnnouncementSeal({
    signer: createEnvelopeSigner(identity),
    meshKeys: [key],
    clock: asGitHub,
  })
  return {
    seal: (announcement) => clock.during(() => seal.seal(announcement)),
    open: (sealed) => clock.during(() => seal.open(sealed)),
  }
}
