import { createRequire as bundleRequire } from 'node:module'
import { dirname as bundleDirname } from 'node:path'
import { fileURLToPath as bundleFilename } from 'node:url'
const require = bundleRequire(import.meta.url)
const __filename = bundleFilename(import.meta.url)
const __dirname = bundleDirname(__filename)
import {
  ACCESS
} from "./chunk-WGTKGJ5D.js";
import {
  external_exports
} from "./chunk-NO6C4VEO.js";

// src/mcp/peers/on-behalf.ts
var KEY = "runner-mesh/on-behalf-of";
var claim = external_exports.object({ principal: external_exports.string().min(1).max(200), access: external_exports.array(external_exports.string()).max(64) });
function behalfMeta({ principal, access }) {
  return { [KEY]: { principal, access: [...access] } };
}
function callerOnBehalf(peer, meta) {
  const claimed = meta?.[KEY];
  if (peer.peer === void 0 || claimed === void 0) return peer;
  const parsed = claim.safeParse(claimed);
  const access = parsed.success ? ACCESS.filter((right) => parsed.data.access.includes(right)) : [];
  return {
    principal: `${peer.principal}/${parsed.success ? parsed.data.principal : "unknown"}`,
    door: peer.door,
    access: new Set(access.filter((right) => peer.access.has(right)))
  };
}

export {
  behalfMeta,
  callerOnBehalf
};
