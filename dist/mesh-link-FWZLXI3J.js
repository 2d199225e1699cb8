import { createRequire as bundleRequire } from 'node:module'
import { dirname as bundleDirname } from 'node:path'
import { fileURLToPath as bundleFilename } from 'node:url'
const require = bundleRequire(import.meta.url)
const __filename = bundleFilename(import.meta.url)
const __dirname = bundleDirname(__filename)
import {
  createLibp2pMesh
} from "./chunk-MB62P6BR.js";
import {
  loadMeshKeys
} from "./chunk-7CUCORA6.js";
import {
  loadIdentity
} from "./chunk-5I7QKY6S.js";
import "./chunk-VOOCSGJM.js";
import "./chunk-EUJLACSD.js";
import "./chunk-L34K4N6Q.js";
import "./chunk-TFZ7TR2H.js";
import "./chunk-LVE5RFV7.js";
import {
  createLocalSocket,
  openLocalLink
} from "./chunk-P23XT5SK.js";
import {
  createRpcLink
} from "./chunk-UZBSKJ5L.js";
import "./chunk-ZBXPZSY4.js";
import {
  makeStateDirectory,
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
import "./chunk-5XIUUAQH.js";
import "./chunk-5TLONCOL.js";
import {
  systemClock,
  systemRandom
} from "./chunk-UWBK63O4.js";
import "./chunk-LG2VQSGP.js";
import "./chunk-R56T724L.js";
import {
  SECOND
} from "./chunk-KNG6V2U7.js";
import "./chunk-JVD6W2LK.js";
import "./chunk-NO6C4VEO.js";
import "./chunk-CRGYTOW4.js";
import {
  RunnerMeshError
} from "./chunk-GMWOGI5R.js";
import "./chunk-GGYFKO7C.js";

// src/app/remote/mesh-link.ts
import { createHash } from "node:crypto";
import { join } from "node:path";
var FOLDER = "command-line";
var CONNECT_MS = 15 * SECOND;
var LAST_CALLS_MS = 2 * SECOND;
var LOOK_MS = 50;
var QUIET_LOOKS = 6;
async function openMeshLink(address, config, log) {
  const folder = join(stateDirectory(config), FOLDER);
  await makeStateDirectory(folder);
  const path = socketPath(folder, config, `${createHash("sha256").update(address).digest("hex").slice(0, 16)}.sock`);
  const shared = await openLocalLink(path, log).catch(() => void 0);
  if (shared !== void 0) return shared;
  const { mesh, link } = await dial(address, folder, config, log);
  const sharing = new SharedLink(link);
  const socket = createLocalSocket(path, sharing.operations, log);
  await socket.start().catch((cause) => log.debug("command_line.not_shared", { cause }));
  return {
    ...link,
    close: async () => {
      await sharing.rest(LAST_CALLS_MS);
      await socket.stop();
      await link.close();
      await mesh.stop();
    }
  };
}
async function dial(address, folder, config, log) {
  const meshKeys = await loadMeshKeys({ config, stateDir: stateDirectory(config), make: false, random: systemRandom });
  const identity = await loadIdentity({ stateDir: folder, random: systemRandom });
  const mesh = await createLibp2pMesh({
    ...{ identity, meshKeys, listen: [], announce: [], clock: systemClock, random: systemRandom, log },
    hello: () => ({ homes: [], features: [], runnerName: "command line" })
  });
  const met = Promise.withResolvers();
  mesh.onPeer(({ peer, homes }, channel) => {
    if (address.endsWith(`/p2p/${peer}`)) met.resolve(createRpcLink(channel, { peer, homes }, { log }));
  });
  await mesh.start();
  const over = new AbortController();
  try {
    mesh.addTarget(address, "command line");
    return { mesh, link: await Promise.race([met.promise, watch(mesh, over.signal)]) };
  } catch (thrown) {
    await mesh.stop();
    throw thrown;
  } finally {
    over.abort();
  }
}
async function watch(mesh, signal) {
  const until = systemClock.mono() + CONNECT_MS;
  for (; ; ) {
    await systemClock.sleep(LOOK_MS, signal);
    const [target] = mesh.targets();
    const { lastErrorCode: code, lastError = "It does not answer." } = target ?? {};
    if (code !== void 0) throw new RunnerMeshError(code, lastError);
    if (systemClock.mono() > until) throw new RunnerMeshError("peer_unreachable", lastError);
  }
}
var SharedLink = class {
  #link;
  #open = 0;
  #isShared = false;
  constructor(link) {
    this.#link = link;
  }
  operations = {
    invoke: (name, input, { signal, progress: onProgress }) => {
      const call = this.#link.call(name, input, { signal, onProgress });
      this.#isShared = true;
      this.#open += 1;
      return call.finally(() => {
        this.#open -= 1;
      });
    }
  };
  /** Resolves when nobody has used the link for a moment, or after `ms`. */
  async rest(ms) {
    const until = systemClock.mono() + ms;
    let quiet = 0;
    while (this.#isShared && quiet < QUIET_LOOKS && systemClock.mono() < until) {
      await systemClock.sleep(LOOK_MS);
      quiet = this.#open === 0 ? quiet + 1 : 0;
    }
  }
};
export {
  openMeshLink
};
