import { createRequire as bundleRequire } from 'node:module'
import { dirname as bundleDirname } from 'node:path'
import { fileURLToPath as bundleFilename } from 'node:url'
const require = bundleRequire(import.meta.url)
const __filename = bundleFilename(import.meta.url)
const __dirname = bundleDirname(__filename)
import {
  endGroup,
  error,
  info,
  startGroup,
  warning
} from "./chunk-TNP5VGAT.js";
import {
  cleanLine,
  cleanText
} from "./chunk-CRGYTOW4.js";

// src/action/step-log.ts
var LONGEST_NOTE = 400;
function createStepLog(random) {
  return {
    say: (line) => {
      info(line);
    },
    note: (line) => {
      info(`\xB7 ${cleanLine(line, LONGEST_NOTE).replaceAll("##[", "# #[")}`);
    },
    quote: (text) => {
      if (text === "") return;
      const token = Buffer.from(random.bytes(16)).toString("hex");
      info(`::stop-commands::${token}
${cleanText(text).replace(/\n+$/, "")}
::${token}::`);
    },
    warn: (line) => {
      warning(line);
    },
    fail: (line) => {
      error(line);
    },
    group: async (name, work) => {
      startGroup(name);
      try {
        return await work();
      } finally {
        endGroup();
      }
    }
  };
}
function withoutCommands(log) {
  const write = (level) => (event, fields = {}) => {
    log[level](event, JSON.parse(JSON.stringify(fields).replaceAll("##[", "# #[")));
  };
  return {
    child: (fields) => withoutCommands(log.child(fields)),
    debug: write("debug"),
    info: write("info"),
    warn: write("warn"),
    error: write("error")
  };
}

export {
  createStepLog,
  withoutCommands
};
