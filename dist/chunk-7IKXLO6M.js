import { createRequire as bundleRequire } from 'node:module'
import { dirname as bundleDirname } from 'node:path'
import { fileURLToPath as bundleFilename } from 'node:url'
const require = bundleRequire(import.meta.url)
const __filename = bundleFilename(import.meta.url)
const __dirname = bundleDirname(__filename)
import {
  CATALOG,
  isOperationName
} from "./chunk-VKJLFJSI.js";
import {
  isAllowed
} from "./chunk-WGTKGJ5D.js";
import {
  RunnerMeshError
} from "./chunk-GMWOGI5R.js";

// src/core/operations/invoke.ts
function createOperations(handlers) {
  const run = async (name, raw, call) => {
    const operation = CATALOG[name];
    if (!isAllowed(operation, call.caller.access)) {
      throw new RunnerMeshError(
        "forbidden",
        `${name} needs the right ${operation.access}, which ${call.caller.principal} does not have.`
      );
    }
    const input = parseInput(operation.input, raw, { dropUnknown: call.caller.door === "peers" });
    call.signal.throwIfAborted();
    return handlers[name](input, call);
  };
  return {
    call: run,
    invoke: (name, input, call) => {
      if (!isOperationName(name)) {
        return Promise.reject(
          new RunnerMeshError("unknown_operation", `There is no operation ${JSON.stringify(name.slice(0, 80))}.`)
        );
      }
      return run(name, input, call);
    }
  };
}
function parseInput(schema, raw, { dropUnknown = false } = {}) {
  let value = raw ?? {};
  for (let round = 0; round < 8; round += 1) {
    const parsed = schema.safeParse(value);
    if (parsed.success) return parsed.data;
    const unknown = parsed.error.issues.filter((issue) => issue.code === "unrecognized_keys");
    if (unknown.length === 0 || unknown.length < parsed.error.issues.length || !dropUnknown)
      throw inputError(parsed.error);
    value = unknown.reduce((rest, issue) => without(rest, issue.path, new Set(issue.keys)), value);
  }
  throw new RunnerMeshError("bad_request", "The input is nested too deeply.");
}
function inputError(error) {
  const unknown = error.issues.flatMap(
    (issue) => issue.code === "unrecognized_keys" ? issue.keys.map((key) => dotted([...issue.path, key])) : []
  );
  if (unknown.length > 0) {
    return new RunnerMeshError(
      "unknown_field",
      `Unknown field${unknown.length > 1 ? "s" : ""} ${unknown.slice(0, 8).join(", ")}. Remove or correct ${unknown.length > 1 ? "them" : "it"}.`
    );
  }
  const faults = error.issues.slice(0, 8).map((issue) => `${issue.path.length > 0 ? dotted(issue.path) : "input"}: ${issue.message}`);
  return new RunnerMeshError("bad_request", `${faults.join("; ")}.`);
}
function dotted(path) {
  return path.map((part) => String(part).slice(0, 80)).join(".");
}
function without(value, path, keys) {
  if (typeof value !== "object" || value === null) return value;
  const [head, ...rest] = path;
  if (Array.isArray(value))
    return value.map((item, index) => index === head ? without(item, rest, keys) : item);
  if (head === void 0) return Object.fromEntries(Object.entries(value).filter(([key]) => !keys.has(key)));
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, key === head ? without(item, rest, keys) : item])
  );
}

export {
  createOperations,
  parseInput
};
