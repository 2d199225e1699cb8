import { createRequire as bundleRequire } from 'node:module'
import { dirname as bundleDirname } from 'node:path'
import { fileURLToPath as bundleFilename } from 'node:url'
const require = bundleRequire(import.meta.url)
const __filename = bundleFilename(import.meta.url)
const __dirname = bundleDirname(__filename)

// src/app/system-service/service-paths.ts
var SERVICE_NAME = "runner-mesh";
var SERVICE_STATE_DIR = `/var/lib/${SERVICE_NAME}`;

export {
  SERVICE_NAME,
  SERVICE_STATE_DIR
};
