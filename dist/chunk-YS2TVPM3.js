import { createRequire as bundleRequire } from 'node:module'
import { dirname as bundleDirname } from 'node:path'
import { fileURLToPath as bundleFilename } from 'node:url'
const require = bundleRequire(import.meta.url)
const __filename = bundleFilename(import.meta.url)
const __dirname = bundleDirname(__filename)
import {
  NETWORKS,
  PROFILES
} from "./chunk-JVD6W2LK.js";
import {
  external_exports
} from "./chunk-NO6C4VEO.js";

// src/core/policy/host-policy.ts
var imagePatterns = external_exports.array(external_exports.string().regex(/^[a-z0-9*][a-z0-9._:/*-]{0,255}$/, "is not a pattern such as ghcr.io/owner/** or alpine")).max(256);
var repositoryPatterns = external_exports.array(external_exports.string().regex(/^[A-Za-z0-9*][A-Za-z0-9._:/*-]{0,255}$/, "is not a pattern such as owner/* or owner/name")).max(256);
var peerId = external_exports.string().regex(/^(?:12D3KooW|16Uiu2HA|Qm)[1-9A-HJ-NP-Za-km-z]{38,52}$/, "is not a peer id such as 12D3KooW\u2026");
var submitter = external_exports.string().min(1).max(256);
var hostPath = external_exports.string().regex(/^\/(?!.*(?:^|\/)\.\.?(?:\/|$))[^\0:,]*$/, "is not an absolute path without .. such as /srv/models");
var capability = external_exports.string().regex(/^[A-Z][A-Z_]{2,31}$/, "is not a capability such as NET_BIND_SERVICE").refine((name) => !name.startsWith("CAP_"), "is written without CAP_").refine((name) => name !== "ALL", "would be every one: name those that are needed");
var time = external_exports.string().regex(/^(?:[01][0-9]|2[0-3]):[0-5][0-9]$|^24:00$/, "is not a time such as 08:30");
var DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
var images = external_exports.strictObject({
  allow: imagePatterns.default(["**"]).describe(
    "Patterns of images that may run. `*` stands for one part of a name, `**` for any; without a registry they mean Docker Hub."
  ),
  deny: imagePatterns.default([]).describe("Patterns of images that may not, whatever `allow` says."),
  digest: external_exports.enum(["optional", "required"]).default("optional").describe(
    "Whether an image must be fixed by its digest: `name@sha256:\u2026`, or a tag that was resolved when the task was accepted."
  ),
  public: external_exports.boolean().default(true).describe(
    "Whether images of registries to which anybody may publish (Docker Hub, ghcr.io, quay.io, \u2026) may run when only a bare `**` allows them."
  )
});
var repositories = external_exports.strictObject({
  allow: repositoryPatterns.default(["**"]).describe("Patterns of repositories whose Dockerfiles may be built and run; `owner/*` means GitHub\u2019s."),
  deny: repositoryPatterns.default([]).describe("Patterns of repositories that may not.")
});
var limits = external_exports.strictObject({
  cpus: external_exports.number().min(0.01).optional().describe("Processors of one task."),
  memory_mb: external_exports.int().min(6).optional().describe("Memory of one task, MiB."),
  disk_mb: external_exports.int().min(1).optional().describe("Disk of one task, MiB."),
  shm_mb: external_exports.int().min(1).optional().describe("Shared memory of one task, MiB."),
  pids: external_exports.int().min(1).optional().describe("Processes of one task."),
  gpus: external_exports.int().min(0).optional().describe("GPUs of one task."),
  run_seconds: external_exports.number().min(0.1).optional().describe("Longest run that a task may ask for."),
  prepare_seconds: external_exports.number().min(1).optional().describe("Longest pull or build that a task may ask for.")
});
var mount = external_exports.strictObject({
  path: hostPath.describe("A folder of the host; folders inside it count as well."),
  write: external_exports.boolean().default(false).describe("Whether a task may write there.")
});
var secretRule = external_exports.strictObject({
  images: imagePatterns.optional().describe("Patterns of images that may use it; without, any image that may run."),
  repositories: repositoryPatterns.optional().describe("Patterns of repositories that may use it."),
  submitters: external_exports.array(submitter).optional().describe("Who may use it: peer ids of accepting peers, or submitters as they name them, such as `token:ci`."),
  env: external_exports.boolean().default(false).describe("Whether it may be set as an environment variable too, where `docker inspect` shows it.")
});
var opening = external_exports.strictObject({
  days: external_exports.array(external_exports.enum(DAYS)).min(1).default([...DAYS]).describe("Days of the week, by the host\u2019s clock."),
  from: time.default("00:00").describe("When work may start."),
  to: time.default("24:00").describe("When no more work is taken; before `from` it means the next day.")
});
var ruleFields = {
  submitters: external_exports.union([external_exports.literal("mesh"), external_exports.array(peerId).max(256)]).default("mesh").describe(
    "Whose tasks run here: `mesh` for those that any member of the mesh accepted and signed, or a list of peer ids."
  ),
  loop_depth: external_exports.int().min(0).max(64).default(3).describe("How deep tasks may stand that were submitted by tasks: 0 refuses all of them."),
  profile: external_exports.enum(PROFILES).default("standard").describe("The loosest isolation: `strict`, `standard` or `trusted`."),
  network: external_exports.enum(NETWORKS).default("none").describe(
    "The most network: `none`, or `bridge` for tasks that ask for it, as those of profile `trusted` do unless they say `none`."
  ),
  images: images.prefault({}),
  repositories: repositories.prefault({}),
  limits: limits.prefault({}),
  mounts: external_exports.array(mount).max(64).default([]).describe("Folders of the host that tasks of profile `trusted` may mount."),
  devices: external_exports.array(hostPath.startsWith("/dev/", "is not a device such as /dev/kvm")).max(64).default([]).describe("Devices of the host that tasks of profile `trusted` may use."),
  secrets: external_exports.record(external_exports.string().regex(/^[A-Za-z_][A-Za-z0-9_.-]{0,127}$/, "is not a name such as NPM_TOKEN"), secretRule).default({}).describe("Secrets of the secret file that tasks may use, by name. One that is not named here is used by nobody.")
};
var policyRules = external_exports.object(ruleFields);
var hostPolicy = external_exports.strictObject({
  ...ruleFields,
  capabilities: external_exports.array(capability).max(40).default(["CHOWN", "DAC_OVERRIDE", "FOWNER", "SETGID", "SETUID"]).describe("Kernel capabilities of tasks of profile `trusted`; everything else is dropped."),
  hours: external_exports.array(opening).max(64).default([]).describe("When work is taken; empty means always. Running tasks go on."),
  pause: external_exports.boolean().default(false).describe("Takes no work at all while true. Running tasks go on.")
});
function plainPolicy(settings = {}) {
  return hostPolicy.parse(settings);
}
function rulesOf(policy) {
  return policyRules.parse(policy);
}

export {
  DAYS,
  policyRules,
  hostPolicy,
  plainPolicy,
  rulesOf
};
