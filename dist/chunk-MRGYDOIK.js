import { createRequire as bundleRequire } from 'node:module'
import { dirname as bundleDirname } from 'node:path'
import { fileURLToPath as bundleFilename } from 'node:url'
const require = bundleRequire(import.meta.url)
const __filename = bundleFilename(import.meta.url)
const __dirname = bundleDirname(__filename)
import {
  writeJobSummary
} from "./chunk-KDYNXO5T.js";
import {
  writeOutputs
} from "./chunk-BJBFT5XR.js";
import {
  exitCodeOf
} from "./chunk-VXGBT3XJ.js";
import {
  SECOND
} from "./chunk-KNG6V2U7.js";
import {
  cleanLine
} from "./chunk-CRGYTOW4.js";
import {
  EXIT,
  RunnerMeshError
} from "./chunk-GMWOGI5R.js";

// src/action/run-task.ts
var WAIT_S = 50;
var LOG_LINES = 1e3;
var LONGEST_LOG_OUTPUT = 64 * 1024;
var GRACE_MS = 3 * SECOND;
var CANCEL_S = 6;
async function runTask(ground, link) {
  const { log, signal } = ground;
  const submitted = await submit(ground.inputs, link, signal);
  writeOutputs({ taskId: submitted.task_id });
  log.say(`task ${submitted.task_id} is queued`);
  let waited;
  try {
    waited = await followed(ground, link, submitted.task_id);
  } catch (error) {
    if (!signal.aborted) throw error;
    waited = await cancelled(link, submitted.task_id);
    log.say(waited.timed_out ? "cancel requested; its worker stops it" : `the task is ${waited.task.status}`);
  }
  await tell(ground, link, waited);
  return signal.aborted ? EXIT.cancelled : exitCodeOf(waited.task);
}
function submit(inputs, link, signal) {
  const { image, repository, ref, context, dockerfile, "build-args": buildArgs } = inputs;
  if (image !== void 0 && repository !== void 0) {
    throw new RunnerMeshError(
      "config_invalid",
      "The inputs image and repository are both given: a task has one of them."
    );
  }
  const shared = sharedFields(inputs);
  if (image !== void 0) return link.call("p2p_taskqueue_submit_docker_hub", { image, ...shared }, { signal });
  if (repository === void 0) {
    throw new RunnerMeshError(
      "config_invalid",
      "There is nothing to run: give the input image, or repository to build one."
    );
  }
  const what = {
    repo_url: repository,
    ...ref === void 0 ? {} : { ref },
    ...context === void 0 ? {} : { context_path: context },
    ...dockerfile === void 0 ? {} : { dockerfile_path: dockerfile },
    ...Object.keys(buildArgs).length === 0 ? {} : { build_args: buildArgs }
  };
  return link.call("p2p_taskqueue_submit_docker_github", { ...what, ...shared }, { signal });
}
function sharedFields(inputs) {
  const {
    command,
    env,
    cpus,
    profile,
    network,
    priority,
    idempotent,
    "idempotency-key": idempotencyKey,
    "memory-mb": memoryMb,
    "requires-labels": labels,
    "timeout-seconds": timeoutS,
    "queue-seconds": queueS
  } = inputs;
  return {
    ...command === void 0 ? {} : { command },
    ...Object.keys(env).length === 0 ? {} : { environment: env },
    ...cpus === void 0 ? {} : { cpus },
    ...memoryMb === void 0 ? {} : { memory_mb: memoryMb },
    ...profile === void 0 ? {} : { profile },
    ...network === void 0 ? {} : { network },
    ...priority === void 0 ? {} : { priority },
    ...idempotencyKey === void 0 ? {} : { idempotency_key: idempotencyKey },
    ...labels.length === 0 ? {} : { requires: { labels } },
    idempotent,
    clocks: {
      grace_ms: GRACE_MS,
      ...timeoutS === void 0 ? {} : { run_ms: timeoutS * SECOND },
      ...queueS === void 0 ? {} : { queue_ms: queueS * SECOND }
    }
  };
}
async function followed({ log, signal }, link, taskId) {
  for (; ; ) {
    const waited = await link.call(
      "p2p_taskqueue_wait_task",
      { task_id: taskId, timeout_s: WAIT_S, log_tail_lines: LOG_LINES },
      {
        signal,
        onProgress: ({ message }) => {
          log.note(message);
        }
      }
    );
    if (!waited.timed_out) return waited;
    if (waited.task.status === "queued") log.note(await whyItWaits(link, taskId));
  }
}
async function whyItWaits(link, taskId) {
  const { summary, peers } = await link.call("p2p_taskqueue_explain", { task_id: taskId });
  const refusals = peers.flatMap(
    ({ fits, runner_name: name, peer_id: id, message }) => fits ? [] : [`${name ?? id}: ${message ?? "does not fit"}`]
  );
  return [summary, ...refusals].join(" \xB7 ");
}
async function cancelled(link, taskId) {
  await link.call("p2p_taskqueue_cancel", { task_id: taskId });
  return link.call("p2p_taskqueue_wait_task", { task_id: taskId, timeout_s: CANCEL_S, log_tail_lines: LOG_LINES });
}
async function tell(ground, link, { task, log_tail: tail = "" }) {
  const { log, inputs, environment } = ground;
  const ended = task.reason === void 0 ? task.status : `${task.status} (${task.reason})`;
  const where = task.worker_name ?? task.worker_id ?? "";
  await log.group(`runner-mesh: log of ${task.task_id}`, () => {
    log.quote(tail);
    return Promise.resolve();
  });
  log.note(
    `${ended}${where === "" ? "" : ` on ${where}`}${task.exit_code === void 0 ? "" : `, exit code ${String(task.exit_code)}`}`
  );
  if (task.status === "failed") log.fail(await failureOf(link, task, ended));
  writeOutputs({
    status: task.status,
    reason: task.reason ?? "",
    exitCode: task.exit_code ?? "",
    worker: cleanLine(where, 128),
    log: tail.slice(-LONGEST_LOG_OUTPUT),
    result: JSON.stringify(task.result ?? {})
  });
  const { peers } = await link.call("list_peers", {});
  const { task_id: taskId, exit_code: exitCode, duration_ms: durationMs } = task;
  const what = inputs.image ?? inputs.repository ?? task.task_type;
  await writeJobSummary(
    environment,
    "runner-mesh: task",
    [{ taskId, what, status: ended, exitCode, where, durationMs }],
    peers
  );
}
async function failureOf(link, task, ended) {
  const why = task.reason === "timeout_queue" ? await whyItWaits(link, task.task_id) : task.error ?? "";
  return cleanLine(`Task ${task.task_id}: ${ended}. ${why}`, 1e3);
}

export {
  runTask
};
