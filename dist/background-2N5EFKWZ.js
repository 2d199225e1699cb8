import { createRequire as bundleRequire } from 'node:module'
import { dirname as bundleDirname } from 'node:path'
import { fileURLToPath as bundleFilename } from 'node:url'
const require = bundleRequire(import.meta.url)
const __filename = bundleFilename(import.meta.url)
const __dirname = bundleDirname(__filename)
import {
  LISTEN,
  awaitJoin,
  passPreflight
} from "./chunk-IKPQKZBL.js";
import "./chunk-WEREW4TW.js";
import "./chunk-MB62P6BR.js";
import "./chunk-7CUCORA6.js";
import "./chunk-5I7QKY6S.js";
import "./chunk-62H26PFQ.js";
import {
  writeOutputs
} from "./chunk-BJBFT5XR.js";
import "./chunk-VOOCSGJM.js";
import "./chunk-EUJLACSD.js";
import "./chunk-L34K4N6Q.js";
import "./chunk-TFZ7TR2H.js";
import "./chunk-FYDKUOYL.js";
import {
  nameProcess,
  spawnPeer,
  stopProcess
} from "./chunk-X3HKNRID.js";
import {
  STATE
} from "./chunk-CXKVWH6M.js";
import {
  saveState
} from "./chunk-TNP5VGAT.js";
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
import "./chunk-VKJLFJSI.js";
import "./chunk-C6YG63S3.js";
import "./chunk-QYPJREVZ.js";
import "./chunk-SNT4N2C2.js";
import "./chunk-H2NID2FT.js";
import "./chunk-WGTKGJ5D.js";
import "./chunk-MPWIKHLS.js";
import "./chunk-OHLDT3ML.js";
import "./chunk-5XIUUAQH.js";
import "./chunk-5TLONCOL.js";
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
  SECOND
} from "./chunk-KNG6V2U7.js";
import "./chunk-JVD6W2LK.js";
import {
  external_exports
} from "./chunk-NO6C4VEO.js";
import "./chunk-CRGYTOW4.js";
import {
  RunnerMeshError,
  isErrorCode
} from "./chunk-GMWOGI5R.js";
import "./chunk-GGYFKO7C.js";

// src/action/background.ts
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
var ROLES = { home: true, worker: true };
var LOOK_MS = 25;
var START_MS = 30 * SECOND;
var STOP_MS = 5 * SECOND;
var firstLine = external_exports.union([
  external_exports.object({
    event: external_exports.literal("ready"),
    peer_id: external_exports.string(),
    mesh_id: external_exports.string(),
    runner_name: external_exports.string(),
    mcp_url: external_exports.string().optional(),
    token_file: external_exports.string().optional()
  }),
  external_exports.object({ ok: external_exports.literal(false), error: external_exports.object({ code: external_exports.string(), message: external_exports.string() }) })
]);
async function background(ground) {
  const { log, program, signal } = ground;
  const environment = {
    [environmentName("listen")]: LISTEN,
    [environmentName("http")]: "off",
    ...ground.environment
  };
  const config = loadConfig(environment);
  if (config.meshKey === void 0 && config.meshKeyFile === void 0) {
    throw new RunnerMeshError("config_invalid", "There is no mesh key. Set the input key to a secret that holds it.");
  }
  await passPreflight(ground, config, ROLES);
  const stateDir = stateDirectory(config);
  await mkdir(stateDir, { recursive: true, mode: 448 });
  const files = { output: join(stateDir, "peer.out"), log: join(stateDir, "peer.log") };
  saveState(STATE.stateDir, stateDir);
  saveState(STATE.logFile, files.log);
  const child = await spawnPeer([...program, "up", "--json"], files, withoutInputs(environment));
  const { pid } = child;
  if (pid === void 0) throw new RunnerMeshError("internal", `${program[0]} could not be started.`);
  const name = await nameProcess(pid);
  saveState(STATE.process, name);
  const ended = new AbortController();
  child.once("exit", () => {
    ended.abort(new Error("the peer has ended"));
  });
  try {
    const ready = await log.group("runner-mesh: join", async () => {
      const line = await awaitReady(files.output, AbortSignal.any([signal, ended.signal]), signal);
      log.say(`peer ${line.peer_id} works for the mesh ${line.mesh_id} until this job ends`);
      const link = await openLocalLink(socketPath(stateDir, config), createLogger("silent"));
      try {
        const { connected_peers: peers } = await awaitJoin(ground, config, link);
        return { ...line, peers };
      } finally {
        await link.close();
      }
    });
    writeOutputs({
      peerId: ready.peer_id,
      stateDir,
      peers: ready.peers,
      ...ready.mcp_url === void 0 ? {} : { mcpUrl: ready.mcp_url },
      ...ready.token_file === void 0 ? {} : { mcpTokenFile: ready.token_file }
    });
    return 0;
  } catch (error) {
    if (await stopProcess(name, STOP_MS) !== "killed") saveState(STATE.stopped, "true");
    log.quote(await readFile(files.log, "utf8").catch(() => ""));
    throw error;
  }
}
async function awaitReady(path, over, cancelled) {
  const startedAt = systemClock.mono();
  for (; ; ) {
    const isOver = over.aborted;
    const text = await readFile(path, "utf8").catch(() => "");
    if (text.includes("\n")) {
      const line = firstLine.parse(JSON.parse(text.slice(0, text.indexOf("\n"))));
      if ("event" in line) return line;
      const { code, message } = line.error;
      throw new RunnerMeshError(isErrorCode(code) ? code : "internal", message);
    }
    cancelled.throwIfAborted();
    if (isOver) throw new RunnerMeshError("internal", "The peer ended before it was ready; its log is above.");
    if (systemClock.mono() - startedAt > START_MS)
      throw new RunnerMeshError("timeout", `The peer was not ready within ${String(START_MS / SECOND)} s.`);
    await systemClock.sleep(LOOK_MS, over).catch(() => void 0);
  }
}
function withoutInputs(environment) {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !/^(?:INPUT|STATE)_/.test(name)));
}
export {
  background
};
