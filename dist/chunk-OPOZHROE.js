import { createRequire as bundleRequire } from 'node:module'
import { dirname as bundleDirname } from 'node:path'
import { fileURLToPath as bundleFilename } from 'node:url'
const require = bundleRequire(import.meta.url)
const __filename = bundleFilename(import.meta.url)
const __dirname = bundleDirname(__filename)
import {
  toErrorView
} from "./chunk-GMWOGI5R.js";

// src/cli/output.ts
import { styleText } from "node:util";
function createOutput(json, stdout, stderr) {
  return {
    json,
    result: (value, human) => {
      stdout.write(`${json ? JSON.stringify(value) : human()}
`);
    },
    line: (text) => {
      if (!json) stdout.write(`${text}
`);
    },
    error: (error) => {
      if (json) stdout.write(`${JSON.stringify({ ok: false, error: toErrorView(error) })}
`);
      stderr.write(`${styleText("red", "error", { stream: stderr })} ${error.code}: ${error.message}
`);
    }
  };
}
function table(rows) {
  const widths = rows.reduce(
    (most, row) => row.map((cell, column) => Math.max(most[column] ?? 0, cell.length)),
    []
  );
  return rows.map(
    (row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ").trimEnd()
  ).join("\n");
}

export {
  createOutput,
  table
};
