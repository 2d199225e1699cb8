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
  passPreflight
} from "./chunk-IKPQKZBL.js";
import "./chunk-WEREW4TW.js";
import "./chunk-MB62P6BR.js";
import "./chunk-7CUCORA6.js";
import "./chunk-5I7QKY6S.js";
import "./chunk-62H26PFQ.js";
import {
  runTask
} from "./chunk-MRGYDOIK.js";
import "./chunk-KDYNXO5T.js";
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
  systemRandom
} from "./chunk-UWBK63O4.js";
import "./chunk-SE7QIB46.js";
import "./chunk-LG2VQSGP.js";
import "./chunk-R56T724L.js";
import "./chunk-KNG6V2U7.js";
import "./chunk-JVD6W2LK.js";
import "./chunk-NO6C4VEO.js";
import "./chunk-CRGYTOW4.js";
import {
  RunnerMeshError
} from "./chunk-GMWOGI5R.js";
import "./chunk-GGYFKO7C.js";

// src/action/submit.ts
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
var ROLES = { home: true, worker: false };
async function submit(ground) {
  const running = await findRunningHome(ground);
  if (running !== void 0) {
    try {
      ground.log.say("the peer of this runner takes the task");
      return await runTask(ground, running);
    } finally {
      await running.close();
    }
  }
  return submitAlone(ground);
}
async function findRunningHome({
  environment,
  signal
}) {
  const config = loadConfig({ ...environment, [environmentName("http")]: "off" });
  try {
    const link = await openLocalLink(socketPath(stateDirectory(config), config), createLogger("silent"));
    const { features } = await link.call("p2p_peer_report", {}, { signal });
    if (features.includes("home")) return link;
    await link.close();
  } catch (error) {
    if (!(error instanceof RunnerMeshError) || error.code !== "peer_unreachable") throw error;
  }
  return void 0;
}
async function submitAlone(ground) {
  const { environment, log, program } = ground;
  const folder = `runner-mesh-submit-${Buffer.from(systemRandom.bytes(6)).toString("hex")}`;
  const stateDir = join(environment["RUNNER_TEMP"] ?? tmpdir(), folder);
  const config = loadConfig({
    [environmentName("listen")]: LISTEN,
    // It finds others, and is gone in a moment: a comment of its own would be two writes for nothing.
    [environmentName("registry-announce")]: "false",
    ...environment,
    [environmentName("http")]: "off",
    [environmentName("work")]: "false",
    [environmentName("state-dir")]: stateDir
  });
  if (config.meshKey === void 0 && config.meshKeyFile === void 0) {
    throw new RunnerMeshError("config_invalid", "There is no mesh key. Set the input key to a secret that holds it.");
  }
  await passPreflight(ground, config, ROLES);
  saveState(STATE.stateDir, stateDir);
  const peer = await startPeer(config, ROLES, { log: withoutCommands(createLogger(config.logLevel)), program });
  try {
    const link = await openLocalLink(socketPath(peer.stateDir, config), createLogger("silent"));
    try {
      writeOutputs({ peerId: peer.mesh.self, stateDir });
      const { connected_peers: peers } = await log.group("runner-mesh: join", () => awaitJoin(ground, config, link));
      writeOutputs({ peers });
      return await runTask(ground, link);
    } finally {
      await link.close();
    }
  } finally {
    await peer.stop();
    await rm(stateDir, { recursive: true, force: true });
    saveState(STATE.stopped, "true");
  }
}
export {
  submit
};
