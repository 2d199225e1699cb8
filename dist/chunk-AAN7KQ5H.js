import { createRequire as bundleRequire } from 'node:module'
import { dirname as bundleDirname } from 'node:path'
import { fileURLToPath as bundleFilename } from 'node:url'
const require = bundleRequire(import.meta.url)
const __filename = bundleFilename(import.meta.url)
const __dirname = bundleDirname(__filename)
import {
  createDockerExecutor
} from "./chunk-OHLDT3ML.js";
import {
  createLogger
} from "./chunk-NZG6K3FX.js";
import {
  systemClock,
  systemRandom
} from "./chunk-UWBK63O4.js";

// src/app/policy/memory-folders.ts
function memoryFolders({ surroundings }) {
  return [...surroundings.runtimeDir === void 0 ? [] : [surroundings.runtimeDir], "/dev/shm"];
}

// src/app/leftovers.ts
async function removeLeftContainers(config, peerId) {
  const dockerHost = config.dockerHost ?? config.surroundings.dockerHost;
  const executor = createDockerExecutor({
    runner: peerId,
    clock: systemClock,
    random: systemRandom,
    log: createLogger(config.logLevel),
    memoryFolders: memoryFolders(config),
    settings: dockerHost === void 0 ? {} : { engineHost: dockerHost }
  });
  if (!(await executor.probe()).available) return 0;
  const left = await executor.left();
  for (const { taskId, fence } of left) await executor.remove(taskId, fence);
  return left.length;
}

export {
  memoryFolders,
  removeLeftContainers
};
