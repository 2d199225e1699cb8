import { createRequire as bundleRequire } from 'node:module'
import { dirname as bundleDirname } from 'node:path'
import { fileURLToPath as bundleFilename } from 'node:url'
const require = bundleRequire(import.meta.url)
const __filename = bundleFilename(import.meta.url)
const __dirname = bundleDirname(__filename)
import {
  examine,
  failed
} from "./chunk-RRVXVOI4.js";
import "./chunk-EFA2G7GK.js";
import "./chunk-VLWIC33F.js";
import "./chunk-5I7QKY6S.js";
import "./chunk-X5JRLP6X.js";
import "./chunk-LVE5RFV7.js";
import "./chunk-VOOCSGJM.js";
import "./chunk-EUJLACSD.js";
import "./chunk-L34K4N6Q.js";
import "./chunk-TFZ7TR2H.js";
import "./chunk-5O3QGL45.js";
import "./chunk-IWKSYGWD.js";
import "./chunk-NIP4ICBI.js";
import "./chunk-NUJEPUXA.js";
import "./chunk-IEU5FUZD.js";
import "./chunk-H2NID2FT.js";
import "./chunk-ZRSSYNKW.js";
import "./chunk-WGTKGJ5D.js";
import "./chunk-SK2D2MA2.js";
import {
  loadConfig
} from "./chunk-EOPAA2RD.js";
import "./chunk-NZG6K3FX.js";
import "./chunk-WK3GGA2Y.js";
import "./chunk-476JLK4N.js";
import "./chunk-F42J6H3L.js";
import "./chunk-XRZTWFKW.js";
import "./chunk-KNG6V2U7.js";
import "./chunk-R56T724L.js";
import "./chunk-CRGYTOW4.js";
import "./chunk-KJG4YYUX.js";
import "./chunk-NO6C4VEO.js";
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
