import { createRequire as bundleRequire } from 'node:module'
import { dirname as bundleDirname } from 'node:path'
import { fileURLToPath as bundleFilename } from 'node:url'
const require = bundleRequire(import.meta.url)
const __filename = bundleFilename(import.meta.url)
const __dirname = bundleDirname(__filename)
import {
  require_dist
} from "./chunk-2DBY73CU.js";
import {
  PREDECESSORS_FIELDS
} from "./chunk-B3FTZ4SR.js";
import {
  CONTAINER_TYPES,
  imageTask,
  repositoryTask
} from "./chunk-LG2VQSGP.js";
import {
  RunnerMeshError,
  errorText
} from "./chunk-GMWOGI5R.js";
import {
  __toESM
} from "./chunk-GGYFKO7C.js";

// src/app/task-file.ts
var import_yaml = __toESM(require_dist(), 1);
import { readFile } from "node:fs/promises";
async function readTaskFile(path) {
  try {
    return await readFile(path, "utf8");
  } catch (cause) {
    throw new RunnerMeshError("bad_request", `Cannot read the task ${path}: ${errorText(cause)}.`, { cause });
  }
}
function parseTaskFile(text) {
  const document = (0, import_yaml.parseDocument)(text);
  const [broken] = document.errors;
  if (broken !== void 0) {
    const [what = ""] = broken.message.split("\n");
    throw new RunnerMeshError("bad_request", `The task is not YAML or JSON: ${what.replace(/:$/, "")}.`);
  }
  const task = document.toJS();
  if (typeof task !== "object" || task === null || Array.isArray(task))
    throw new RunnerMeshError("bad_request", "The task is not an object with fields such as image and command.");
  return "payload" in task ? task : withPayload(task);
}
var CONTAINER_FIELDS = /* @__PURE__ */ new Set([
  ...Object.keys(imageTask.shape),
  ...Object.keys(repositoryTask.shape),
  ...PREDECESSORS_FIELDS
]);
function withPayload(task) {
  const entries = Object.entries(task);
  const isContainers = ([name]) => CONTAINER_FIELDS.has(name);
  return {
    task_type: "repo_url" in task ? CONTAINER_TYPES.repository : CONTAINER_TYPES.image,
    ...Object.fromEntries(entries.filter((entry) => !isContainers(entry))),
    payload: Object.fromEntries(entries.filter(isContainers))
  };
}

export {
  readTaskFile,
  parseTaskFile
};
