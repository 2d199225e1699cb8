import { createRequire as bundleRequire } from 'node:module'
import { dirname as bundleDirname } from 'node:path'
import { fileURLToPath as bundleFilename } from 'node:url'
const require = bundleRequire(import.meta.url)
const __filename = bundleFilename(import.meta.url)
const __dirname = bundleDirname(__filename)
import {
  findTaskIdParts
} from "./chunk-R56T724L.js";
import {
  HOUR,
  MINUTE,
  leaseMsOf
} from "./chunk-KNG6V2U7.js";
import {
  isTerminal
} from "./chunk-JVD6W2LK.js";

// src/coordinator/legacy-work.ts
import { isDeepStrictEqual } from "node:util";
var LEGACY_PRINCIPAL = "legacy";
var LEGACY_LEASE = { extraMs: MINUTE, mostMs: 6 * HOUR };
var POLICY_DIGEST = "legacy";
var ONCE = "it was with a worker of the predecessor before, whose late report could not be told from a new one";
var MOST_PASSED_OVER = 64;
var LegacyWork = class {
  #deps;
  constructor(deps) {
    this.#deps = deps;
  }
  /** @returns undefined when nothing fits now */
  async claim({ worker: name, taskTypes, labels }, signal) {
    const { home, peers, clock, random } = this.#deps;
    const worker = legacyWorker(name);
    const any = Number.MAX_SAFE_INTEGER;
    const offer = {
      ...{ peer: worker, taskTypes, labels, os: "", arch: "" },
      ...{ cpus: any, memoryBytes: any, diskBytes: any, gpus: any, trust: "untrusted" },
      policy: { digest: POLICY_DIGEST, profile: "trusted", networks: ["none", "bridge"] }
    };
    peers.sawOffer(offer, clock.now());
    for (let passedOver = 0; passedOver < MOST_PASSED_OVER; passedOver += 1) {
      const call = { worker, requestId: random.uuid(), offer, max: 1, waitMs: 0, leaseMs: LEGACY_LEASE };
      const [grant] = await home.claim(call, signal);
      if (grant === void 0 || !await this.#wasLegacy(grant)) return grant;
      await home.refuse(grant.task.id, grant.fence, { worker, policyDigest: POLICY_DIGEST, rule: ONCE });
    }
    return void 0;
  }
  /** @returns whether this is, or is the same as, the task's end */
  async complete({ taskId, status, result, error }) {
    const task = await this.find(taskId);
    if (task === void 0 || !isLegacyWorker(task.worker)) return false;
    if (isTerminal(task.status)) {
      return task.status === status && task.error === error && isDeepStrictEqual(task.result, result);
    }
    if (task.status !== "running" || task.fence === void 0) return false;
    const end = {
      taskId: task.id,
      fence: task.fence,
      status,
      ...status === "completed" ? {} : { reason: status === "failed" ? "exit" : "cancelled" },
      ...result === void 0 ? {} : { result },
      ...error === void 0 ? {} : { error }
    };
    const [settled] = await this.#deps.home.settle([end]);
    return settled?.outcome === "settled" || settled?.outcome === "already";
  }
  /** @returns false when it does not run at that worker */
  async release(taskId, name) {
    const task = await this.find(taskId);
    const worker = legacyWorker(name);
    if (task?.status !== "running" || task.worker !== worker || task.fence === void 0) return false;
    return this.#deps.home.release(task.id, task.fence, worker);
  }
  /** Tasks submitted over the bridge, and those that one of its workers has or had last. */
  async find(taskId) {
    const { store } = this.#deps.home;
    const task = findTaskIdParts(taskId) === void 0 ? void 0 : await store.find(taskId);
    if (task === void 0) return void 0;
    return task.submitter === LEGACY_PRINCIPAL || isLegacyWorker(task.worker) ? task : void 0;
  }
  /** The newest `limit` tasks submitted over the bridge, the oldest of them first. */
  async list(filter, limit) {
    const { store } = this.#deps.home;
    const page = await store.list({ ...filter, submitter: LEGACY_PRINCIPAL }, limit);
    return page.tasks.toReversed();
  }
  async #wasLegacy({ task, attempt }) {
    if (attempt === 1) return false;
    const attempts = await this.#deps.home.store.attempts(task.id);
    return attempts.some(({ number, worker }) => number < attempt && isLegacyWorker(worker));
  }
};
function legacyLeaseEnd({ worker, startedAt, clocks, status }) {
  if (status !== "running" || startedAt === void 0 || !isLegacyWorker(worker)) return void 0;
  return startedAt + leaseMsOf(LEGACY_LEASE, clocks);
}
function legacyWorkerName(worker) {
  return isLegacyWorker(worker) ? worker.slice(LEGACY_PRINCIPAL.length + 1) : worker;
}
function legacyWorker(name) {
  return `${LEGACY_PRINCIPAL}/${name}`;
}
function isLegacyWorker(worker) {
  return worker?.startsWith(`${LEGACY_PRINCIPAL}/`) ?? false;
}

export {
  LEGACY_PRINCIPAL,
  LEGACY_LEASE,
  LegacyWork,
  legacyLeaseEnd,
  legacyWorkerName
};
