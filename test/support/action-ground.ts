/** Runners of one repository on a simulated GitHub, for tests of the packaged Action; all gone when the test is. */
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import type { TestContext } from 'node:test'
import Docker from 'dockerode'
import { systemClock, systemRandom } from '../../src/app/system.ts'
import { newMeshKey } from '../../src/mesh/mesh-key.ts'
import { ensureBusyboxImage } from './busybox-image.ts'
import { IMAGE } from './demo-peers.ts'
import { eventually } from './eventually.ts'
import type { Comment, Repository } from './github-server/repository.ts'
import { GitHubServer, type GitHubServerOptions } from './github-server/server.ts'
import { Job, type JobOptions } from './runner-harness/job.ts'
import { findTracked } from './runner-harness/tracked-processes.ts'

const ROOT = new URL('../../', import.meta.url).pathname
/** The committed bundle, or another one that is to be tried before it is committed. */
export const DIST = process.env['RUNNER_MESH_TEST_DIST'] ?? join(ROOT, 'dist')
export const REPOSITORY = 'octo/runners'

export interface ActionGround {
  readonly folder: string
  readonly server: GitHubServer
  readonly repository: Repository
  readonly docker: Docker
  /** Inputs that every step of this mesh has. */
  readonly joined: Readonly<Record<string, string>>
  /** A job on the runner of this name; the runner's folder outlives it. */
  job(runnerName: string, change?: Partial<JobOptions>): Promise<Job>
  /** Comments of the registry now. */
  readonly comments: () => readonly Comment[]
  /** Containers of peers whose comments were seen, as far as they still exist. */
  readonly containers: () => Promise<readonly Docker.ContainerInfo[]>
  /** Fails unless no process, container or comment of these jobs is left. */
  assertNothingLeft(): Promise<void>
}

export async function actionGround(t: TestContext, options: Partial<GitHubServerOptions> = {}): Promise<ActionGround> {
  const folder = await mkdtemp(join(tmpdir(), 'runner-mesh-action-'))
  const server = await new GitHubServer({ clock: systemClock, ...options }).listen()
  const jobs: Job[] = []
  t.after(async () => {
    for (const job of jobs) await job.abandon()
    await server[Symbol.asyncDispose]()
    await rm(folder, { recursive: true, force: true })
  })
  const repository = server.addRepository(REPOSITORY)
  const token = server.accounts.token(server.accounts.addApp('github-actions'))
  const docker = new Docker()
  await ensureBusyboxImage(docker, IMAGE)
  // Nothing of the checkout beside it: what the bundle needs it must bring.
  const action = join(folder, 'action')
  await mkdir(action)
  await cp(DIST, join(action, 'dist'), { recursive: true })
  await cp(join(ROOT, 'action.yml'), join(action, 'action.yml'))
  await writeFile(join(action, 'package.json'), '{"type":"module"}')

  const peers = new Set<string>()
  const comments = (): readonly Comment[] => {
    const all = repository.issues.flatMap((issue) => issue.comments)
    for (const { body } of all) peers.add(/"peer_id":\s*"([^"]+)"/.exec(body)?.[1] ?? '')
    return all
  }
  const containers = async (): Promise<readonly Docker.ContainerInfo[]> => {
    const all = await docker.listContainers({ all: true, filters: { label: ['runner-mesh'] } })
    return all.filter(({ Labels }) => peers.has(Labels['runner-mesh.runner'] ?? ''))
  }
  const assertNothingLeft = async (): Promise<void> => {
    const look = async () => ({
      processes: (await Promise.all(jobs.map((job) => findTracked(job.trackingId)))).flat(),
      containers: (await containers()).map(({ Names }) => Names),
      comments: comments().map(({ id }) => id),
    })
    await eventually('nothing is left', look, (left) => Object.values(left).every((each) => each.length === 0))
  }
  return {
    folder,
    server,
    repository,
    docker,
    joined: { key: newMeshKey(systemRandom), registry: REPOSITORY, listen: '/ip4/127.0.0.1/tcp/0' },
    job: async (runnerName, change = {}) => {
      const job = await Job.start({
        action,
        runnerFolder: join(folder, runnerName),
        runnerName,
        repository: REPOSITORY,
        apiUrl: server.url,
        token,
        ...change,
      })
      jobs.push(job)
      return job
    },
    comments,
    containers,
    assertNothingLeft,
  }
}
