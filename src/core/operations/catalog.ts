/** Every operation there is, by name. Doors are projections of this table. */
import type { z } from 'zod'
import { cacheDelete, cacheFetch, cacheGet, cacheHas, cacheSet, cacheStore } from './cache.ts'
import { callTool } from './call-tool.ts'
import { cronList, cronPause, cronRemove, cronResume, cronSave } from './cron.ts'
import type { Call } from './operation.ts'
import { drainWorker, pauseWorker, resumeWorker } from './pause.ts'
import { listArtifacts, readArtifact, readLog } from './outputs.ts'
import { explainTask, getTask, listPeers, listTasks, queueStatus, waitTask } from './read.ts'
import { peerReport } from './report.ts'
import { listRevoked, peerCapabilities, restorePeer, revokePeer } from './peers.ts'
import { discoverAtRendezvous, registerAtRendezvous } from './rendezvous.ts'
import {
  checkWorkflowTags,
  completeWorkflowTask,
  getMerkleClock,
  heartbeat,
  nextWorkflowTask,
  schedulerStatus,
  submitWorkflowTask,
  updatePeerState,
} from './scheduler.ts'
import { previewTask, submitImage, submitRepository, submitTask } from './submit.ts'
import { pruneTasks, resubmitTask } from './upkeep.ts'
import { watchChanges } from './watch.ts'
import { cancelTask, claimNext, completeTask, releaseTask, renewLeases, settleAttempts } from './work.ts'

export const CATALOG = {
  [queueStatus.name]: queueStatus,
  [submitTask.name]: submitTask,
  [submitImage.name]: submitImage,
  [submitRepository.name]: submitRepository,
  [previewTask.name]: previewTask,
  [getTask.name]: getTask,
  [waitTask.name]: waitTask,
  [listTasks.name]: listTasks,
  [explainTask.name]: explainTask,
  [watchChanges.name]: watchChanges,
  [readLog.name]: readLog,
  [listArtifacts.name]: listArtifacts,
  [readArtifact.name]: readArtifact,
  [listPeers.name]: listPeers,
  [peerCapabilities.name]: peerCapabilities,
  [revokePeer.name]: revokePeer,
  [restorePeer.name]: restorePeer,
  [listRevoked.name]: listRevoked,
  [registerAtRendezvous.name]: registerAtRendezvous,
  [discoverAtRendezvous.name]: discoverAtRendezvous,
  [claimNext.name]: claimNext,
  [renewLeases.name]: renewLeases,
  [settleAttempts.name]: settleAttempts,
  [completeTask.name]: completeTask,
  [releaseTask.name]: releaseTask,
  [cancelTask.name]: cancelTask,
  [resubmitTask.name]: resubmitTask,
  [pruneTasks.name]: pruneTasks,
  [peerReport.name]: peerReport,
  [pauseWorker.name]: pauseWorker,
  [resumeWorker.name]: resumeWorker,
  [drainWorker.name]: drainWorker,
  [cronSave.name]: cronSave,
  [cronList.name]: cronList,
  [cronRemove.name]: cronRemove,
  [cronPause.name]: cronPause,
  [cronResume.name]: cronResume,
  [cacheGet.name]: cacheGet,
  [cacheSet.name]: cacheSet,
  [cacheHas.name]: cacheHas,
  [cacheDelete.name]: cacheDelete,
  [cacheFetch.name]: cacheFetch,
  [cacheStore.name]: cacheStore,
  [heartbeat.name]: heartbeat,
  [schedulerStatus.name]: schedulerStatus,
  [submitWorkflowTask.name]: submitWorkflowTask,
  [nextWorkflowTask.name]: nextWorkflowTask,
  [completeWorkflowTask.name]: completeWorkflowTask,
  [checkWorkflowTags.name]: checkWorkflowTags,
  [updatePeerState.name]: updatePeerState,
  [getMerkleClock.name]: getMerkleClock,
  [callTool.name]: callTool,
} as const

export type OperationName = keyof typeof CATALOG
export type Input<N extends OperationName> = z.output<(typeof CATALOG)[N]['input']>
/** What a caller may leave out: fields with defaults. */
export type RawInput<N extends OperationName> = z.input<(typeof CATALOG)[N]['input']>
export type Output<N extends OperationName> = z.output<(typeof CATALOG)[N]['output']>

/** One handler per operation: the queue, cache, scheduler and peers themselves. */
export type Handlers = { readonly [N in OperationName]: (input: Input<N>, call: Call) => Promise<Output<N>> }

export function isOperationName(name: string): name is OperationName {
  return Object.hasOwn(CATALOG, name)
}
