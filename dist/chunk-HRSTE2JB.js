import { createRequire as bundleRequire } from 'node:module'
import { dirname as bundleDirname } from 'node:path'
import { fileURLToPath as bundleFilename } from 'node:url'
const require = bundleRequire(import.meta.url)
const __filename = bundleFilename(import.meta.url)
const __dirname = bundleDirname(__filename)
import {
  hostPolicy
} from "./chunk-YS2TVPM3.js";
import {
  require_dist
} from "./chunk-2DBY73CU.js";
import {
  RunnerMeshError,
  errorText
} from "./chunk-GMWOGI5R.js";
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
var POLICY_WORDS = { unknown: "a rule", page: "docs/policy.md" };
function parseYaml(text, name, schema, words = POLICY_WORDS) {
  const lines = new import_yaml.LineCounter();
  const document = (0, import_yaml.parseDocument)(text, { lineCounter: lines, uniqueKeys: true, logLevel: "error" });
  const at = (offset) => {
    const { line, col } = lines.linePos(offset);
    return `${String(line)}:${String(col)}`;
  };
  const [broken] = document.errors;
  if (broken !== void 0) {
    const [why = "is not YAML"] = broken.message.split("\n");
    throw faulty(name, [`${at(broken.pos[0])} ${why.replace(/ at line .*$/, "")}`], words);
  }
  const parsed = schema.safeParse(toValue(document, name, words) ?? {});
  if (parsed.success) return parsed.data;
  throw faulty(
    name,
    parsed.error.issues.flatMap((issue) => faultsOf(document, issue, at, words)),
    words
  );
}
function toValue(document, name, words) {
  try {
    return document.toJS();
  } catch (error) {
    throw faulty(name, [errorText(error)], words);
  }
}
function faultsOf(document, issue, at, { unknown }) {
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map(
      (key) => `${at(offsetOf(document, [...issue.path, key]))} ${dotted([...issue.path, key])} is not ${unknown}`
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
function faulty(name, faults, { page } = POLICY_WORDS) {
  const more = faults.length > MOST_FAULTS ? `; and ${String(faults.length - MOST_FAULTS)} more` : "";
  return new RunnerMeshError(
    "config_invalid",
    `${faults.slice(0, MOST_FAULTS).map((fault) => `${name}:${fault}`).join("; ")}${more}. See ${page}.`
  );
}

export {
  readPolicyFile,
  parsePolicy,
  parseYaml
};
