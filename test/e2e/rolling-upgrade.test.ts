/**
 * Two processes of neighbouring versions serve one home in one PostgreSQL while a fleet is upgraded peer by peer. This
 * checkout is the version before; the next is a copy of it with one migration and one protocol version more
 * (`test/support/next-version.ts`). It shows that this version goes on beside, behind and under a next one that keeps the
 * rules of docs/upgrading.md; what the next one really changes only its own sources can show. With a command line of a
 * former release in RUNNER_MESH_TEST_FORMER (the path of its dist/cli.js) that one is the version before, and this the next.
 */
import assert from 'node:assert/strict'
import { copyFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import pg from 'pg'
import { CLI, startPeerProcess, type PeerProcess } from '../../scripts/demo/peer-process.ts'
import { Desk } from '../shared-home/desk.ts'
import { startPostgres } from '../support/database-servers.ts'
import { IMAGE, peerGround, until } from '../support/demo-peers.ts'
import { nextVersion, PRESENT_SCHEMA } from '../support/next-version.ts'
import { piped } from '../support/terminal.ts'

type CommandLine = readonly string[]

/** One place of the fleet, whatever version runs there. */
interface Place {
  readonly stateDir: string
  process: PeerProcess
  readonly start: (version: CommandLine) => Promise<PeerProcess>
}

interface Fleet {
  readonly a: Place
  readonly b: Place
  readonly worker: Place
  readonly former: CommandLine
  readonly next: CommandLine
  readonly schemaOfHome: () => Promise<Schema>
}

interface Schema {
  readonly version: number
  readonly serves_from: number
}

const FORMER = process.env['RUNNER_MESH_TEST_FORMER']

async function openFleet(t: TestContext): Promise<Fleet> {
  const removals: (() => Promise<unknown>)[] = []
  t.after(async () => {
    for (const remove of removals.reverse()) await remove()
  })
  const [former, next] = await versions(removals)
  const { port, password } = await startPostgres({ add: (remove) => removals.push(remove) }, { fsync: false })
  const url = `postgres://bench:${password}@127.0.0.1:${String(port)}/postgres`
  const { folder, docker } = await peerGround(t)
  const ids = new Set<string>()
  removals.push(async () => {
    const all = await docker.listContainers({ all: true, filters: { label: ['runner-mesh'] } })
    const left = all.filter(({ Labels }) => ids.has(Labels['runner-mesh.runner'] ?? ''))
    await Promise.all(left.map(({ Id }) => docker.getContainer(Id).remove({ force: true })))
  })

  const place = async (name: string, command: readonly string[], env: Record<string, string>): Promise<Place> => {
    const stateDir = join(folder, name)
    let listen = '/ip4/127.0.0.1/tcp/0'
    const start = async (version: CommandLine): Promise<PeerProcess> => {
      const own = ['--state-dir', stateDir, '--runner-name', name, '--listen', listen, '--http', 'off']
      const started = await startPeerProcess({
        args: [...command, ...own, '--public-ip', 'off'],
        env,
        cli: version,
      })
      // Others find it again where it was.
      listen = started.ready.addresses[0]?.replace(/\/p2p\/.*/, '') ?? listen
      ids.add(started.ready.peer_id)
      return started
    }
    const made: Place = { stateDir, start, process: await start(former) }
    removals.push(() => made.process.stop())
    return made
  }
  const store = { RUNNER_MESH_STORE: url }
  const a = await place('a', ['up', '--work', 'false'], store)
  const keyFile = join(folder, 'mesh.key')
  await copyFile(join(a.stateDir, 'mesh.key'), keyFile)
  const addressesOf = (places: readonly Place[]): string =>
    places.flatMap(({ process }) => process.ready.addresses.slice(0, 1)).join(',')
  const b = await place('b', ['up', '--work', 'false', '--key-file', keyFile, '--bootstrap', addressesOf([a])], store)
  const work = ['worker', '--slots', '4', '--key-file', keyFile, '--bootstrap', addressesOf([a, b])]
  const worker = await place('w', work, {})
  return { a, b, worker, former, next, schemaOfHome: () => schemaOf(url) }
}

async function versions(removals: (() => Promise<unknown>)[]): Promise<readonly [CommandLine, CommandLine]> {
  if (FORMER !== undefined) return [[process.execPath, FORMER], CLI]
  const copy = await nextVersion(['src'], PRESENT_SCHEMA)
  removals.push(async () => copy[Symbol.asyncDispose]())
  return [CLI, [process.execPath, join(copy.path, 'src/cli/main.ts')]]
}

async function schemaOf(url: string): Promise<Schema> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    const { rows } = await client.query<Schema>(
      "SELECT version, coalesce((to_jsonb(v) ->> 'serves_from')::integer, version) AS serves_from FROM runner_mesh.schema_version v",
    )
    return rows[0] ?? assert.fail('no schema')
  } finally {
    await client.end()
  }
}

/** What runs there ends first, nothing new is begun, and the process goes by itself. */
async function drain(t: TestContext, { stateDir, process: draining }: Place): Promise<void> {
  const session = piped(t, ['--state-dir', stateDir, 'drain', '--stop'])
  assert.equal(await session.ended, 0, session.text.stderr)
  assert.equal(await draining.ended, 0)
}

async function upgrade(t: TestContext, place: Place, next: CommandLine): Promise<void> {
  await drain(t, place)
  place.process = await place.start(next)
}

/** Submits by turns through both peers, each task until one of them has answered, and then waits for its end. @returns tasks to the peer that took them */
function submitOn(desk: Desk, doors: readonly Place[], over: AbortSignal): Promise<ReadonlyMap<string, Place>> {
  const taken = new Map<string, Place>()
  const isOver = (): boolean => over.aborted
  const all = async (): Promise<ReadonlyMap<string, Place>> => {
    for (let number = 0; !isOver(); number += 1) {
      const task = {
        task_type: 'docker.hub',
        payload: { image: IMAGE, command: ['true'] },
        idempotency_key: `task ${String(number)}`,
      }
      for (let tries = 0; !isOver(); tries += 1) {
        const door = doors[(number + tries) % doors.length] ?? assert.fail()
        const answer = await desk.call(door, 'p2p_taskqueue_submit', task).catch(() => undefined)
        if (answer === undefined) {
          await pause(100)
          continue
        }
        taken.set(answer.task_id, door)
        break
      }
      // One at a time: on a slow machine what this adds must not become a queue that all else waits behind.
      const id = [...taken.keys()].at(-1)
      while (id !== undefined && !isOver()) {
        const seen = await desk.look(doors[number % doors.length] ?? assert.fail(), id)
        if (typeof seen !== 'string' && seen.status !== 'queued' && seen.status !== 'running') break
        await pause(200)
      }
    }
    return taken
  }
  return all()
}

test(
  'a fleet on one database is upgraded peer by peer under load: both versions serve, the one before may crash and come back, nothing is lost',
  { timeout: 600_000 },
  async (t) => {
    const { a, b, worker, former, next, schemaOfHome } = await openFleet(t)
    await using stack = new AsyncDisposableStack()
    const desk = stack.use(new Desk())
    const submit = async (at: Place, script: string): Promise<string> => {
      const payload = { image: IMAGE, command: ['sh', '-c', script] }
      return (await desk.call(at, 'p2p_taskqueue_submit', { task_type: 'docker.hub', payload })).task_id
    }
    const get = async (at: Place, id: string) => (await desk.call(at, 'p2p_taskqueue_get_task', { task_id: id })).task
    // Its container has been started: from now on the attempt is told by nobody else.
    const runs = async (at: Place, id: string) =>
      until(
        () => get(at, id),
        ({ phase }) => phase === 'running',
      )
    const ends = async (at: Place, id: string) =>
      until(
        () => get(at, id),
        ({ status }) => status !== 'queued' && status !== 'running',
      )
    assert.equal((await ends(b, await submit(a, 'true'))).status, 'completed')
    const old = await schemaOfHome()

    const over = new AbortController()
    const load = submitOn(desk, [a, b], over.signal)
    stack.defer(async () => {
      over.abort()
      await load
    })

    // B first. A goes on serving under tables that it has never heard of.
    await upgrade(t, b, next)
    const after = await schemaOfHome()
    assert(after.serves_from <= old.version)
    if (FORMER === undefined) assert.equal(after.version, old.version + 1)
    const [atA, atB] = [await submit(a, 'true'), await submit(b, 'true')]
    assert.deepEqual([(await ends(b, atA)).status, (await ends(a, atB)).status], ['completed', 'completed'])
    const { peers } = await until(
      () => desk.call(b, 'list_peers', {}),
      ({ peers }) => peers.some(({ peer_id: id }) => id === a.process.ready.peer_id),
    )
    assert(peers.length > 0)

    // A crash in the middle of it: the version before starts again in a home that is ahead of it.
    const long = await submit(a, 'sleep 4; exit 7')
    const begun = await runs(b, long)
    await a.process.kill()
    a.process = await a.start(former)
    const survived = await ends(a, long)
    assert.deepEqual([survived.exit_code, survived.attempt], [7, begun.attempt])

    // The worker finishes what it runs before it goes; then the last peer of the version before.
    const slow = await submit(a, 'sleep 2')
    const before = await runs(b, slow)
    await upgrade(t, worker, next)
    const finished = await ends(b, slow)
    assert.deepEqual([finished.status, finished.attempt], ['completed', before.attempt])
    await upgrade(t, a, next)
    const last = await submit(a, 'true')
    over.abort()
    const taken = await load

    assert.equal((await ends(b, last)).status, 'completed')
    assert.deepEqual(new Set(taken.values()), new Set([a, b]))
    for (const id of taken.keys()) {
      const ended = await ends(a, id)
      assert.equal(ended.status, 'completed', `${id}: ${ended.reason ?? ''}`)
      assert.equal((await get(b, id)).status, 'completed')
    }
    t.diagnostic(`${String(taken.size)} tasks were accepted meanwhile, and completed`)
  },
)
