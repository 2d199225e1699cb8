import { createRequire as bundleRequire } from 'node:module'
import { dirname as bundleDirname } from 'node:path'
import { fileURLToPath as bundleFilename } from 'node:url'
const require = bundleRequire(import.meta.url)
const __filename = bundleFilename(import.meta.url)
const __dirname = bundleDirname(__filename)
import {
  RunnerMeshError,
  errorText
} from "./chunk-GMWOGI5R.js";

// src/store/sqlite/sqlite-error.ts
var CODE = { busy: 5, ioError: 10, corrupt: 11, full: 13, notADatabase: 26 };
function sqliteCode(thrown) {
  if (!(thrown instanceof Error) || !("errcode" in thrown) || typeof thrown.errcode !== "number") return void 0;
  return thrown.errcode & 255;
}
function isBusy(thrown) {
  return sqliteCode(thrown) === CODE.busy;
}
function isFull(thrown) {
  return sqliteCode(thrown) === CODE.full;
}
function isStorageFault(thrown) {
  const code = sqliteCode(thrown);
  return code === CODE.full || code === CODE.ioError || code === CODE.corrupt || code === CODE.busy;
}
function isDamage(thrown) {
  const code = sqliteCode(thrown);
  return code === CODE.corrupt || code === CODE.notADatabase;
}
function wrapSqliteError(thrown) {
  if (sqliteCode(thrown) === void 0) return thrown;
  if (isFull(thrown)) {
    return new RunnerMeshError("storage_low", "The disk of this home is full. Free some space and repeat the call.", {
      cause: thrown
    });
  }
  return new RunnerMeshError("storage_failed", `The store of this home failed: ${errorText(thrown)}.`, {
    cause: thrown
  });
}

export {
  isBusy,
  isFull,
  isStorageFault,
  isDamage,
  wrapSqliteError
};
