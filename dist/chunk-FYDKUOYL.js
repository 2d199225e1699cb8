import { createRequire as bundleRequire } from 'node:module'
import { dirname as bundleDirname } from 'node:path'
import { fileURLToPath as bundleFilename } from 'node:url'
const require = bundleRequire(import.meta.url)
const __filename = bundleFilename(import.meta.url)
const __dirname = bundleDirname(__filename)

// src/action/reported-error.ts
var ReportedError = class extends Error {
  name = "ReportedError";
  exitCode;
  constructor(exitCode, message) {
    super(message);
    this.exitCode = exitCode;
  }
};

export {
  ReportedError
};
