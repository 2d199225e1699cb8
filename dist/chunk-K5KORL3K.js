import { createRequire as bundleRequire } from 'node:module'
import { dirname as bundleDirname } from 'node:path'
import { fileURLToPath as bundleFilename } from 'node:url'
const require = bundleRequire(import.meta.url)
const __filename = bundleFilename(import.meta.url)
const __dirname = bundleDirname(__filename)
import {
  fillIn,
  fillInList,
  hasExpression,
  holds,
  isEventKind,
  orderOf,
  rulesSchema
} from "./chunk-SBO637XZ.js";
import {
  routeByTags
} from "./chunk-HY525CP3.js";
import {
  containerPayload
} from "./chunk-XF7ZOZDV.js";
import {
  parseYaml
} from "./chunk-HRSTE2JB.js";
import {
  CONTAINER_TYPES,
  splitWords
} from "./chunk-LG2VQSGP.js";
import {
  external_exports
} from "./chunk-NO6C4VEO.js";
import {
  RunnerMeshError,
  errorText,
  toRunnerMeshError
} from "./chunk-GMWOGI5R.js";

// src/app/webhook/rules-file.ts
import { readFile } from "node:fs/promises";
var WORDS = { unknown: "a field of rules", page: "docs/guides/webhook.md" };
function parseRules(text2, name) {
  return parseYaml(text2, name, rulesSchema, WORDS);
}
async function readRulesFile(path) {
  const text2 = await readFile(path, "utf8").catch((cause) => {
    throw new RunnerMeshError("config_invalid", `Cannot read the rules ${path}: ${errorText(cause)}.`, { cause });
  });
  return parseRules(text2, path);
}

// src/webhook/event-facts.ts
var soft = (schema) => schema.optional().catch(void 0);
var text = soft(external_exports.string());
var repositoryName = soft(external_exports.object({ full_name: text }).nullable());
var labelled = soft(external_exports.array(external_exports.object({ name: external_exports.string() })));
var branchOf = soft(external_exports.object({ ref: text, sha: text, repo: repositoryName }));
var changes = soft(external_exports.array(external_exports.string()));
var eventPayload = external_exports.object({
  action: text,
  repository: external_exports.object({
    full_name: external_exports.string(),
    default_branch: text,
    pushed_at: soft(external_exports.union([external_exports.number(), external_exports.string()]))
  }),
  sender: soft(external_exports.object({ login: external_exports.string(), type: text })),
  ref: text,
  after: text,
  deleted: soft(external_exports.boolean()),
  commits: soft(external_exports.array(external_exports.object({ added: changes, modified: changes, removed: changes }))),
  head_commit: soft(external_exports.object({ timestamp: text }).nullable()),
  pull_request: soft(
    external_exports.object({
      number: soft(external_exports.int()),
      head: branchOf,
      base: branchOf,
      labels: labelled,
      author_association: text,
      user: soft(external_exports.object({ login: text })),
      updated_at: text
    })
  ),
  issue: soft(
    external_exports.object({
      number: external_exports.int(),
      labels: labelled,
      author_association: text,
      user: soft(external_exports.object({ login: text })),
      updated_at: text
    })
  ),
  comment: soft(
    external_exports.object({
      id: external_exports.int(),
      body: text,
      author_association: text,
      user: soft(external_exports.object({ login: text })),
      created_at: text,
      updated_at: text
    })
  ),
  release: soft(external_exports.object({ tag_name: text, target_commitish: text, published_at: soft(external_exports.string().nullable()) })),
  workflow_run: soft(
    external_exports.object({
      name: text,
      conclusion: soft(external_exports.string().nullable()),
      head_branch: soft(external_exports.string().nullable()),
      head_sha: text,
      head_repository: repositoryName,
      updated_at: text
    })
  ),
  workflow_job: soft(
    external_exports.object({
      labels: changes,
      head_branch: soft(external_exports.string().nullable()),
      head_sha: text,
      workflow_name: soft(external_exports.string().nullable()),
      created_at: text
    })
  ),
  workflow: soft(external_exports.string().nullable()),
  branch: text,
  schedule: soft(external_exports.object({ cron: external_exports.string(), timezone: external_exports.string() }))
});
var MOST_COMMITS = 2048;
var SHA = /^[0-9a-f]{40}$/;
function readFacts(event, json) {
  if (!isEventKind(event)) return void 0;
  const parsed = eventPayload.safeParse(json);
  if (!parsed.success) return void 0;
  const kind = event;
  const payload = parsed.data;
  const place = placeOf(kind, payload);
  const { action = "", repository, sender } = payload;
  return {
    ...{ kind, repository: repository.full_name, payload: json },
    action: action === "" && kind === "issue_comment" ? "created" : action,
    defaultBranch: repository.default_branch ?? "main",
    sender: { login: sender?.login ?? "", isBot: sender?.type === "Bot" },
    association: associationOf(kind, payload),
    needsWriteAccess: ["push", "release", "repository_dispatch", "workflow_dispatch", "schedule"].includes(kind),
    ...place,
    sha: place.sha !== void 0 && SHA.test(place.sha) && !/^0+$/.test(place.sha) ? place.sha : void 0,
    barred: whyBarred(kind, payload),
    labels: (payload.pull_request?.labels ?? payload.issue?.labels)?.map(({ name }) => name) ?? payload.workflow_job?.labels ?? [],
    paths: pathsOf(payload),
    workflow: payload.workflow_run?.name ?? payload.workflow_job?.workflow_name ?? payload.workflow ?? void 0,
    conclusion: payload.workflow_run?.conclusion ?? void 0,
    schedule: payload.schedule,
    issue: payload.issue?.number ?? payload.pull_request?.number,
    comment: payload.comment === void 0 ? void 0 : { id: payload.comment.id, text: payload.comment.body ?? "" },
    at: instantOf(kind, payload)
  };
}
function placeOf(kind, payload) {
  const branch = (name, sha) => name == null ? { branch: void 0, tag: void 0, sha, ref: void 0 } : { branch: name, tag: void 0, sha, ref: `refs/heads/${name}` };
  const tag = (name, sha) => ({
    branch: void 0,
    tag: name,
    sha,
    ref: `refs/tags/${name}`
  });
  const { ref = "", after } = payload;
  if (ref.startsWith("refs/tags/")) return tag(ref.slice(10), after);
  if (ref.startsWith("refs/heads/")) return branch(ref.slice(11), after);
  switch (kind) {
    case "pull_request": {
      const { base, head } = payload.pull_request ?? {};
      return { ...branch(base?.ref, head?.sha), ref: `refs/pull/${String(payload.pull_request?.number ?? 0)}/head` };
    }
    case "release":
      return payload.release?.tag_name === void 0 ? branch(void 0, void 0) : tag(payload.release.tag_name, void 0);
    case "workflow_run":
      return branch(payload.workflow_run?.head_branch, payload.workflow_run?.head_sha);
    case "workflow_job":
      return branch(payload.workflow_job?.head_branch, payload.workflow_job?.head_sha);
    case "repository_dispatch":
      return branch(payload.branch, void 0);
    default:
      return branch(payload.repository.default_branch, void 0);
  }
}
function associationOf(kind, { comment, issue, pull_request: pull, sender }) {
  const source = kind === "issue_comment" ? comment : kind === "issues" ? issue : kind === "pull_request" ? pull : void 0;
  return source !== void 0 && source.user?.login === sender?.login ? source.author_association : void 0;
}
function whyBarred(kind, payload) {
  const here = payload.repository.full_name;
  if (kind === "push" && payload.deleted === true) return "the branch was deleted";
  if (kind === "pull_request" && payload.pull_request?.head?.repo?.full_name !== here) return "it comes from a fork";
  if (kind === "workflow_run" && payload.workflow_run?.head_repository?.full_name !== here)
    return "it comes from a fork";
  if (kind === "issue_comment") {
    if (payload.action !== "created") return "only new comments count";
    const { comment, sender } = payload;
    if (comment?.user?.login !== sender?.login) return "somebody else wrote the comment";
    if (comment?.created_at !== comment?.updated_at) return "the comment was edited";
  }
  return void 0;
}
function pathsOf({ commits }) {
  if (commits === void 0 || commits.length >= MOST_COMMITS) return void 0;
  return [
    ...new Set(commits.flatMap(({ added = [], modified = [], removed = [] }) => [...added, ...modified, ...removed]))
  ];
}
function instantOf(kind, payload) {
  const { pushed_at: pushed } = payload.repository;
  if (kind === "push" && typeof pushed === "number") return pushed * 1e3;
  const told = [
    ...[payload.comment?.created_at, payload.pull_request?.updated_at, payload.workflow_run?.updated_at],
    ...[payload.workflow_job?.created_at, payload.release?.published_at, payload.issue?.updated_at],
    payload.head_commit?.timestamp
  ].find((each) => each != null);
  const at = Date.parse(told ?? "");
  return Number.isNaN(at) ? void 0 : at;
}
function githubContext(facts, delivery) {
  const [owner = ""] = facts.repository.split("/");
  return {
    event: facts.payload,
    event_name: facts.kind,
    action: facts.action,
    repository: facts.repository,
    repository_owner: owner,
    default_branch: facts.defaultBranch,
    ref: facts.ref ?? "",
    ref_name: facts.branch ?? facts.tag ?? "",
    sha: facts.sha ?? "",
    actor: facts.sender.login,
    delivery
  };
}

// src/webhook/command.ts
var PREFIX = /^\/mesh[ \t]+(.*)$/;
var LONGEST = 4096;
function readCommand(comment) {
  const [first = ""] = comment.split(/\r?\n/, 1);
  const [, rest] = PREFIX.exec(first.slice(0, LONGEST)) ?? [];
  if (rest === void 0) return void 0;
  try {
    const [word = "", ...words] = splitWords(rest);
    if (!/^[a-z][a-z0-9-]{0,31}$/.test(word)) return { fault: "The word after /mesh is no command." };
    const dashes = words.indexOf("--");
    return dashes < 0 ? { word, args: words, argv: [] } : { word, args: words.slice(0, dashes), argv: words.slice(dashes + 1) };
  } catch {
    return { fault: "Its words cannot be told apart: a quote is open." };
  }
}
function commandContext({ word, args, argv }) {
  return { name: word, image: args[0] ?? "", args, argv };
}

// src/webhook/rules/glob.ts
var any = () => true;
function tokensOf(pattern) {
  const tokens = [];
  const add = (fits, { many = false, endsWithSlash = false } = {}) => {
    tokens.push({ fits, mayBeAbsent: many, mayRepeat: many, endsWithSlash });
  };
  for (let at = 0; at < pattern.length; at += 1) {
    const char = pattern[at] ?? "";
    const last = tokens.at(-1);
    if (pattern.startsWith("**/", at)) {
      add(any, { many: true, endsWithSlash: true });
      at += 2;
    } else if (pattern.startsWith("**", at)) {
      add(any, { many: true });
      at += 1;
    } else if (char === "*") add((other) => other !== "/", { many: true });
    else if (char === "?" && last !== void 0) last.mayBeAbsent = true;
    else if (char === "+" && last !== void 0) last.mayRepeat = true;
    else {
      const set = char === "[" ? /^\[([A-Za-z0-9_-]+)\]/.exec(pattern.slice(at))?.[1] : void 0;
      if (set === void 0) add((other) => other === char);
      else {
        add(oneOf(set));
        at += set.length + 1;
      }
    }
  }
  return tokens;
}
function oneOf(set) {
  const parts = [...set.matchAll(/(.)-(.)|./g)].map(([one, from = one, to = from]) => [from, to]);
  return (char) => parts.some(([from, to]) => from <= char && char <= to);
}
function fitsPattern(text2, pattern) {
  const tokens = tokensOf(pattern);
  const closed = (places2) => {
    const all = new Set(places2);
    for (const place of all) {
      const token = tokens[place >> 1];
      if (token === void 0) continue;
      const isInside = place % 2 === 1;
      if (isInside ? !token.endsWithSlash : token.mayBeAbsent) all.add(((place >> 1) + 1) * 2);
    }
    return all;
  };
  let places = closed([0]);
  for (const char of text2) {
    const next = [];
    for (const place of places) {
      const index = place >> 1;
      const token = tokens[index];
      if (token?.fits(char) !== true || place % 2 === 1 && !token.mayRepeat) continue;
      if (token.mayRepeat) next.push(index * 2 + 1);
      if (token.endsWithSlash ? char === "/" : !token.mayRepeat) next.push((index + 1) * 2);
    }
    places = closed(next);
    if (places.size === 0) return false;
  }
  return places.has(tokens.length * 2);
}
function fitsPatterns(text2, patterns) {
  return patterns.reduce((fits, pattern) => {
    const takesAway = pattern.startsWith("!");
    return fitsPattern(text2, takesAway ? pattern.slice(1) : pattern) ? !takesAway : fits;
  }, false);
}

// src/webhook/rules/match.ts
function whyNoMatch({ on }, facts) {
  const filters = on[facts.kind];
  if (filters === void 0) return `it is not about ${facts.kind}`;
  if (facts.barred !== void 0) return facts.barred;
  if ("types" in filters && filters.types !== void 0 && !filters.types.includes(facts.action))
    return `the action is ${facts.action === "" ? "unset" : facts.action}`;
  const {
    push,
    pull_request: pull,
    issue_comment: comment,
    workflow_job: job,
    workflow_run: run,
    workflow_dispatch: dispatch,
    schedule
  } = on;
  switch (facts.kind) {
    case "push": {
      const why = whyNoPush(push ?? {}, facts);
      if (why !== void 0) return why;
      break;
    }
    case "pull_request": {
      const why = whyNoPaths(pull ?? {}, facts.paths);
      if (why !== void 0) return why;
      break;
    }
    case "issue_comment": {
      const command = readCommand(facts.comment?.text ?? "");
      if (command === void 0 || "fault" in command) return "it is no command";
      if (command.word !== comment?.command) return "it is another command";
      break;
    }
    case "workflow_job": {
      const { recognised, shouldBypassGithub } = routeByTags(facts.labels);
      const wanted = job?.tags;
      if (wanted === void 0 ? !shouldBypassGithub : !wanted.some((tag) => recognised.includes(tag)))
        return "its labels carry no such workflow tag";
      break;
    }
    case "workflow_run":
      if (run?.workflows?.includes(facts.workflow ?? "") === false) return "it is another workflow";
      if (run?.conclusions?.includes(facts.conclusion ?? "") === false)
        return `its conclusion is ${facts.conclusion ?? "unset"}`;
      break;
    case "workflow_dispatch":
      if (dispatch?.workflows?.includes(facts.workflow ?? "") === false) return "it is another workflow";
      break;
    case "schedule": {
      const { cron, timezone } = facts.schedule ?? { cron: "", timezone: "" };
      if (schedule?.some((each) => each.cron === cron && each.timezone === timezone) !== true)
        return "it is another schedule";
      break;
    }
    default:
  }
  if (facts.kind !== "push" && "branches" in filters) {
    const why = whyNoBranch(filters, facts.branch);
    if (why !== void 0) return why;
  }
  if ("labels" in filters && filters.labels?.some((label) => facts.labels.includes(label)) === false)
    return "it has no such label";
  return void 0;
}
function whyNoBranch({ branches, "branches-ignore": ignored }, branch) {
  if (branches === void 0 && ignored === void 0) return void 0;
  if (branch === void 0) return "it tells no branch";
  const fits = (branches === void 0 || fitsPatterns(branch, branches)) && !(ignored !== void 0 && fitsPatterns(branch, ignored));
  return fits ? void 0 : `the branch is ${branch}`;
}
function whyNoPush(filters, facts) {
  const { tags } = filters;
  const namesBranches = filters.branches !== void 0 || filters["branches-ignore"] !== void 0;
  if (facts.tag !== void 0) {
    if (tags === void 0 ? namesBranches : !fitsPatterns(facts.tag, tags)) return `the tag is ${facts.tag}`;
    return void 0;
  }
  if (facts.branch === void 0) return "it is about no branch";
  if (tags !== void 0 && !namesBranches) return "it is no tag";
  return whyNoBranch(filters, facts.branch) ?? whyNoPaths(filters, facts.paths);
}
function asksForPaths({ paths, "paths-ignore": ignored }) {
  return paths !== void 0 || ignored !== void 0;
}
function whyNoPaths({ paths, "paths-ignore": ignored }, changed) {
  if (changed === void 0) return void 0;
  if (paths !== void 0 && !changed.some((path) => fitsPatterns(path, paths))) return "it changes no such path";
  if (ignored !== void 0 && changed.every((path) => fitsPatterns(path, ignored)))
    return "it changes only ignored paths";
  return void 0;
}

// src/webhook/rules/matrix.ts
function combinationsOf(matrix) {
  if (matrix === void 0) return [{}];
  const { include = [], exclude = [], ...axes } = matrix;
  const all = Object.entries(axes).reduce(
    (found, [axis, values]) => found.flatMap((each) => values.map((value) => ({ ...each, [axis]: value }))),
    [{}]
  );
  const kept = all.filter((each) => !exclude.some((row) => agrees(row, each)));
  const base = Object.keys(axes).length === 0 ? [] : kept;
  const added = [];
  let extended = base;
  for (const row of include) {
    const ofAxes = Object.fromEntries(Object.entries(row).filter(([name]) => axes[name] !== void 0));
    const fits = base.map((each) => Object.keys(axes).length > 0 && agrees(ofAxes, each));
    if (fits.includes(true)) extended = extended.map((each, at) => fits[at] === true ? { ...each, ...row } : each);
    else added.push(row);
  }
  return [...extended, ...added];
}
function agrees(row, combination) {
  return Object.entries(row).every(([name, value]) => combination[name] === value);
}

// src/webhook/rules/plan.ts
function planTasks(input) {
  const { rules, facts } = input;
  const made = /* @__PURE__ */ new Map();
  const skipped = [];
  for (const name of orderOf(rules.rules) ?? []) {
    const rule = rules.rules[name];
    if (rule === void 0) continue;
    const missing = (rule.needs ?? []).find((need) => !made.has(need));
    const why = whyNoMatch(rule, facts) ?? input.whyUntrusted(rule) ?? (missing === void 0 ? void 0 : `it needs ${missing}, which makes no task`);
    if (why !== void 0) {
      skipped.push({ rule: name, why });
      continue;
    }
    const needs = (rule.needs ?? []).flatMap((need) => (made.get(need) ?? []).map(({ key }) => key));
    const tasks2 = tasksOf(name, rule, needs, input);
    if (tasks2.length === 0) skipped.push({ rule: name, why: "its if does not hold" });
    else made.set(name, tasks2);
  }
  const tasks = [...made.values()].flat();
  const most = rules.limits["tasks-per-event"];
  if (tasks.length > most) {
    throw new RunnerMeshError(
      "quota_exceeded",
      `One event would make ${String(tasks.length)} tasks; tasks-per-event allows ${String(most)}.`
    );
  }
  return { tasks, skipped };
}
function tasksOf(name, rule, needs, input) {
  const { facts, delivery, receivedAt } = input;
  const command = readCommand(facts.comment?.text ?? "");
  const shared = {
    github: githubContext(facts, delivery),
    ...command === void 0 || "fault" in command ? {} : { command: commandContext(command) }
  };
  const combinations = combinationsOf(rule.matrix);
  return combinations.flatMap((combination, at) => {
    const context = { ...shared, matrix: combination };
    try {
      if (rule.if !== void 0 && !holds(rule.if, context)) return [];
      const group = rule.concurrency === void 0 ? void 0 : fillIn(rule.concurrency.group, context);
      const key = combinations.length === 1 ? name : `${name}#${String(at + 1)}`;
      const planned = {
        key,
        needs,
        submit: submitOf(rule, facts, context, group),
        ...group !== void 0 && rule.concurrency?.["cancel-in-progress"] === true ? { supersedes: group } : {},
        eventAt: facts.at ?? receivedAt,
        report: wishOf(name, rule, facts, combination)
      };
      return [planned];
    } catch (error) {
      const { code, message } = error instanceof RunnerMeshError ? toRunnerMeshError(error) : { code: "bad_request", message: errorText(error) };
      throw new RunnerMeshError(code, `Rule ${name} makes no task of this event: ${message}`, { cause: error });
    }
  });
}
function submitOf(rule, facts, context, group) {
  const {
    image,
    dockerfile,
    context: folder,
    ref,
    build_args: args,
    command,
    entrypoint,
    environment,
    stdin,
    ...rest
  } = rule.task;
  const wordsOf = (words) => {
    if (words === void 0 || typeof words === "string") {
      return words !== void 0 && hasExpression(words) ? fillInList(words, context) : words;
    }
    return words.map((word) => fillIn(word, context));
  };
  const valuesOf = (values) => values && Object.fromEntries(Object.entries(values).map(([key, value]) => [key, fillIn(value, context)]));
  const container = defined({
    ...rest,
    command: wordsOf(command),
    entrypoint: wordsOf(entrypoint),
    environment: valuesOf(environment),
    stdin: stdin === void 0 ? void 0 : fillIn(stdin, context)
  });
  const commit = facts.kind === "workflow_job" ? void 0 : facts.sha;
  const repository = defined({
    repo_url: facts.repository,
    ref: ref ?? commit ?? facts.tag ?? (facts.kind === "workflow_job" ? facts.defaultBranch : facts.branch),
    commit: ref === void 0 ? commit : void 0,
    dockerfile_path: dockerfile,
    context_path: folder,
    build_args: valuesOf(args)
  });
  const type = image === void 0 ? CONTAINER_TYPES.repository : CONTAINER_TYPES.image;
  const payload = image === void 0 ? { ...container, ...repository } : { ...container, image: fillIn(image, context) };
  containerPayload(type, payload);
  return defined({
    ...rule.options,
    task_type: type,
    payload,
    workflow_id: rule.options?.workflow_id ?? facts.repository,
    // One home serves several repositories: their groups are not each other's.
    concurrency_group: group && { key: `${facts.repository}:${group}`.slice(0, 256), max: rule.concurrency?.max ?? 1 }
  });
}
function wishOf(name, { report }, facts, combination) {
  const values = Object.values(combination);
  const usual = facts.kind === "issue_comment" ? "comment" : facts.sha === void 0 ? "none" : "check";
  const as = report.as ?? usual;
  return {
    as: as === "comment" && facts.issue === void 0 || as !== "comment" && facts.sha === void 0 ? "none" : as,
    name: `${report.name ?? name}${values.length === 0 ? "" : ` (${values.join(", ")})`}`,
    ...facts.sha === void 0 ? {} : { sha: facts.sha },
    ...facts.issue === void 0 ? {} : { issue: facts.issue },
    ...facts.comment === void 0 ? {} : { comment: facts.comment.id },
    ...report.dispatch === void 0 ? {} : { dispatch: report.dispatch }
  };
}
function defined(fields) {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== void 0));
}

// src/webhook/trust.ts
var PERMISSIONS = ["none", "read", "write", "admin"];
function whyUntrusted({ from, permission: least }, { sender, association, needsWriteAccess, kind }, permission) {
  if (needsWriteAccess) return void 0;
  if (sender.login === "") return "it tells no sender";
  if (sender.isBot) return `${sender.login} is a bot`;
  const tells = ["issue_comment", "issues", "pull_request"].includes(kind);
  if (tells && association !== void 0 && !from.some((each) => each === association))
    return `${sender.login} is ${association}`;
  if (kind === "issue_comment" && association === void 0) return "it does not tell who its author is";
  if (PERMISSIONS.indexOf(permission) < PERMISSIONS.indexOf(least))
    return `${sender.login} has ${permission === "none" ? "no" : permission} permission`;
  return void 0;
}

export {
  readCommand,
  readFacts,
  whyNoMatch,
  asksForPaths,
  planTasks,
  whyUntrusted,
  parseRules,
  readRulesFile
};
