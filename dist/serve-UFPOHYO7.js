import { createRequire as bundleRequire } from 'node:module'
import { dirname as bundleDirname } from 'node:path'
import { fileURLToPath as bundleFilename } from 'node:url'
const require = bundleRequire(import.meta.url)
const __filename = bundleFilename(import.meta.url)
const __dirname = bundleDirname(__filename)
import {
  startPeer
} from "./chunk-DDYQ5RZ2.js";
import "./chunk-JRZQYJZP.js";
import "./chunk-O4565GRF.js";
import "./chunk-HY525CP3.js";
import "./chunk-MB62P6BR.js";
import "./chunk-7CUCORA6.js";
import "./chunk-5I7QKY6S.js";
import "./chunk-62H26PFQ.js";
import "./chunk-MCW2OBBM.js";
import "./chunk-DC2QAJQC.js";
import "./chunk-NW7KIL5Z.js";
import "./chunk-XF7ZOZDV.js";
import "./chunk-VOOCSGJM.js";
import "./chunk-EUJLACSD.js";
import "./chunk-L34K4N6Q.js";
import "./chunk-TFZ7TR2H.js";
import "./chunk-MJYKPF2G.js";
import "./chunk-7SXLG5KH.js";
import "./chunk-YS2TVPM3.js";
import "./chunk-AAMZ5HEH.js";
import "./chunk-5O3QGL45.js";
import "./chunk-LVE5RFV7.js";
import "./chunk-P23XT5SK.js";
import "./chunk-UZBSKJ5L.js";
import "./chunk-ZBXPZSY4.js";
import "./chunk-5JEQVKT2.js";
import "./chunk-YNBUGJVE.js";
import "./chunk-T2ICPVXN.js";
import "./chunk-JZXSW7FO.js";
import "./chunk-B3FTZ4SR.js";
import "./chunk-S47DI6UA.js";
import "./chunk-E7OQD5XO.js";
import "./chunk-7IKXLO6M.js";
import "./chunk-VKJLFJSI.js";
import "./chunk-C6YG63S3.js";
import "./chunk-QYPJREVZ.js";
import "./chunk-SNT4N2C2.js";
import "./chunk-H2NID2FT.js";
import "./chunk-IH64QTI3.js";
import "./chunk-WGTKGJ5D.js";
import "./chunk-MPWIKHLS.js";
import "./chunk-X3QBPB5S.js";
import "./chunk-AAN7KQ5H.js";
import "./chunk-OHLDT3ML.js";
import "./chunk-5XIUUAQH.js";
import "./chunk-5TLONCOL.js";
import "./chunk-X474FTSB.js";
import "./chunk-Y27WLGCH.js";
import {
  loadConfig
} from "./chunk-5Q5PZVAG.js";
import {
  createLogger
} from "./chunk-NZG6K3FX.js";
import "./chunk-NZWFWLK5.js";
import {
  systemClock
} from "./chunk-UWBK63O4.js";
import "./chunk-SE7QIB46.js";
import "./chunk-LG2VQSGP.js";
import "./chunk-R56T724L.js";
import "./chunk-KNG6V2U7.js";
import "./chunk-JVD6W2LK.js";
import "./chunk-NO6C4VEO.js";
import {
  cleanLine
} from "./chunk-CRGYTOW4.js";
import {
  RunnerMeshError
} from "./chunk-GMWOGI5R.js";
import "./chunk-GGYFKO7C.js";

// src/cli/commands/serve.ts
var WATCH_MS = 250;
var ANSWER_MS = 100;
async function serve({
  command,
  environment,
  output,
  program,
  status,
  onSignal
}) {
  const config = loadConfig(environment);
  if (command === "worker" && !canMeetAnybody(config)) {
    throw new RunnerMeshError(
      "config_invalid",
      "A worker needs a peer to work for. Name one: runner-mesh worker --bootstrap <address> (runner-mesh up prints its own)."
    );
  }
  const roles = { home: command === "up", worker: command === "worker" || config.work };
  const log = createLogger(config.logLevel);
  const { promise: stopped, resolve: stop } = Promise.withResolvers();
  onSignal(() => {
    stop(void 0);
  });
  const peer = await startPeer(config, roles, { log, program });
  const stopListening = peer.events.listen(({ name }) => {
    if (name === "peer.drained") systemClock.after(ANSWER_MS, () => stop(void 0));
  });
  const cancelTimer = config.runForMs === void 0 ? void 0 : systemClock.after(config.runForMs, () => {
    stop(void 0);
  });
  announce(peer, output);
  const watching = new AbortController();
  try {
    await Promise.race([stopped, watchBootstrap(peer, command, status, watching.signal)]);
    return 0;
  } finally {
    watching.abort(new Error("stopping"));
    cancelTimer?.();
    stopListening();
    await peer.stop();
  }
}
function canMeetAnybody(config) {
  return config.bootstrap.length > 0 || config.listen.length > 0 || config.mdns || config.registry !== "off" || [
    config.registryDir,
    config.predecessorAnnounceFile,
    config.predecessorPeerDir,
    config.surroundings.predecessorBootstrap
  ].some((way) => way !== void 0);
}
async function watchBootstrap({ mesh }, command, status, signal) {
  const told = /* @__PURE__ */ new Map();
  let isJoined = false;
  for (; ; ) {
    const targets = mesh.targets();
    const [first] = mesh.peers();
    if (first !== void 0 !== isJoined) {
      isJoined = first !== void 0;
      const way = first?.relayed === true ? "through a relay" : "directly";
      status(
        first === void 0 ? "No peer of the mesh is connected any more; looking for them." : `Joined the mesh: connected ${way} with ${cleanLine(first.runnerName, 60)} ${first.peer}.`
      );
    }
    for (const { address, state, lastError, lastErrorCode } of targets) {
      if (state === "connected") told.delete(address);
      else if (lastError !== void 0 && told.get(address) !== lastError) {
        told.set(address, lastError);
        status(`${lastErrorCode ?? "peer_unreachable"}: ${lastError} Still trying.`);
      }
    }
    const refused = targets.filter(({ lastErrorCode }) => lastErrorCode === "not_admitted");
    if (command === "worker" && refused.length > 0 && refused.length === targets.length && mesh.peers().length === 0) {
      throw new RunnerMeshError("not_admitted", refused[0]?.lastError ?? "The mesh refused this peer.");
    }
    await systemClock.sleep(WATCH_MS, signal).catch(() => void 0);
    if (signal.aborted) return;
  }
}
function announce({ mesh, http, stateDir, runnerName }, output) {
  const addresses = mesh.addresses();
  const ready = {
    event: "ready",
    peer_id: mesh.self,
    mesh_id: mesh.meshId,
    runner_name: runnerName,
    addresses,
    state_dir: stateDir,
    ...http === void 0 ? {} : { mcp_url: `${http.url()}/mcp`, token_file: http.tokenFile }
  };
  output.result(
    ready,
    () => [
      `peer     ${mesh.self} (${runnerName})`,
      ...addresses.map((address) => `address  ${address}`),
      ...http === void 0 ? [] : [`mcp      ${http.url()}/mcp  (bearer token in ${http.tokenFile})`],
      `state    ${stateDir}`,
      ...http === void 0 || addresses[0] === void 0 ? [] : [`join     runner-mesh worker --key-file <copy of ${stateDir}/mesh.key> --bootstrap ${addresses[0]}`]
    ].join("\n")
  );
}
export {
  serve
};
