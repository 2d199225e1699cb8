import { createRequire as bundleRequire } from 'node:module'
import { dirname as bundleDirname } from 'node:path'
import { fileURLToPath as bundleFilename } from 'node:url'
const require = bundleRequire(import.meta.url)
const __filename = bundleFilename(import.meta.url)
const __dirname = bundleDirname(__filename)
import {
  CONTAINER_TYPES,
  isContainerType
} from "./chunk-LG2VQSGP.js";
import {
  SECOND
} from "./chunk-KNG6V2U7.js";
import {
  PRIORITY
} from "./chunk-JVD6W2LK.js";
import {
  external_exports
} from "./chunk-NO6C4VEO.js";
import {
  RunnerMeshError
} from "./chunk-GMWOGI5R.js";

// src/core/task-aliases.ts
var TYPES = {
  "docker.execute": CONTAINER_TYPES.image,
  "docker.run": CONTAINER_TYPES.image,
  "docker.execute_docker_container": CONTAINER_TYPES.image,
  "docker.github_repo": CONTAINER_TYPES.repository,
  "docker.build_and_execute_github_repo": CONTAINER_TYPES.repository
};
function canonicalTaskType(type) {
  const name = type.trim().toLowerCase();
  return TYPES[name] ?? name;
}
var QUEUE_KEYS = [
  "priority",
  "idempotency_key",
  "max_attempts",
  "next_attempt_at",
  "session_id",
  "sticky_worker_id"
];
var queueOptions = external_exports.strictObject({
  priority: external_exports.int().min(PRIORITY.lowest).max(PRIORITY.highest).optional(),
  idempotency_key: external_exports.string().min(1).max(256).optional(),
  max_attempts: external_exports.int().min(1).max(1e3).optional()
});
var renamed = (name) => (value) => ({ [name]: value });
var words = (name) => (value) => value === null || value === "" || Array.isArray(value) && value.length === 0 ? {} : { [name]: value };
var dropped = () => ({});
var IMAGE_FIELDS = {
  command: words("command"),
  cmd: words("command"),
  entrypoint: words("entrypoint"),
  env: renamed("environment"),
  memory_limit: (value, field) => ({ memory_mb: mebibytes(value, field) }),
  cpu_limit: renamed("cpus"),
  network_mode: (value, field) => ({ network: network(value, field) }),
  volumes: (value, field) => ({ mounts: mounts(value, field) }),
  gpus: (value, field) => ({ gpus: gpus(value, field) }),
  gpu: (value, field) => ({ gpus: gpus(value, field) }),
  // Live output is what everybody gets.
  stream_output: dropped,
  no_new_privileges: (value, field) => isAlways(value, true, field),
  privileged: (value, field) => isAlways(value, false, field)
};
var REPOSITORY_FIELDS = {
  ...IMAGE_FIELDS,
  repo: renamed("repo_url"),
  branch: renamed("ref"),
  dockerfile: renamed("dockerfile_path"),
  context: renamed("context_path")
};
var PREDECESSORS_FIELDS = Object.keys(REPOSITORY_FIELDS);
function translatePayload(type, payload) {
  if (!isContainerType(type)) return void 0;
  const fields = type === CONTAINER_TYPES.image ? IMAGE_FIELDS : REPOSITORY_FIELDS;
  const queue = {};
  const told = /* @__PURE__ */ new Map();
  let runMs;
  for (const [field, value] of Object.entries(payload)) {
    if (QUEUE_KEYS.includes(field)) queue[field] = value;
    else if (field === "timeout") runMs = milliseconds(value, field);
    else {
      const translate = Object.hasOwn(fields, field) ? fields[field] : void 0;
      for (const [name, inOurs] of Object.entries(translate?.(value, field) ?? { [field]: value })) {
        const earlier = told.get(name);
        if (earlier !== void 0) throw refusal(`${earlier.by} and ${field} say the same. Give one of them.`);
        told.set(name, { by: field, value: inOurs });
      }
    }
  }
  return {
    payload: Object.fromEntries([...told].map(([name, { value }]) => [name, value])),
    ...runMs === void 0 ? {} : { runMs },
    queue
  };
}
var SIZE = /^([0-9]+(?:\.[0-9]+)?) ?([kmgt]?)(?:i?b)?$/i;
var MIB_OF = {
  "": 1 / 1048576,
  k: 1 / 1024,
  m: 1,
  g: 1024,
  t: 1048576
};
function mebibytes(value, field) {
  const [, number, unit] = SIZE.exec(typeof value === "number" ? String(value) : typeof value === "string" ? value : "") ?? [];
  const factor = MIB_OF[unit?.toLowerCase() ?? ""];
  if (number === void 0 || factor === void 0) throw refusal(`${field} is not a size such as 512m or 2g.`);
  return Math.ceil(Number(number) * factor);
}
function milliseconds(value, field) {
  if (typeof value !== "number" || !(value > 0)) throw refusal(`${field} is not a number of seconds above 0.`);
  return Math.ceil(value * SECOND);
}
function network(value, field) {
  if (value === "none" || value === "bridge") return value;
  if (value === "default") return "bridge";
  throw forbidden(`${field} ${JSON.stringify(value)} is granted by no runner. Ask for none or bridge.`);
}
function gpus(value, field) {
  if (value === true || value === "all") return 1;
  if (value === false || value === null) return 0;
  const count = typeof value === "string" && /^[0-9]{1,3}$/.test(value) ? Number(value) : value;
  if (typeof count === "number") return count;
  throw refusal(`${field}: the runner chooses the devices. Give how many, such as 1.`);
}
function mounts(value, field) {
  if (!isObject(value)) throw refusal(`${field} is not an object of host paths and container paths.`);
  return Object.entries(value).map(([source, where]) => {
    const bind = isObject(where) ? where["bind"] : where;
    const [target = "", ...rest] = typeof bind === "string" ? bind.split(":") : [];
    const mode = isObject(where) ? where["mode"] ?? "rw" : rest[0] ?? "rw";
    if (target === "" || rest.length > 1 || mode !== "ro" && mode !== "rw") {
      throw refusal(`${field}: ${JSON.stringify(source)} needs a path in the container, and ro or rw.`);
    }
    return { source, target, read_only: mode === "ro" };
  });
}
function isAlways(value, always, field) {
  if (value === always || value === null) return {};
  throw forbidden(`${field}: ${JSON.stringify(value)} is granted by no runner. Leave it out.`);
}
function isObject(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
function refusal(message) {
  return new RunnerMeshError("bad_request", message);
}
function forbidden(message) {
  return new RunnerMeshError("policy_refused", message);
}

export {
  canonicalTaskType,
  queueOptions,
  PREDECESSORS_FIELDS,
  translatePayload
};
