import { createRequire as bundleRequire } from 'node:module'
import { dirname as bundleDirname } from 'node:path'
import { fileURLToPath as bundleFilename } from 'node:url'
const require = bundleRequire(import.meta.url)
const __filename = bundleFilename(import.meta.url)
const __dirname = bundleDirname(__filename)

// src/core/operations/operation.ts
var ACCESS = [
  "tasks:read",
  "tasks:submit",
  "tasks:cancel",
  "tasks:work",
  "cache:read",
  "cache:write",
  "peers:read",
  "peers:call",
  "admin"
];
function defineOperation(operation) {
  return operation;
}
function isAllowed(operation, access) {
  return access.has(operation.access) || operation.partialAccess !== void 0 && access.has(operation.partialAccess);
}
var READS = { readOnly: true, destructive: false, idempotent: true, openWorld: false };
var ADDS = { readOnly: false, destructive: false, idempotent: false, openWorld: false };
var CHANGES = { readOnly: false, destructive: false, idempotent: true, openWorld: false };
var ENDS = { readOnly: false, destructive: true, idempotent: true, openWorld: false };

export {
  ACCESS,
  defineOperation,
  isAllowed,
  READS,
  ADDS,
  CHANGES,
  ENDS
};
