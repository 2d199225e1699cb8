import { createRequire as bundleRequire } from 'node:module'
import { dirname as bundleDirname } from 'node:path'
import { fileURLToPath as bundleFilename } from 'node:url'
const require = bundleRequire(import.meta.url)
const __filename = bundleFilename(import.meta.url)
const __dirname = bundleDirname(__filename)
import {
  parseStandingCapabilities,
  tellCapabilities
} from "./chunk-SNT4N2C2.js";
import {
  parsePeerId
} from "./chunk-R56T724L.js";
import {
  DAY,
  MINUTE
} from "./chunk-KNG6V2U7.js";
import {
  external_exports
} from "./chunk-NO6C4VEO.js";
import {
  RunnerMeshError
} from "./chunk-GMWOGI5R.js";

// src/core/announcement.ts
var payload = external_exports.object({
  mesh: external_exports.string().max(64),
  peer: external_exports.string().max(128),
  /** Grows with every announcement of a peer; the highest counts. */
  seq: external_exports.int().min(0),
  issued_at: external_exports.int(),
  expires_at: external_exports.int(),
  addresses: external_exports.array(external_exports.string().max(512)).max(16),
  runner_name: external_exports.string().max(256),
  homes: external_exports.array(external_exports.string().max(64)).max(64),
  features: external_exports.array(external_exports.string().max(64)).max(64),
  capabilities: external_exports.unknown().optional().transform(parseStandingCapabilities)
});
var sealedAnnouncement = external_exports.object({
  envelope: external_exports.string().max(65536),
  mac: external_exports.string().max(64)
});
var LONGEST_ANNOUNCEMENT_MS = DAY;
var ANNOUNCEMENT_SKEW_MS = 5 * MINUTE;
function encodeAnnouncement(announcement, mesh) {
  const { peer, seq, issuedAt, expiresAt, addresses, runnerName, homes, features, capabilities } = announcement;
  const said = {
    mesh,
    peer,
    seq,
    issued_at: issuedAt,
    expires_at: expiresAt,
    addresses,
    runner_name: runnerName,
    homes,
    features,
    ...tellCapabilities(capabilities)
  };
  return new TextEncoder().encode(JSON.stringify(said));
}
function parseAnnouncement(bytes, expected) {
  let said;
  try {
    said = payload.parse(JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes)));
  } catch (cause) {
    throw new RunnerMeshError("signature_invalid", "The announcement has not the form of one.", { cause });
  }
  if (said.peer !== expected.signer) throw invalid(`is signed by ${expected.signer} and speaks for another peer`);
  if (!expected.meshes.includes(said.mesh)) throw invalid("is for another mesh");
  if (said.expires_at - said.issued_at > LONGEST_ANNOUNCEMENT_MS) throw invalid("is to last longer than a day");
  if (said.issued_at > expected.now + ANNOUNCEMENT_SKEW_MS) {
    throw invalid("comes from the future; set the clock of its machine, or of this one");
  }
  if (said.expires_at < expected.now - ANNOUNCEMENT_SKEW_MS) throw invalid("has expired", { expired: true });
  return {
    peer: parsePeerId(said.peer),
    seq: said.seq,
    issuedAt: said.issued_at,
    expiresAt: said.expires_at,
    addresses: said.addresses,
    runnerName: said.runner_name,
    homes: said.homes,
    features: said.features,
    ...said.capabilities === void 0 ? {} : { capabilities: said.capabilities }
  };
}
function isExpiredAnnouncement(thrown) {
  return thrown instanceof RunnerMeshError && thrown.details["expired"] === true;
}
function invalid(why, details = {}) {
  return new RunnerMeshError("signature_invalid", `The announcement ${why}.`, { details });
}

export {
  sealedAnnouncement,
  LONGEST_ANNOUNCEMENT_MS,
  encodeAnnouncement,
  parseAnnouncement,
  isExpiredAnnouncement
};
