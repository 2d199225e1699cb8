import { createRequire as bundleRequire } from 'node:module'
import { dirname as bundleDirname } from 'node:path'
import { fileURLToPath as bundleFilename } from 'node:url'
const require = bundleRequire(import.meta.url)
const __filename = bundleFilename(import.meta.url)
const __dirname = bundleDirname(__filename)

// src/mcp/tools/tool-sets.ts
var TOOL_NAMES = [
  "p2p_taskqueue_status",
  "p2p_taskqueue_submit_docker_hub",
  "p2p_taskqueue_submit_docker_github",
  "p2p_taskqueue_submit",
  "p2p_taskqueue_wait_task",
  "p2p_taskqueue_get_task",
  "p2p_taskqueue_list_tasks",
  "p2p_taskqueue_complete_task",
  "list_peers",
  "p2p_check_workflow_tags",
  "p2p_taskqueue_claim_next",
  "p2p_taskqueue_heartbeat",
  "p2p_taskqueue_cache_get",
  "p2p_taskqueue_cache_set",
  "p2p_taskqueue_call_tool",
  "p2p_scheduler_status",
  "p2p_submit_task",
  "p2p_get_next_task",
  "p2p_mark_task_complete",
  "p2p_update_peer_state",
  "p2p_get_merkle_clock"
];
var TOOL_SETS = ["agent", "worker", "scheduler", "all"];
var MEMBERS = {
  agent: /* @__PURE__ */ new Set([
    "p2p_taskqueue_status",
    "p2p_taskqueue_submit_docker_hub",
    "p2p_taskqueue_submit_docker_github",
    "p2p_taskqueue_submit",
    "p2p_taskqueue_wait_task",
    "p2p_taskqueue_get_task",
    "p2p_taskqueue_list_tasks",
    "p2p_taskqueue_complete_task",
    "list_peers",
    "p2p_check_workflow_tags"
  ]),
  worker: /* @__PURE__ */ new Set([
    "p2p_taskqueue_status",
    "p2p_taskqueue_get_task",
    "p2p_taskqueue_list_tasks",
    "p2p_taskqueue_complete_task",
    "list_peers",
    "p2p_taskqueue_claim_next",
    "p2p_taskqueue_heartbeat",
    "p2p_taskqueue_cache_get",
    "p2p_taskqueue_cache_set"
  ]),
  scheduler: /* @__PURE__ */ new Set([
    "p2p_check_workflow_tags",
    "p2p_scheduler_status",
    "p2p_submit_task",
    "p2p_get_next_task",
    "p2p_mark_task_complete",
    "p2p_update_peer_state",
    "p2p_get_merkle_clock"
  ]),
  all: new Set(TOOL_NAMES)
};
var UNBOUND = { sets: ["all"], readOnly: false };
function isInView({ set, within = [] }, name) {
  return MEMBERS[set].has(name) && within.every((sets) => sets.some((one) => MEMBERS[one].has(name)));
}
var PATH = /^\/mcp(?:\/x\/(?<set>[a-z]{1,16}))?(?<readOnly>\/readonly)?\/?$/;
function findView(path, bound = UNBOUND) {
  const match = PATH.exec(path);
  if (match === null) return void 0;
  const unbound = bound.sets.includes("all");
  const named = match.groups?.["set"];
  const asked = named ?? (unbound || bound.sets.includes("agent") ? "agent" : "all");
  const set = TOOL_SETS.find((name) => name === asked);
  if (set === void 0 || !(unbound || set === "all" || bound.sets.includes(set))) return void 0;
  return {
    set,
    readOnly: bound.readOnly || match.groups?.["readOnly"] !== void 0,
    ...unbound ? {} : { within: [bound.sets] }
  };
}
function narrowView(view, headers) {
  const names = (headers.get("x-mcp-toolsets") ?? "").split(",").map((name) => name.trim());
  const asked = names.filter((name) => name !== "");
  const sets = TOOL_SETS.filter((name) => asked.includes(name));
  if (sets.length < new Set(asked).size) return `X-MCP-Toolsets takes ${TOOL_SETS.join(", ")}, comma separated.`;
  const readOnly = /^(?:true|1|on|yes)$/i.test(headers.get("x-mcp-readonly") ?? "");
  return {
    ...view,
    readOnly: view.readOnly || readOnly,
    ...sets.length === 0 ? {} : { within: [...view.within ?? [], sets] }
  };
}
function viewKey({ set, readOnly, within = [] }) {
  return [set, ...readOnly ? ["readonly"] : [], ...within.map((sets) => sets.toSorted().join("+"))].join("/");
}

export {
  TOOL_NAMES,
  TOOL_SETS,
  UNBOUND,
  isInView,
  findView,
  narrowView,
  viewKey
};
