import { createRequire as bundleRequire } from 'node:module'
import { dirname as bundleDirname } from 'node:path'
import { fileURLToPath as bundleFilename } from 'node:url'
const require = bundleRequire(import.meta.url)
const __filename = bundleFilename(import.meta.url)
const __dirname = bundleDirname(__filename)
import {
  POLICY_FILE,
  loadPolicy,
  secretNamesOf,
  summaryOf,
  whyClosedNow
} from "./chunk-MCW2OBBM.js";
import {
  TASK_TOKEN
} from "./chunk-DC2QAJQC.js";
import {
  parseTaskFile
} from "./chunk-AINZZSP6.js";
import {
  SUBMISSION,
  fromGeneric,
  needsOf
} from "./chunk-XF7ZOZDV.js";
import "./chunk-YS2TVPM3.js";
import "./chunk-2DBY73CU.js";
import {
  makeStateDirectory,
  stateDirectory
} from "./chunk-5JEQVKT2.js";
import {
  judge
} from "./chunk-JZXSW7FO.js";
import "./chunk-B3FTZ4SR.js";
import "./chunk-E7OQD5XO.js";
import {
  parseInput
} from "./chunk-7IKXLO6M.js";
import {
  submitTask
} from "./chunk-VKJLFJSI.js";
import "./chunk-C6YG63S3.js";
import "./chunk-QYPJREVZ.js";
import "./chunk-SNT4N2C2.js";
import "./chunk-H2NID2FT.js";
import "./chunk-WGTKGJ5D.js";
import {
  isContainerType
} from "./chunk-LG2VQSGP.js";
import "./chunk-R56T724L.js";
import "./chunk-KNG6V2U7.js";
import "./chunk-JVD6W2LK.js";
import "./chunk-NO6C4VEO.js";
import {
  RunnerMeshError,
  errorText
} from "./chunk-GMWOGI5R.js";
import "./chunk-GGYFKO7C.js";

// src/app/policy/policy-desk.ts
import { open } from "node:fs/promises";
import { join } from "node:path";

// src/app/policy/starting-policy.ts
var STARTING_POLICY = `# What may run on this machine. The machine's owner has the last word: a task may ask for less than this, never for more.
# All rules: docs/policy.md. Changes count within seconds; a faulty file leaves the former policy in force and says so.
# Try a task against it with: runner-mesh policy check <task.yml>

# Whose tasks run here: mesh, or peer ids of the peers that accept them.
submitters: mesh
#submitters: [12D3KooW\u2026]

# The loosest isolation: strict (read-only, non-root, no capability), standard, or trusted (mounts, devices, bridge).
profile: standard
# The most network: none, or bridge for tasks that ask for it; those of profile trusted do unless they say none.
network: none

# Without a registry a pattern means Docker Hub; * is one part of a name, ** any.
images:
  allow: ['**']
  deny: []
  # required: only images fixed by their digest, by name or when the task was accepted.
  digest: optional
  # false: a bare ** allows nothing of Docker Hub, ghcr.io and other registries to which anybody may publish.
  public: true

# Whose Dockerfiles are built and run; owner/* means GitHub's.
repositories:
  allow: ['**']
  deny: []

# What one task may have; unset means as much as the machine has.
limits: {}
#  cpus: 2
#  memory_mb: 4096
#  disk_mb: 10240
#  shm_mb: 256
#  pids: 1024
#  gpus: 1
#  run_seconds: 3600
#  prepare_seconds: 900

# How deep tasks that were submitted by tasks may stand; 0 refuses them all.
loop_depth: 3

# Only for tasks of profile trusted.
capabilities: [CHOWN, DAC_OVERRIDE, FOWNER, SETGID, SETUID]
mounts: []
#  - path: /srv/models
#    write: false
devices: []
#  - /dev/kvm

# Who may use which secret of the secret file. One that is not named here is used by nobody.
secrets: {}
#  NPM_TOKEN:
#    images: [ghcr.io/owner/**]
#    repositories: [owner/*]
#    submitters: ['token:ci']
#    env: false

# When work is taken, by this machine's clock; empty means always. Running tasks go on.
hours: []
#  - days: [mon, tue, wed, thu, fri]
#    from: '19:00'
#    to: '07:00'

# true takes no work at all.
pause: false
`;

// src/app/policy/policy-desk.ts
async function showPolicy(config, clock) {
  const stateDir = stateDirectory(config);
  const { policy, path, exists } = await loadPolicy(config, stateDir);
  const names = await secretNamesOf(config, stateDir);
  return {
    file: exists ? path : void 0,
    digest: summaryOf(policy, names).digest,
    policy,
    secretNames: [...names],
    closed: whyClosedNow(policy, clock)
  };
}
function checkTask({ policy, secretNames }, text, asker) {
  const { signer = "", submitter = "", depth = 0 } = asker;
  const needs = needsOfFile(text, { signer, submitter, depth });
  const rules = judge(policy, needs).map((verdict) => {
    if (verdict.rule === "submitters" && asker.signer === void 0 && policy.submitters !== "mesh")
      return { ...verdict, allowed: true, message: "depends on the peer that accepts the task: name it with --signer" };
    const missing = needs.asks?.secrets?.find(({ ref }) => ref !== TASK_TOKEN && !secretNames.includes(ref));
    if (verdict.rule === "secrets" && verdict.allowed && missing !== void 0)
      return { ...verdict, allowed: false, message: `${missing.ref} is not in the secrets file of this host` };
    return verdict;
  });
  return { allowed: rules.every(({ allowed }) => allowed), rules };
}
async function writeStartingPolicy(config) {
  const stateDir = stateDirectory(config);
  const path = config.policyFile ?? join(stateDir, POLICY_FILE);
  if (config.policyFile === void 0) await makeStateDirectory(stateDir);
  let file;
  try {
    file = await open(path, "wx", 420);
  } catch (cause) {
    const isThere = cause instanceof Error && "code" in cause && cause.code === "EEXIST";
    throw new RunnerMeshError(
      "config_invalid",
      isThere ? `There is a policy file already: ${path}. Edit it.` : `Cannot write ${path}: ${errorText(cause)}.`,
      { cause }
    );
  }
  try {
    await file.writeFile(STARTING_POLICY);
  } finally {
    await file.close();
  }
  return path;
}
function needsOfFile(text, by) {
  const submission = fromGeneric(parseInput(submitTask.input, parseTaskFile(text)));
  if (!isContainerType(submission.type)) {
    throw new RunnerMeshError("bad_request", `A host policy is about containers, not about ${submission.type}.`);
  }
  return needsOf(submission, SUBMISSION.clocks, by);
}
export {
  checkTask,
  showPolicy,
  writeStartingPolicy
};
