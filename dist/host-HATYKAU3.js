import { createRequire as bundleRequire } from 'node:module'
import { dirname as bundleDirname } from 'node:path'
import { fileURLToPath as bundleFilename } from 'node:url'
const require = bundleRequire(import.meta.url)
const __filename = bundleFilename(import.meta.url)
const __dirname = bundleDirname(__filename)
import {
  runTask
} from "./chunk-MRGYDOIK.js";
import {
  writeJobSummary
} from "./chunk-KDYNXO5T.js";
import {
  writeOutputs
} from "./chunk-BJBFT5XR.js";
import "./chunk-TNP5VGAT.js";
import {
  SERVICE_STATE_DIR
} from "./chunk-B33F53R5.js";
import "./chunk-VXGBT3XJ.js";
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
import {
  loadConfig
} from "./chunk-5Q5PZVAG.js";
import {
  createLogger
} from "./chunk-NZG6K3FX.js";
import {
  environmentName
} from "./chunk-NZWFWLK5.js";
import "./chunk-SE7QIB46.js";
import "./chunk-LG2VQSGP.js";
import "./chunk-R56T724L.js";
import "./chunk-KNG6V2U7.js";
import "./chunk-JVD6W2LK.js";
import "./chunk-NO6C4VEO.js";
import "./chunk-CRGYTOW4.js";
import "./chunk-GMWOGI5R.js";
import "./chunk-GGYFKO7C.js";

// src/action/host.ts
import { access } from "node:fs/promises";
async function host(ground, stateDirGiven) {
  const config = loadConfig(await withServiceDirectory(ground.environment, stateDirGiven));
  const link = await openLocalLink(socketPath(stateDirectory(config), config), createLogger("silent"));
  try {
    await report(ground, link, stateDirectory(config));
    const { image, repository } = ground.inputs;
    if (image === void 0 && repository === void 0) {
      const { peers } = await link.call("list_peers", {});
      await writeJobSummary(ground.environment, "runner-mesh: the peer of this machine", [], peers);
      return 0;
    }
    return await runTask(ground, link);
  } finally {
    await link.close();
  }
}
async function report({ log, signal }, link, stateDir) {
  const {
    peer_id: peerId,
    runner_name: name,
    connected_peers: peers,
    discovery,
    executor
  } = await link.call("p2p_peer_report", {}, { signal });
  writeOutputs({ peerId, stateDir, peers });
  log.note(`peer ${peerId} (${name}) is connected with ${String(peers)} others`);
  for (const { source, problem: problem2 } of discovery) if (problem2 !== void 0) log.warn(`${source}: ${problem2}`);
  const problem = executor["problem"];
  if (typeof problem === "string") log.note(`it runs no tasks itself: ${problem}`);
}
async function withServiceDirectory(environment, given) {
  const name = environmentName("state-dir");
  if (given !== "") return { ...environment, [name]: given };
  try {
    await access(SERVICE_STATE_DIR);
    return { ...environment, [name]: SERVICE_STATE_DIR };
  } catch {
    return { ...environment, [name]: void 0 };
  }
}
export {
  host
};
