import { createRequire as bundleRequire } from 'node:module'
import { dirname as bundleDirname } from 'node:path'
import { fileURLToPath as bundleFilename } from 'node:url'
const require = bundleRequire(import.meta.url)
const __filename = bundleFilename(import.meta.url)
const __dirname = bundleDirname(__filename)
import {
  systemClock,
  systemRandom
} from "./chunk-UWBK63O4.js";
import "./chunk-GGYFKO7C.js";
export {
  systemClock,
  systemRandom
};
