import { createRequire as bundleRequire } from 'node:module'
import { dirname as bundleDirname } from 'node:path'
import { fileURLToPath as bundleFilename } from 'node:url'
const require = bundleRequire(import.meta.url)
const __filename = bundleFilename(import.meta.url)
const __dirname = bundleDirname(__filename)
import {
  getInput,
  setSecret
} from "./chunk-TNP5VGAT.js";
import {
  environmentName
} from "./chunk-NZWFWLK5.js";

// src/action/setting-inputs.ts
import { createHash } from "node:crypto";
import { join } from "node:path";
var SETTING_STEMS = [
  "key",
  "registry",
  "registry-issue-title",
  "registry-announce",
  "github-token",
  "bootstrap",
  "listen",
  "http",
  "run-for-seconds",
  "runner-name",
  "labels",
  "slots",
  "docker-host",
  "state-dir",
  "log-level"
];
var SECRET_INPUTS = ["key", "github-token"];
function maskSecrets() {
  for (const name of SECRET_INPUTS) {
    const value = getInput(name);
    if (value !== "") setSecret(value);
  }
}
function readSettings(environment) {
  const given = SETTING_STEMS.flatMap((stem) => {
    const value = getInput(stem);
    return value === "" ? [] : [[environmentName(stem), value]];
  });
  const stateDir = defaultStateDir(environment);
  return {
    ...stateDir === void 0 ? {} : { [environmentName("state-dir")]: stateDir },
    ...environment,
    ...Object.fromEntries(given)
  };
}
function defaultStateDir(environment) {
  const { RUNNER_TOOL_CACHE: toolCache, RUNNER_TEMP: temp, RUNNER_NAME: name = "" } = environment;
  const base = toolCache ?? temp;
  if (base === void 0 || base === "") return void 0;
  const own = /^[A-Za-z0-9_-]{1,64}$/.test(name) ? name : createHash("sha256").update(name).digest("hex").slice(0, 16);
  return join(base, "runner-mesh", own);
}

export {
  SETTING_STEMS,
  maskSecrets,
  readSettings
};
