import { createRequire as bundleRequire } from 'node:module'
import { dirname as bundleDirname } from 'node:path'
import { fileURLToPath as bundleFilename } from 'node:url'
const require = bundleRequire(import.meta.url)
const __filename = bundleFilename(import.meta.url)
const __dirname = bundleDirname(__filename)
import {
  readPayload
} from "./chunk-H4DNOWWR.js";
import {
  planTasks,
  readFacts,
  readRulesFile,
  whyUntrusted
} from "./chunk-K5KORL3K.js";
import {
  EVENT_NAMES,
  isEventKind,
  rulesSchema
} from "./chunk-SBO637XZ.js";
import "./chunk-HY525CP3.js";
import "./chunk-XF7ZOZDV.js";
import "./chunk-HRSTE2JB.js";
import "./chunk-YS2TVPM3.js";
import "./chunk-2DBY73CU.js";
import "./chunk-B3FTZ4SR.js";
import "./chunk-7IKXLO6M.js";
import "./chunk-VKJLFJSI.js";
import "./chunk-C6YG63S3.js";
import "./chunk-QYPJREVZ.js";
import "./chunk-SNT4N2C2.js";
import "./chunk-H2NID2FT.js";
import "./chunk-WGTKGJ5D.js";
import "./chunk-5TLONCOL.js";
import "./chunk-LG2VQSGP.js";
import "./chunk-R56T724L.js";
import "./chunk-KNG6V2U7.js";
import "./chunk-JVD6W2LK.js";
import {
  external_exports
} from "./chunk-NO6C4VEO.js";
import {
  RunnerMeshError
} from "./chunk-GMWOGI5R.js";
import "./chunk-GGYFKO7C.js";

// src/webhook/rules/check-event.ts
function checkEvent(rules, { event, payload, permission, paths }) {
  const read = readFacts(event, payload);
  if (read === void 0) {
    throw new RunnerMeshError("bad_request", `The payload is none of ${event}: it names no repository.full_name.`);
  }
  const facts = paths === void 0 ? read : { ...read, paths };
  return planTasks({
    ...{ rules, facts, delivery: "check", receivedAt: 0 },
    whyUntrusted: (rule) => whyUntrusted(rule, facts, permission)
  });
}
function eventOf(payload) {
  if (typeof payload !== "object" || payload === null || !("repository" in payload)) return void 0;
  const has = (...fields) => fields.every((field) => field in payload);
  if (has("workflow_job")) return "workflow_job";
  if (has("workflow_run", "action") && !has("deployment") && !has("environment") && !has("since")) return "workflow_run";
  if (has("client_payload")) return "repository_dispatch";
  if (has("inputs", "workflow", "ref")) return "workflow_dispatch";
  if (has("comment", "issue")) return "issue_comment";
  if (has("pull_request", "action", "number")) return "pull_request";
  if (has("release", "action")) return "release";
  if (has("issue", "action") && !has("sub_issue") && !has("blocked_issue") && !has("parent_issue")) return "issues";
  if (has("ref", "deleted")) return "push";
  return has("schedule") ? "schedule" : void 0;
}

// src/webhook/rules/json-schema.ts
function rulesJsonSchema(id) {
  const schema = external_exports.toJSONSchema(rulesSchema, {
    io: "input",
    unrepresentable: "any",
    override: ({ jsonSchema }) => {
      if (jsonSchema.format === "starts_with") delete jsonSchema.format;
    }
  });
  const { additionalProperties: rule } = schema.properties?.["rules"];
  const { on } = rule.properties ?? {};
  widen(on);
  return {
    $id: id,
    title: "runner-mesh rules",
    description: "Which events of a repository make which tasks",
    ...schema
  };
}
function widen(on) {
  const { properties = {}, ...rest } = on;
  const kinds = Object.entries(properties);
  const isPlain = ({ type, required = [] }) => type === "object" && required.length === 0;
  const names = { type: "string", enum: kinds.filter(([, each]) => isPlain(each)).map(([kind]) => kind) };
  const optional = kinds.map(([kind, each]) => [kind, isPlain(each) ? { anyOf: [each, { type: "null" }] } : each]);
  for (const key of Object.keys(on)) Reflect.deleteProperty(on, key);
  on.anyOf = [
    names,
    { type: "array", items: names, minItems: 1 },
    { ...rest, minProperties: 1, properties: Object.fromEntries(optional) }
  ];
}

// src/app/webhook/rules-desk.ts
var RULES_SCHEMA_URL = "https://raw.githubusercontent.com/runner-mesh/runner-mesh/main/docs/runner-mesh.schema.json";
function rulesSchemaDocument() {
  return rulesJsonSchema(RULES_SCHEMA_URL);
}
async function checkRules(path, question) {
  const { payloadFile, permission, paths } = question;
  const rules = await readRulesFile(path);
  const named = Object.entries(rules.rules).map(([rule, { on }]) => ({ rule, events: Object.keys(on) }));
  if (payloadFile === void 0) return { rules: named };
  const payload = await readPayload(payloadFile);
  const event = question.event ?? eventOf(payload);
  if (event === void 0 || !isEventKind(event)) {
    throw new RunnerMeshError(
      "bad_request",
      `${event === void 0 ? `Which event ${payloadFile} is of cannot be told` : `${event} is no event of rules`}. Name it with --name: ${EVENT_NAMES.join(", ")}.`
    );
  }
  const { tasks, skipped } = checkEvent(rules, { event, payload, permission, paths });
  const views = tasks.map(({ key, submit, needs, supersedes, report }) => ({
    ...{ key, submit, needs, report },
    ...supersedes === void 0 ? {} : { supersedes }
  }));
  return { rules: named, checked: { event, tasks: views, skipped } };
}
export {
  RULES_SCHEMA_URL,
  checkRules,
  rulesSchemaDocument
};
