import { createRequire as bundleRequire } from 'node:module'
import { dirname as bundleDirname } from 'node:path'
import { fileURLToPath as bundleFilename } from 'node:url'
const require = bundleRequire(import.meta.url)
const __filename = bundleFilename(import.meta.url)
const __dirname = bundleDirname(__filename)

// src/app/settings/environment.ts
function environmentName(stem) {
  return `RUNNER_MESH_${stem.replaceAll("-", "_").toUpperCase()}`;
}

export {
  environmentName
};
