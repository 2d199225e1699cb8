import { createRequire as bundleRequire } from 'node:module'
import { dirname as bundleDirname } from 'node:path'
import { fileURLToPath as bundleFilename } from 'node:url'
const require = bundleRequire(import.meta.url)
const __filename = bundleFilename(import.meta.url)
const __dirname = bundleDirname(__filename)
import {
  external_exports
} from "./chunk-NO6C4VEO.js";

// src/core/task-token.ts
var TASK_TOKEN = "RUNNER_MESH_TASK_TOKEN";
var TASK_TOKEN_PREFIX = "rmtask_";
var taskTokenContent = external_exports.object({ task_id: external_exports.string().max(64), fence: external_exports.int().min(1) });

export {
  TASK_TOKEN,
  TASK_TOKEN_PREFIX,
  taskTokenContent
};
