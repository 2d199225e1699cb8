import { createRequire as bundleRequire } from 'node:module'
import { dirname as bundleDirname } from 'node:path'
import { fileURLToPath as bundleFilename } from 'node:url'
const require = bundleRequire(import.meta.url)
const __filename = bundleFilename(import.meta.url)
const __dirname = bundleDirname(__filename)
import {
  findRefusal
} from "./chunk-JZXSW7FO.js";
import {
  canonicalTaskType
} from "./chunk-B3FTZ4SR.js";
import {
  PROFILES
} from "./chunk-JVD6W2LK.js";

// src/core/fit.ts
function findMisfit(needs, offer) {
  if (offer.taskTypes.length > 0 && !offer.taskTypes.includes(canonicalTaskType(needs.taskType))) {
    return misfit("task_type", `runs ${offer.taskTypes.join(", ")}, not ${needs.taskType}`);
  }
  if (needs.peers.length > 0 && !needs.peers.includes(offer.peer)) return misfit("peer", "the task names other peers");
  const missing = needs.labels.filter((label) => !offer.labels.includes(label));
  if (missing.length > 0)
    return misfit("labels", `lacks the label${missing.length > 1 ? "s" : ""} ${missing.join(", ")}`);
  if (needs.os !== void 0 && needs.os !== offer.os) return misfit("os", `os ${offer.os}, task needs ${needs.os}`);
  if (needs.arch !== void 0 && needs.arch !== offer.arch)
    return misfit("arch", `arch ${offer.arch}, task needs ${needs.arch}`);
  if (needs.cpus > offer.cpus) return misfit("cpus", `cpus ${String(offer.cpus)} < ${String(needs.cpus)}`);
  if (needs.memoryBytes > offer.memoryBytes)
    return misfit("memory", `memory ${mib(offer.memoryBytes)} < ${mib(needs.memoryBytes)}`);
  if (needs.diskBytes > offer.diskBytes) return misfit("disk", `disk ${mib(offer.diskBytes)} < ${mib(needs.diskBytes)}`);
  if (needs.gpus > offer.gpus) return misfit("gpus", `gpu ${String(offer.gpus)} < ${String(needs.gpus)}`);
  if (needs.trust !== void 0 && needs.trust !== offer.trust)
    return misfit("trust", `trust class ${offer.trust}, task needs ${needs.trust}`);
  if (PROFILES.indexOf(needs.profile) > PROFILES.indexOf(offer.policy.profile)) {
    return misfit("profile", `host policy allows ${offer.policy.profile}, task asks for ${needs.profile}`);
  }
  if (!offer.policy.networks.includes(needs.network))
    return misfit("network", `host policy allows no network ${needs.network}`);
  const refusal = offer.policy.rules === void 0 ? void 0 : findRefusal(offer.policy.rules, needs);
  return refusal === void 0 ? void 0 : misfit(refusal.rule, `host policy: ${refusal.message}`);
}
function fits(needs, offer) {
  return findMisfit(needs, offer) === void 0;
}
function fitClassKey(needs) {
  return JSON.stringify([
    needs.taskType,
    needs.labels,
    needs.os ?? null,
    needs.arch ?? null,
    needs.cpus,
    needs.memoryBytes,
    needs.diskBytes,
    needs.gpus,
    needs.profile,
    needs.network,
    needs.trust ?? null,
    needs.peers,
    needs.asks ?? null
  ]);
}
function misfit(rule, message) {
  return { rule, message };
}
function mib(bytes) {
  return `${String(Math.floor(bytes / 1048576))} MiB`;
}

export {
  findMisfit,
  fits,
  fitClassKey
};
