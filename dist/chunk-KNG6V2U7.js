import { createRequire as bundleRequire } from 'node:module'
import { dirname as bundleDirname } from 'node:path'
import { fileURLToPath as bundleFilename } from 'node:url'
const require = bundleRequire(import.meta.url)
const __filename = bundleFilename(import.meta.url)
const __dirname = bundleDirname(__filename)

// src/core/lease.ts
var SECOND = 1e3;
var MINUTE = 60 * SECOND;
var HOUR = 60 * MINUTE;
var DAY = 24 * HOUR;
function leaseMsOf(length, { prepareMs, runMs }) {
  return typeof length === "number" ? length : Math.min(length.mostMs, prepareMs + runMs + length.extraMs);
}
var LEASE = {
  leaseMs: 30 * SECOND,
  renewEveryMs: 10 * SECOND,
  renewJitter: 0.2,
  marginMs: 3 * SECOND,
  lostGraceMs: 10 * MINUTE
};

export {
  SECOND,
  MINUTE,
  HOUR,
  DAY,
  leaseMsOf,
  LEASE
};
