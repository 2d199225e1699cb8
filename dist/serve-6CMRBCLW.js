import { createRequire as bundleRequire } from 'node:module'
import { dirname as bundleDirname } from 'node:path'
import { fileURLToPath as bundleFilename } from 'node:url'
const require = bundleRequire(import.meta.url)
const __filename = bundleFilename(import.meta.url)
const __dirname = bundleDirname(__filename)
import {
  startPeer
} from "./chunk-IJHJ6IC2.js";
import "./chunk-B6VGJWA5.js";
import "./chunk-JJIBNPE5.js";
import "./chunk-7SXLG5KH.js";
import "./chunk-DC2QAJQC.js";
import "./chunk-O4AROPR6.js";
import {
  LISTEN,
  awaitJoin,
  passPreflight,
  refuseForGood
} from "./chunk-6A4F4JFZ.js";
import "./chunk-RRVXVOI4.js";
import "./chunk-EFA2G7GK.js";
import "./chunk-VLWIC33F.js";
import "./chunk-5I7QKY6S.js";
import "./chunk-X5JRLP6X.js";
import "./chunk-LVE5RFV7.js";
import {
  writeJobSummary
} from "./chunk-KDYNXO5T.js";
import {
  writeOutputs
} from "./chunk-BJBFT5XR.js";
import "./chunk-RIXECC7J.js";
import "./chunk-UH4AC3BE.js";
import "./chunk-VOOCSGJM.js";
import "./chunk-EUJLACSD.js";
import "./chunk-L34K4N6Q.js";
import "./chunk-TFZ7TR2H.js";
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
import "./chunk-3YM2JLFH.js";
import "./chunk-5O3QGL45.js";
import {
  openLocalLink
} from "./chunk-IWKSYGWD.js";
import {
  socketPath,
  stateDirectory
} from "./chunk-NIP4ICBI.js";
import "./chunk-2H43NDAH.js";
import "./chunk-GIOZG4DT.js";
import "./chunk-U7YAONCQ.js";
import "./chunk-CX2NPEOW.js";
import "./chunk-S47DI6UA.js";
import "./chunk-E7OQD5XO.js";
import "./chunk-V6EY3WH6.js";
import "./chunk-NUJEPUXA.js";
import "./chunk-IEU5FUZD.js";
import "./chunk-H2NID2FT.js";
import "./chunk-VEDLUWAX.js";
import "./chunk-ZRSSYNKW.js";
import "./chunk-WGTKGJ5D.js";
import "./chunk-22XPER6Z.js";
import "./chunk-GPK5AGDA.js";
import "./chunk-SK2D2MA2.js";
import "./chunk-X474FTSB.js";
import "./chunk-Y27WLGCH.js";
import {
  loadConfig
} from "./chunk-EOPAA2RD.js";
import {
  createLogger
} from "./chunk-NZG6K3FX.js";
import {
  systemClock
} from "./chunk-WK3GGA2Y.js";
import {
  environmentName
} from "./chunk-476JLK4N.js";
import "./chunk-F42J6H3L.js";
import "./chunk-XRZTWFKW.js";
import {
  MINUTE,
  SECOND
} from "./chunk-KNG6V2U7.js";
import "./chunk-R56T724L.js";
import "./chunk-CRGYTOW4.js";
import "./chunk-WKYO5WNA.js";
import "./chunk-KJG4YYUX.js";
import "./chunk-NO6C4VEO.js";
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
