import { createRequire as bundleRequire } from 'node:module'
import { dirname as bundleDirname } from 'node:path'
import { fileURLToPath as bundleFilename } from 'node:url'
const require = bundleRequire(import.meta.url)
const __filename = bundleFilename(import.meta.url)
const __dirname = bundleDirname(__filename)
import {
  formatTaskId
} from "./chunk-R56T724L.js";

// src/store/states.ts
var STATE = {
  blocked: 0,
  delayed: 1,
  ready: 2,
  running: 3,
  completed: 4,
  failed: 5,
  cancelled: 6
};
var STATE_COUNT = 7;
function isEnded(state) {
  return state >= STATE.completed;
}
function waits(state) {
  return state === STATE.blocked || state === STATE.delayed;
}
var STOP = { none: 0, cancel: 1, totalTime: 2 };

// src/store/rows.ts
var TASK_COLUMNS = [
  ...["seq", "epoch", "state", "reason", "lane", "order_key", "ready_at", "due_at", "queue_ms", "total_at"],
  ...["retention_ms", "fence", "attempt", "failures", "lost", "stop", "pending", "worker", "request_id"],
  ...["lease_ms", "created_at", "updated_at", "started_at", "finished_at", "purge_at", "settled"]
];
function newRow(given) {
  return {
    ...given,
    reason: null,
    fence: 0,
    attempt: 0,
    failures: 0,
    lost: 0,
    stop: STOP.none,
    worker: null,
    request_id: null,
    lease_ms: null,
    updated_at: given.created_at,
    started_at: null,
    finished_at: null,
    purge_at: null,
    settled: 0
  };
}
var STATUS_OF = {
  [STATE.blocked]: "queued",
  [STATE.delayed]: "queued",
  [STATE.ready]: "queued",
  [STATE.running]: "running",
  [STATE.completed]: "completed",
  [STATE.failed]: "failed",
  [STATE.cancelled]: "cancelled"
};
var STATES_OF = {
  queued: [STATE.blocked, STATE.delayed, STATE.ready],
  running: [STATE.running],
  completed: [STATE.completed],
  failed: [STATE.failed],
  cancelled: [STATE.cancelled]
};
function stateOf(status) {
  return STATE[status];
}
function statesOf(statuses) {
  return statuses.flatMap((status) => STATES_OF[status]);
}
function taskIdOf(readers, row) {
  return formatTaskId({ home: readers.homeId, epoch: row.epoch, seq: row.seq });
}
function parseSpec(body) {
  return JSON.parse(body);
}
function endingOf(columns) {
  return {
    ...columns.result === null ? {} : { result: JSON.parse(columns.result) },
    ...columns.error === null ? {} : { error: columns.error },
    ...columns.exit_code === null ? {} : { exitCode: columns.exit_code }
  };
}
function toTask(readers, row, spec, ending = {}) {
  const lane = readers.lanes.get(row.lane);
  const lease = row.state === STATE.running ? readers.leases.find(row.seq) : void 0;
  const phase = phaseOf(row, lane, lease);
  const { alias: _alias, ...asked } = spec;
  return {
    id: taskIdOf(readers, row),
    ...asked,
    status: STATUS_OF[row.state],
    ...phase === void 0 ? {} : { phase },
    ...row.reason === null ? {} : { reason: row.reason },
    priority: lane.priority,
    requirements: lane.fitClass.needs,
    attempt: row.attempt,
    failures: row.failures,
    lost: row.lost,
    ...lane.group === void 0 ? {} : { group: { key: lane.group.key, max: lane.group.max } },
    submitter: lane.submitter.name,
    ...row.fence === 0 ? {} : { fence: row.fence },
    ...row.worker === null ? {} : { worker: row.worker },
    ...lease?.progress === void 0 ? {} : { progress: lease.progress },
    cancelRequested: row.stop === STOP.cancel,
    ...ending,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    readyAt: row.ready_at,
    ...row.started_at === null ? {} : { startedAt: row.started_at },
    ...row.finished_at === null ? {} : { finishedAt: row.finished_at },
    retentionMs: row.retention_ms
  };
}
function phaseOf(row, { group }, lease) {
  switch (row.state) {
    case STATE.blocked:
      return "blocked";
    case STATE.delayed:
      return "delayed";
    case STATE.ready:
      return group !== void 0 && group.running >= group.max ? "held" : "ready";
    case STATE.running:
      return lease?.suspect === true ? "suspect" : lease?.progress?.phase ?? "preparing";
    case STATE.completed:
    case STATE.failed:
    case STATE.cancelled:
      return void 0;
  }
}
var CAUSES = {
  [STOP.none]: "none",
  [STOP.cancel]: "cancel",
  [STOP.totalTime]: "totalTime"
};
function stopCause(row) {
  return CAUSES[row.stop];
}

export {
  STATE,
  STATE_COUNT,
  isEnded,
  waits,
  STOP,
  TASK_COLUMNS,
  newRow,
  stateOf,
  statesOf,
  taskIdOf,
  parseSpec,
  endingOf,
  toTask,
  stopCause
};
