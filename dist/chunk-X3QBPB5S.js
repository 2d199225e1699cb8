import { createRequire as bundleRequire } from 'node:module'
import { dirname as bundleDirname } from 'node:path'
import { fileURLToPath as bundleFilename } from 'node:url'
const require = bundleRequire(import.meta.url)
const __filename = bundleFilename(import.meta.url)
const __dirname = bundleDirname(__filename)
import {
  removeLeftContainers
} from "./chunk-AAN7KQ5H.js";
import {
  isDirectoryHeld
} from "./chunk-X474FTSB.js";
import {
  environmentName
} from "./chunk-NZWFWLK5.js";
import {
  MINUTE,
  SECOND
} from "./chunk-KNG6V2U7.js";
import {
  errorText
} from "./chunk-GMWOGI5R.js";

// src/app/guardian.ts
import { spawn } from "node:child_process";
var IDLE_MS = 5 * MINUTE;
var GOODBYE = "bye\n";
function createGuardian(deps) {
  const { command, config, stateDir, runner, leaseMs, clock, log } = deps;
  let child;
  let holders = 0;
  let stopTimer = () => void 0;
  const watch = () => {
    stopTimer();
    if (child !== void 0) return;
    const [program, ...args] = command;
    const dockerHost = config.dockerHost ?? config.surroundings.dockerHost;
    const started = spawn(
      program,
      [...args, "guard", "--state-dir", stateDir, "--runner", runner, "--lease-ms", String(leaseMs)],
      {
        stdio: ["pipe", "ignore", "ignore"],
        // A Ctrl-C of the terminal and the end of a session are for the peer, not for its guardian.
        detached: true,
        env: {
          PATH: config.surroundings.path,
          XDG_RUNTIME_DIR: config.surroundings.runtimeDir,
          ...dockerHost === void 0 ? {} : { [environmentName("docker-host")]: dockerHost }
        }
      }
    );
    started.once("error", (error) => {
      log.error("guardian.failed", { error: errorText(error) });
    });
    started.once("exit", (code) => {
      if (child !== started) return;
      child = void 0;
      log.warn("guardian.ended", { code });
      if (holders > 0) watch();
    });
    started.stdin.on("error", () => void 0);
    started.unref();
    child = started;
  };
  const dismiss = () => {
    const watching = child;
    child = void 0;
    watching?.stdin?.end(GOODBYE);
  };
  return {
    hold: () => {
      holders += 1;
      watch();
      let held = true;
      return () => {
        if (!held) return;
        held = false;
        holders -= 1;
        if (holders === 0) stopTimer = clock.after(IDLE_MS, dismiss);
      };
    },
    start: () => Promise.resolve(),
    stop: () => {
      stopTimer();
      dismiss();
      return Promise.resolve();
    }
  };
}
async function guard({ config, stateDir, runner, leaseMs, pipe, clock }) {
  let heard = "";
  for await (const text of pipe.setEncoding("utf8")) heard += String(text);
  if (heard.includes(GOODBYE)) return;
  const until = clock.mono() + leaseMs;
  while (clock.mono() < until) {
    if (isDirectoryHeld(stateDir)) return;
    await clock.sleep(Math.min(SECOND, Math.max(1, until - clock.mono())));
  }
  if (!isDirectoryHeld(stateDir)) await removeLeftContainers(config, runner);
}

export {
  createGuardian,
  guard
};
