import { createRequire as bundleRequire } from 'node:module'
import { dirname as bundleDirname } from 'node:path'
import { fileURLToPath as bundleFilename } from 'node:url'
const require = bundleRequire(import.meta.url)
const __filename = bundleFilename(import.meta.url)
const __dirname = bundleDirname(__filename)

// package.json
var package_default = { name: "runner-mesh", version: "0.1.0" };

// src/app/version.ts
var VERSION = package_default.version;

export {
  VERSION
};
