import { createRequire as bundleRequire } from 'node:module'
import { dirname as bundleDirname } from 'node:path'
import { fileURLToPath as bundleFilename } from 'node:url'
const require = bundleRequire(import.meta.url)
const __filename = bundleFilename(import.meta.url)
const __dirname = bundleDirname(__filename)
import {
  findSecret
} from "./chunk-LVE5RFV7.js";
import {
  openLocalLink
} from "./chunk-P23XT5SK.js";
import {
  socketPath,
  stateDirectory
} from "./chunk-5JEQVKT2.js";
import {
  loadConfig
} from "./chunk-5Q5PZVAG.js";
import {
  createLogger
} from "./chunk-NZG6K3FX.js";
import {
  systemClock
} from "./chunk-UWBK63O4.js";
import {
  MINUTE,
  SECOND
} from "./chunk-KNG6V2U7.js";
import {
  RunnerMeshError,
  toRunnerMeshError
} from "./chunk-GMWOGI5R.js";

// src/cli/peer-link.ts
import { resolve } from "node:path";
var warned = /* @__PURE__ */ new WeakSet();
async function openPeer({ environment, streams }) {
  const config = loadConfig(environment);
  const { url, peer } = config;
  if (url !== void 0 && peer !== void 0)
    throw new RunnerMeshError("config_invalid", "--url and --peer both name a peer to ask. Leave one of them out.");
  if (url !== void 0) {
    const token = await readToken(config);
    const { plainHttpWarning } = await import("./plain-http-O5KQM556.js");
    const warning = plainHttpWarning(url);
    if (warning !== void 0 && streams !== void 0 && !warned.has(streams)) {
      warned.add(streams);
      streams.stderr.write(`${warning}
`);
    }
    const { openHttpLink } = await import("./http-link-JYJQTRHV.js");
    return openHttpLink({ url, token, clock: systemClock });
  }
  if (peer !== void 0) {
    const { openMeshLink } = await import("./mesh-link-FWZLXI3J.js");
    return openMeshLink(peer, config, createLogger("silent"));
  }
  const open = (directory) => openLocalLink(socketPath(directory, config), createLogger("silent"));
  try {
    return await open(stateDirectory(config));
  } catch (thrown) {
    for (const directory of config.otherStateDirs) {
      const link = await open(resolve(directory)).catch(() => void 0);
      if (link !== void 0) return link;
    }
    throw thrown;
  }
}
async function withPeer(context, use) {
  const link = await openPeer(context);
  try {
    return await use(link);
  } finally {
    await link.close();
  }
}
async function readToken({ token, tokenFile }) {
  const found = token ?? (tokenFile === void 0 ? void 0 : await findSecret(tokenFile));
  if (found !== void 0 && found !== "") return found;
  throw new RunnerMeshError(
    "config_invalid",
    `--url needs a token${tokenFile === void 0 ? "" : ` (${tokenFile} has none)`}: --token-file <path>, or RUNNER_MESH_TOKEN. Make one on that machine with: runner-mesh token create <name>`
  );
}

// src/cli/steady-link.ts
var PAUSE_MS = { first: 100, most: 2 * SECOND };
var SteadyLink = class {
  #options;
  #current;
  constructor(options, first) {
    this.#options = options;
    this.#current = first === void 0 ? void 0 : Promise.resolve(first);
  }
  /** @throws RunnerMeshError what the other side refused; `peer_unreachable` when the peer stays away for too long */
  async call(name, input, { again = () => input, ...options } = {}) {
    const { clock } = this.#options;
    const begun = clock.mono();
    for (let asked = input; ; ) {
      this.#current ??= this.#reopen();
      const opening = this.#current;
      const link = await opening.catch((thrown) => {
        if (this.#current === opening) this.#current = void 0;
        throw thrown;
      });
      try {
        return await link.call(name, asked, options);
      } catch (thrown) {
        const { code } = toRunnerMeshError(thrown);
        if (options.signal?.aborted === true || code !== "peer_unreachable" && code !== "stopping") throw thrown;
        if (this.#current === opening) {
          this.#current = void 0;
          await link.close().catch(() => void 0);
        }
        const next = again(clock.mono() - begun);
        if (next === void 0) throw thrown;
        asked = next;
      }
    }
  }
  async close() {
    const opening = this.#current;
    this.#current = void 0;
    const link = await opening?.catch(() => void 0);
    await link?.close();
  }
  async #reopen() {
    const { open, clock, signal, status, patienceMs = 10 * MINUTE } = this.#options;
    const begun = clock.mono();
    let isMissed = false;
    for (let pauseMs = PAUSE_MS.first; ; pauseMs = Math.min(PAUSE_MS.most, pauseMs * 2)) {
      await clock.sleep(pauseMs, signal);
      try {
        const link = await open();
        if (isMissed) status("The peer is back.");
        return link;
      } catch (thrown) {
        const { code, message } = toRunnerMeshError(thrown);
        if (code !== "peer_unreachable") throw thrown;
        if (!isMissed) status("The peer is away; waiting for it.");
        isMissed = true;
        if (clock.mono() - begun > patienceMs) {
          const minutes = String(Math.round(patienceMs / MINUTE));
          throw new RunnerMeshError("peer_unreachable", `The peer stayed away for ${minutes} min. ${message}`);
        }
      }
    }
  }
};

export {
  openPeer,
  withPeer,
  SteadyLink
};
