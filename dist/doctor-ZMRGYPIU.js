import { createRequire as bundleRequire } from 'node:module'
import { dirname as bundleDirname } from 'node:path'
import { fileURLToPath as bundleFilename } from 'node:url'
const require = bundleRequire(import.meta.url)
const __filename = bundleFilename(import.meta.url)
const __dirname = bundleDirname(__filename)
import {
  examine,
  failed
} from "./chunk-WEREW4TW.js";
import "./chunk-MB62P6BR.js";
import "./chunk-7CUCORA6.js";
import "./chunk-5I7QKY6S.js";
import "./chunk-62H26PFQ.js";
import "./chunk-VOOCSGJM.js";
import "./chunk-EUJLACSD.js";
import "./chunk-L34K4N6Q.js";
import "./chunk-TFZ7TR2H.js";
import "./chunk-5O3QGL45.js";
import "./chunk-LVE5RFV7.js";
import "./chunk-P23XT5SK.js";
import "./chunk-UZBSKJ5L.js";
import "./chunk-ZBXPZSY4.js";
import "./chunk-5JEQVKT2.js";
import "./chunk-VKJLFJSI.js";
import "./chunk-C6YG63S3.js";
import "./chunk-QYPJREVZ.js";
import "./chunk-SNT4N2C2.js";
import "./chunk-H2NID2FT.js";
import "./chunk-WGTKGJ5D.js";
import "./chunk-MPWIKHLS.js";
import "./chunk-OHLDT3ML.js";
import "./chunk-5XIUUAQH.js";
import "./chunk-5TLONCOL.js";
import {
  loadConfig
} from "./chunk-5Q5PZVAG.js";
import "./chunk-NZG6K3FX.js";
import "./chunk-NZWFWLK5.js";
import "./chunk-UWBK63O4.js";
import "./chunk-SE7QIB46.js";
import "./chunk-LG2VQSGP.js";
import "./chunk-R56T724L.js";
import "./chunk-KNG6V2U7.js";
import "./chunk-JVD6W2LK.js";
import "./chunk-NO6C4VEO.js";
import "./chunk-CRGYTOW4.js";
import {
  ERRORS
} from "./chunk-GMWOGI5R.js";
import "./chunk-GGYFKO7C.js";

// src/cli/commands/doctor.ts
var SIGNS = { ok: "\u2713", warning: "!", error: "\u2717" };
async function doctor({ environment, output, signal }) {
  const config = loadConfig(environment);
  const checks = await examine(config, { home: true, worker: config.work }, signal);
  output.result(
    { checks },
    () => checks.flatMap((check) => [
      `${SIGNS[check.state]} ${check.name.padEnd(10)} ${check.detail}`,
      ...check.state === "ok" ? [] : [`${" ".repeat(13)}${check.fix}`]
    ]).join("\n")
  );
  const [first] = failed(checks, "error");
  return first === void 0 ? 0 : ERRORS[first.code].exit;
}
export {
  doctor
};
