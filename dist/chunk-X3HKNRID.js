import { createRequire as bundleRequire } from 'node:module'
import { dirname as bundleDirname } from 'node:path'
import { fileURLToPath as bundleFilename } from 'node:url'
const require = bundleRequire(import.meta.url)
const __filename = bundleFilename(import.meta.url)
const __dirname = bundleDirname(__filename)
import {
  systemClock
} from "./chunk-UWBK63O4.js";

// src/app/peer-process.ts
import { spawn } from "node:child_process";
import { open, readFile } from "node:fs/promises";
import { kill } from "node:process";
var LOOK_MS = 50;
var START_TIME_FIELD = 19;
async function spawnPeer([program, ...args], files, environment) {
  const [output, log] = [await open(files.output, "w", 384), await open(files.log, "w", 384)];
  try {
    const child = spawn(program, args, {
      detached: true,
      stdio: ["ignore", output.fd, log.fd],
      env: { ...environment }
    });
    child.unref();
    return child;
  } finally {
    await Promise.all([output.close(), log.close()]);
  }
}
async function nameProcess(pid) {
  return `${String(pid)} ${await startTimeOf(pid)}`;
}
async function stopProcess(name, withinMs) {
  const [pidText = "", startTime = ""] = name.split(" ");
  const pid = Number(pidText);
  const isThere = async () => isAlive(pid) && await startTimeOf(pid) === startTime;
  if (!Number.isSafeInteger(pid) || pid <= 1 || !await isThere()) return "gone already";
  send(pid, "SIGTERM");
  const startedAt = systemClock.mono();
  while (systemClock.mono() - startedAt < withinMs) {
    if (!await isThere()) return "stopped";
    await systemClock.sleep(LOOK_MS);
  }
  send(pid, "SIGKILL");
  while (await isThere()) await systemClock.sleep(LOOK_MS);
  return "killed";
}
function isAlive(pid) {
  try {
    return kill(pid, 0);
  } catch {
    return false;
  }
}
function send(pid, signal) {
  try {
    kill(pid, signal);
  } catch {
  }
}
async function startTimeOf(pid) {
  try {
    const stat = await readFile(`/proc/${String(pid)}/stat`, "utf8");
    const [state = "Z", ...fields] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return state === "Z" ? "" : fields[START_TIME_FIELD - 1] ?? "";
  } catch {
    return "";
  }
}

export {
  spawnPeer,
  nameProcess,
  stopProcess
};
