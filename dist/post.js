import { createRequire as bundleRequire } from 'node:module'
import { dirname as bundleDirname } from 'node:path'
import { fileURLToPath as bundleFilename } from 'node:url'
const require = bundleRequire(import.meta.url)
const __filename = bundleFilename(import.meta.url)
const __dirname = bundleDirname(__filename)
import {
  stopProcess
} from "./chunk-X3HKNRID.js";
import {
  STATE
} from "./chunk-CXKVWH6M.js";
import {
  maskSecrets,
  readSettings
} from "./chunk-3ZWEMTI4.js";
import {
  createStepLog
} from "./chunk-3ELWOCEV.js";
import {
  getState,
  info,
  setFailed
} from "./chunk-TNP5VGAT.js";
import "./chunk-NZWFWLK5.js";
import {
  systemRandom
} from "./chunk-UWBK63O4.js";
import "./chunk-CRGYTOW4.js";
import {
  errorText
} from "./chunk-GMWOGI5R.js";
import "./chunk-GGYFKO7C.js";

// src/action/post.ts
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
var STOP_MS = 2e4;
var LOG_LINES = 200;
try {
  maskSecrets();
  const stateDir = getState(STATE.stateDir);
  if (stateDir !== "" && getState(STATE.stopped) !== "true") {
    const name = getState(STATE.process);
    const ended = name === "" ? "gone already" : await stopProcess(name, STOP_MS);
    await showLog(getState(STATE.logFile));
    if (ended === "stopped") info("the peer has left the mesh");
    else await leaveFor(stateDir);
  }
} catch (thrown) {
  setFailed(`The peer of this job may not be gone: ${errorText(thrown)}`);
}
async function showLog(path) {
  if (path === "") return;
  const log = createStepLog(systemRandom);
  const lines = (await readFile(path, "utf8").catch(() => "")).trimEnd().split("\n");
  await log.group("runner-mesh: log of the peer", () => {
    log.quote(lines.slice(-LOG_LINES).join("\n"));
    return Promise.resolve();
  });
}
async function leaveFor(stateDir) {
  const cli = fileURLToPath(new URL("./cli.js", import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [cli, "leave", "--state-dir", stateDir], {
    env: { ...readSettings(process.env) }
  });
  info(stdout.trim());
}
