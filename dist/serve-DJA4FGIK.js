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
import {
  LISTEN,
  awaitJoin,
  passPreflight,
  refuseForGood
} from "./chunk-IKPQKZBL.js";
import "./chunk-WEREW4TW.js";
import "./chunk-MB62P6BR.js";
import "./chunk-7CUCORA6.js";
import "./chunk-5I7QKY6S.js";
import "./chunk-62H26PFQ.js";
import {
  writeJobSummary
} from "./chunk-KDYNXO5T.js";
import {
  writeOutputs
} from "./chunk-BJBFT5XR.js";
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
import "./chunk-FYDKUOYL.js";
import {
  STATE
} from "./chunk-CXKVWH6M.js";
import {
  withoutCommands
} from "./chunk-3ELWOCEV.js";
import {
  saveState
} from "./chunk-TNP5VGAT.js";
import "./chunk-AAMZ5HEH.js";
import "./chunk-5O3QGL45.js";
import "./chunk-LVE5RFV7.js";
import {
  openLocalLink
} from "./chunk-P23XT5SK.js";
import "./chunk-UZBSKJ5L.js";
import "./chunk-ZBXPZSY4.js";
import {
  socketPath,
  stateDirectory
} from "./chunk-5JEQVKT2.js";
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
import {
  environmentName
} from "./chunk-NZWFWLK5.js";
import {
  systemClock
} from "./chunk-UWBK63O4.js";
import "./chunk-SE7QIB46.js";
import "./chunk-LG2VQSGP.js";
import "./chunk-R56T724L.js";
import {
  MINUTE,
  SECOND
} from "./chunk-KNG6V2U7.js";
import "./chunk-JVD6W2LK.js";
import "./chunk-NO6C4VEO.js";
import "./chunk-CRGYTOW4.js";
import "./chunk-GMWOGI5R.js";
import "./chunk-GGYFKO7C.js";

// src/action/serve.ts
var ROLES = { home: false, worker: true };
var RUN_FOR_MS = 5 * MINUTE;
var LOOK_MS = SECOND / 4;
async function serve(ground) {
  const { log, inputs, program } = ground;
  const environment = { [environmentName("listen")]: LISTEN, ...ground.environment, [environmentName("http")]: "off" };
  const config = loadConfig(environment);
  await passPreflight(ground, config, ROLES);
  saveState(STATE.stateDir, stateDirectory(config));
  const worked = [];
  const peer = await startPeer(config, ROLES, { log: withoutCommands(createLogger(config.logLevel)), program });
  try {
    const { worker } = peer;
    worker?.claims.limit(inputs["max-tasks"] ?? Infinity);
    worker?.onWorked(({ grant, end, durationMs }) => {
      worked.push({
        taskId: grant.task_id,
        what: whatOf(grant.payload) ?? grant.task_type,
        status: end.reason === void 0 ? end.status : `${end.status} (${end.reason})`,
        exitCode: end.exitCode,
        where: "here",
        durationMs
      });
    });
    const link = await openLocalLink(socketPath(peer.stateDir, config), createLogger("silent"));
    try {
      await log.group("runner-mesh: join", () => join(ground, config, peer, link)).catch((error) => {
        if (!ground.signal.aborted) throw error;
      });
      log.say(`stopping: ${await workUntilDone(ground, config, peer, link, worked)}`);
      const { peers } = await link.call("list_peers", {});
      await writeJobSummary(ground.environment, `runner-mesh: ${peer.runnerName}`, worked, peers);
    } finally {
      await link.close();
    }
  } finally {
    await peer.stop();
    writeOutputs({ tasksRun: worked.length });
    saveState(STATE.stopped, "true");
  }
  return 0;
}
async function join(ground, config, peer, link) {
  const { log } = ground;
  writeOutputs({ peerId: peer.mesh.self, stateDir: peer.stateDir });
  log.say(`peer ${peer.mesh.self} (${peer.runnerName}) works for the mesh ${peer.mesh.meshId}`);
  const { connected_peers: peers } = await awaitJoin(ground, config, link);
  writeOutputs({ peers });
}
async function workUntilDone({ inputs, signal, log }, config, { worker }, link, worked) {
  const { "max-tasks": maxTasks, "idle-seconds": idleSeconds } = inputs;
  const isBounded = maxTasks !== void 0 || idleSeconds !== void 0;
  const runForMs = config.runForMs ?? (isBounded ? Infinity : RUN_FOR_MS);
  const startedAt = systemClock.mono();
  let idleSince = startedAt;
  let seen = 0;
  const told = /* @__PURE__ */ new Set();
  for (; ; ) {
    const now = systemClock.mono();
    const running = worker?.running ?? 0;
    for (const { taskId, what, status, durationMs = 0 } of worked.slice(seen))
      log.note(`task ${taskId} (${what}): ${status} after ${(durationMs / SECOND).toFixed(1)} s`);
    if (running > 0 || worked.length > seen) idleSince = now;
    seen = worked.length;
    if (signal.aborted) return "the job was cancelled";
    if (now - startedAt >= runForMs) return `its ${String(Math.round(runForMs / SECOND))} s are over`;
    if (maxTasks !== void 0 && seen >= maxTasks && running === 0) return `its ${String(maxTasks)} tasks are done`;
    if (idleSeconds !== void 0 && now - idleSince >= idleSeconds * SECOND)
      return `it was idle for ${String(idleSeconds)} s`;
    const report = await link.call("p2p_peer_report", {});
    refuseForGood(config, report);
    for (const { source, problem } of report.discovery) {
      if (problem === void 0 || told.has(problem)) continue;
      told.add(problem);
      log.warn(`${source}: ${problem}`);
    }
    await systemClock.sleep(LOOK_MS, signal).catch(() => void 0);
  }
}
function whatOf({ image, repo_url: repository }) {
  return [image, repository].find((name) => typeof name === "string");
}
export {
  serve
};
