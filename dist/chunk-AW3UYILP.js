import { createRequire as bundleRequire } from 'node:module'
import { dirname as bundleDirname } from 'node:path'
import { fileURLToPath as bundleFilename } from 'node:url'
const require = bundleRequire(import.meta.url)
const __filename = bundleFilename(import.meta.url)
const __dirname = bundleDirname(__filename)
import {
  openLocalLink
} from "./chunk-IWKSYGWD.js";
import {
  socketPath,
  stateDirectory
} from "./chunk-NIP4ICBI.js";
import {
  loadConfig
} from "./chunk-EOPAA2RD.js";
import {
  createLogger
} from "./chunk-NZG6K3FX.js";

// src/cli/peer-link.ts
import { resolve } from "node:path";
async function openPeer({ environment }) {
  const config = loadConfig(environment);
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

export {
  openPeer,
  withPeer
};
