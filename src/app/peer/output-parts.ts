/** Logs and artifacts of a peer: what its home keeps, what its worker brings home, and the streams between peers. */
import { join } from 'node:path'
import { HomeDesk } from '../../coordinator/home-desk.ts'
import type { Links } from '../../coordinator/links.ts'
import { OutputUpkeep } from '../../coordinator/output-upkeep.ts'
import { AttemptOutputs } from '../../coordinator/worker/attempt-outputs.ts'
import type { Desks } from '../../coordinator/worker/home-delivery.ts'
import { ARTIFACT_LIMITS } from '../../core/artifact.ts'
import type { LogLimits } from '../../core/ports/log-store.ts'
import type { Mesh } from '../../core/ports/mesh.ts'
import { createStreamDesk } from '../../peers/stream-desk.ts'
import { serveStreams } from '../../peers/stream-door.ts'
import { createFileArtifactStore } from '../../store/artifacts/file-artifact-store.ts'
import { createFileLogStore } from '../../store/logs/file-log-store.ts'
import type { Ground } from './ground.ts'
import type { HomeParts } from './home-parts.ts'

export interface OutputParts {
  /** Undefined on a peer that keeps no queue. */
  readonly desk: HomeDesk | undefined
  /** Undefined on a peer that runs no tasks. Started and stopped with the worker. */
  readonly attempts: AttemptOutputs | undefined
}

/** To be called before the mesh starts. @throws RunnerMeshError store_corrupt, store_newer */
export async function openOutputs(
  ground: Ground,
  { home, homes, shared }: HomeParts,
  mesh: Mesh,
  links: Links,
): Promise<OutputParts> {
  const { config, roles, stateDir, events, clock, log, start } = ground
  const limits: LogLimits = { headBytes: config.logMaxBytes / 4, tailBytes: (config.logMaxBytes * 3) / 4 }
  const artifacts = await start(createFileArtifactStore(artifactFiles(ground, 'artifacts')))
  let desk: HomeDesk | undefined
  if (home !== undefined && shared !== undefined) {
    const { OutputDatabase } = await import('../../store/postgres/output-database.ts')
    const { createPostgresArtifactStore } = await import('../../store/postgres/artifacts.ts')
    const { createPostgresLogStore } = await import('../../store/postgres/logs.ts')
    const database = await start(new OutputDatabase({ ...shared, home: home.store, log }))
    const files = artifactFiles(ground, 'artifacts-arriving')
    const arriving = createFileArtifactStore(files)
    const kept = await start(createPostgresArtifactStore({ ...files, database, arriving }))
    desk = new HomeDesk({
      tasks: home.store,
      logs: createPostgresLogStore(database, limits),
      artifacts: kept,
      events,
      clock,
    })
  } else if (home !== undefined) {
    const logs = await start(createFileLogStore({ directory: join(stateDir, 'logs'), limits }))
    desk = new HomeDesk({ tasks: home.store, logs, artifacts, events, clock })
    await start(new OutputUpkeep({ tasks: home.store, logs, artifacts, clock, log }))
  }
  const served = desk
  serveStreams({ mesh, desk: served === undefined ? undefined : (peer) => served.serve(peer), clock, log })
  const desks: Desks = {
    isOwn: (id) => shared === undefined && homes.includes(id),
    find: (id) => {
      if (homes.includes(id)) return desk?.serve(mesh.self)
      const peer = links.findByHome(id)?.peer
      return peer === undefined ? undefined : createStreamDesk(peer, { mesh, clock })
    },
    putLast: (id) => {
      const link = links.findByHome(id)
      if (link !== undefined) links.putLast(link)
    },
    onFound: (found) => links.onAdded((link) => found(link.homes)),
  }
  if (!roles.worker) return { desk, attempts: undefined }
  const spool = await start(createFileLogStore({ directory: join(stateDir, 'spool'), limits }))
  return { desk, attempts: new AttemptOutputs({ spool, artifacts, desks, clock, log }) }
}

function artifactFiles({ config, stateDir }: Ground, folder: string) {
  return {
    directory: join(stateDir, folder),
    limits: { ...ARTIFACT_LIMITS, bytes: config.artifactMaxBytes },
    totalBytes: config.artifactsMaxBytes,
  }
}
