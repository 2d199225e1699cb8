import { createRequire as bundleRequire } from 'node:module'
import { dirname as bundleDirname } from 'node:path'
import { fileURLToPath as bundleFilename } from 'node:url'
const require = bundleRequire(import.meta.url)
const __filename = bundleFilename(import.meta.url)
const __dirname = bundleDirname(__filename)
import {
  setOutput
} from "./chunk-TNP5VGAT.js";

// src/action/outputs.ts
var OUTPUTS = {
  peerId: "peer-id",
  stateDir: "state-dir",
  mcpUrl: "mcp-url",
  mcpTokenFile: "mcp-token-file",
  peers: "peers",
  tasksRun: "tasks-run",
  taskId: "task-id",
  status: "status",
  reason: "reason",
  exitCode: "exit-code",
  worker: "worker",
  log: "log",
  result: "result"
};
function writeOutputs(outputs) {
  for (const [key, value] of Object.entries(outputs)) setOutput(OUTPUTS[key], String(value));
}

export {
  writeOutputs
};
