import { createRequire as bundleRequire } from 'node:module'
import { dirname as bundleDirname } from 'node:path'
import { fileURLToPath as bundleFilename } from 'node:url'
const require = bundleRequire(import.meta.url)
const __filename = bundleFilename(import.meta.url)
const __dirname = bundleDirname(__filename)
import {
  hostPolicy
} from "./chunk-WKYO5WNA.js";
import {
  RunnerMeshError,
  errorText
} from "./chunk-GMWOGI5R.js";
import {
  require_dist
} from "./chunk-2DBY73CU.js";
import {
  __toESM
} from "./chunk-GGYFKO7C.js";

// src/app/policy/policy-file.ts
var import_yaml = __toESM(require_dist(), 1);
import { open } from "node:fs/promises";
var LONGEST_FILE = 262144;
var MOST_FAULTS = 8;
var WRITABLE_BY_OTHERS = 18;
async function readPolicyFile(path) {
  return parsePolicy(await readGuarded(path), path);
}
function parsePolicy(text, name) {
  return parseYaml(text, name, hostPolicy);
}
function parseYaml(text, name, schema) {
  const lines = new import_yaml.LineCounter();
  const document = (0, import_yaml.parseDocument)(text, { lineCounter: lines, uniqueKeys: true, logLevel: "error" });
  const at = (offset) => {
    const { line, col } = lines.linePos(offset);
    return `${String(line)}:${String(col)}`;
  };
  const [broken] = document.errors;
  if (broken !== void 0) {
    const [why = "is not YAML"] = broken.message.split("\n");
    throw faulty(name, [`${at(broken.pos[0])} ${why.replace(/ at line .*$/, "")}`]);
  }
  const parsed = schema.safeParse(toValue(document, name) ?? {});
  if (parsed.success) return parsed.data;
  throw faulty(
    name,
    parsed.error.issues.flatMap((issue) => faultsOf(document, issue, at))
  );
}
function toValue(document, name) {
  try {
    return document.toJS();
  } catch (error) {
    throw faulty(name, [errorText(error)]);
  }
}
function faultsOf(document, issue, at) {
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map(
      (key) => `${at(offsetOf(document, [...issue.path, key]))} ${dotted([...issue.path, key])} is not a rule`
    );
  }
  const field = issue.path.length === 0 ? "the file" : dotted(issue.path);
  return [`${at(offsetOf(document, issue.path))} ${field}: ${issue.message}`];
}
function offsetOf(document, path) {
  const last = path.at(-1);
  const parent = document.getIn(path.slice(0, -1), true);
  if ((0, import_yaml.isMap)(parent) && last !== void 0) {
    const pair = parent.items.find(({ key }) => (0, import_yaml.isScalar)(key) && String(key.value) === String(last));
    if ((0, import_yaml.isScalar)(pair?.key) && pair.key.range != null) return pair.key.range[0];
  }
  const node = document.getIn(path, true);
  if ((0, import_yaml.isNode)(node) && node.range != null) return node.range[0];
  return path.length === 0 ? 0 : offsetOf(document, path.slice(0, -1));
}
function dotted(path) {
  return path.reduce(
    (text, part) => typeof part === "number" ? `${text}[${String(part)}]` : `${text}${text === "" ? "" : "."}${String(part).slice(0, 80)}`,
    ""
  );
}
async function readGuarded(path) {
  let file;
  try {
    file = await open(path, "r");
  } catch (cause) {
    throw new RunnerMeshError(
      "config_invalid",
      `Cannot read the policy file ${path}: ${errorText(cause)}. Write one with: runner-mesh policy init`,
      { cause }
    );
  }
  try {
    const { mode, size } = await file.stat();
    if ((mode & WRITABLE_BY_OTHERS) !== 0) {
      throw new RunnerMeshError(
        "config_invalid",
        `The policy file ${path} can be written by others. Run: chmod go-w ${path}`
      );
    }
    if (size > LONGEST_FILE) throw faulty(path, [`is larger than ${String(LONGEST_FILE)} bytes`]);
    return await file.readFile("utf8");
  } finally {
    await file.close();
  }
}
function faulty(name, faults) {
  const more = faults.length > MOST_FAULTS ? `; and ${String(faults.length - MOST_FAULTS)} more` : "";
  return new RunnerMeshError(
    "config_invalid",
    `${faults.slice(0, MOST_FAULTS).map((fault) => `${name}:${fault}`).join("; ")}${more}. See docs/policy.md.`
  );
}

export {
  readPolicyFile,
  parsePolicy,
  parseYaml
};
