import { createRequire as bundleRequire } from 'node:module'
import { dirname as bundleDirname } from 'node:path'
import { fileURLToPath as bundleFilename } from 'node:url'
const require = bundleRequire(import.meta.url)
const __filename = bundleFilename(import.meta.url)
const __dirname = bundleDirname(__filename)
import {
  summary
} from "./chunk-TNP5VGAT.js";
import {
  cleanLine
} from "./chunk-CRGYTOW4.js";

// src/action/job-summary.ts
var LONGEST_CELL = 120;
var MOST_ROWS = 200;
async function writeJobSummary(environment, title, tasks, peers) {
  if (environment["GITHUB_STEP_SUMMARY"] === void 0) return;
  summary.addHeading(cell(title), 3);
  if (tasks.length > 0) {
    const rows = tasks.slice(0, MOST_ROWS).map(({ taskId, what, status, exitCode, where, durationMs }) => [
      cell(taskId),
      cell(what),
      cell(status),
      exitCode === void 0 ? "" : String(exitCode),
      cell(where),
      durationMs === void 0 ? "" : `${(durationMs / 1e3).toFixed(2)} s`
    ]);
    summary.addTable([header("Task", "What", "Status", "Exit", "Where", "Took"), ...rows]);
    if (tasks.length > MOST_ROWS) summary.addRaw(`and ${String(tasks.length - MOST_ROWS)} more`, true);
  }
  if (peers.length > 0) {
    const rows = peers.map((peer) => [
      cell(peer.runner_name),
      cell(peer.peer_id),
      peer.self === true ? "this one" : peer.alive ? peer.relayed === true ? "relayed" : "direct" : "unreachable",
      cell(peer.source ?? "")
    ]);
    summary.addTable([header("Peer", "Id", "Reached", "Found by"), ...rows.slice(0, MOST_ROWS)]);
  }
  await summary.write();
}
function header(...names) {
  return names.map((data) => ({ data, header: true }));
}
function cell(text) {
  return cleanLine(text, LONGEST_CELL).replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}

export {
  writeJobSummary
};
