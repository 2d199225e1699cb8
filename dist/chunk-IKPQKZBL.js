import { createRequire as bundleRequire } from 'node:module'
import { dirname as bundleDirname } from 'node:path'
import { fileURLToPath as bundleFilename } from 'node:url'
const require = bundleRequire(import.meta.url)
const __filename = bundleFilename(import.meta.url)
const __dirname = bundleDirname(__filename)
import {
  failed,
  preflight
} from "./chunk-WEREW4TW.js";
import {
  ReportedError
} from "./chunk-FYDKUOYL.js";
import {
  systemClock
} from "./chunk-UWBK63O4.js";
import {
  SECOND
} from "./chunk-KNG6V2U7.js";
import {
  ERRORS,
  RunnerMeshError,
  isErrorCode
} from "./chunk-GMWOGI5R.js";

// src/app/preflight/check.ts
function lineOf({ name, detail, fix }) {
  return `${name}: ${detail} ${fix}`;
}

// src/action/checks.ts
async function passPreflight({ log, signal }, config, roles) {
  if (config.bootstrap.length === 0 && config.registry === "off" && config.registryDir === void 0 && !config.mdns) {
    throw new RunnerMeshError(
      "config_invalid",
      "The inputs registry and bootstrap are both empty. Name the repository whose registry the peers share, or the address of a peer; runner-mesh up prints its own."
    );
  }
  await log.group("runner-mesh: preflight", async () => {
    const results = await preflight(config, roles, signal);
    signal.throwIfAborted();
    for (const result of results) if (result.state === "ok") log.say(`${result.name}: ${result.detail}`);
    for (const warning of failed(results, "warning")) log.warn(lineOf(warning));
    const errors = failed(results, "error");
    for (const error of errors) log.fail(lineOf(error));
    const [first] = errors;
    if (first !== void 0) throw new ReportedError(ERRORS[first.code].exit, lineOf(first));
  });
}
var LOOK_MS = 100;
var JOIN_MS = 5 * SECOND;
var FOR_GOOD = /* @__PURE__ */ new Set(["unauthorized", "forbidden", "config_invalid"]);
async function awaitJoin({ log, signal }, config, link) {
  const startedAt = systemClock.mono();
  for (; ; ) {
    const report = await link.call("p2p_peer_report", {}, { signal });
    refuseForGood(config, report);
    if (report.connected_peers > 0) {
      log.say(`connected with ${String(report.connected_peers)} of the mesh's peers`);
      return report;
    }
    if (systemClock.mono() - startedAt > JOIN_MS) {
      log.say("nobody else is there yet; the peer goes on looking");
      return report;
    }
    await systemClock.sleep(LOOK_MS, signal);
  }
}
function refuseForGood(config, { connected_peers: connected, discovery }) {
  if (connected > 0 || config.bootstrap.length > 0) return;
  const refused = discovery.find(({ problem_code: code2 }) => code2 !== void 0 && FOR_GOOD.has(code2));
  const code = refused?.problem_code;
  if (code === void 0 || !isErrorCode(code)) return;
  throw new RunnerMeshError(code, `The ${refused?.source ?? "registry"} refuses this peer: ${refused?.problem ?? ""}`);
}

// src/action/peer-settings.ts
var LISTEN = "/ip4/0.0.0.0/tcp/0";

export {
  passPreflight,
  awaitJoin,
  refuseForGood,
  LISTEN
};
