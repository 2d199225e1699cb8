import { createRequire as bundleRequire } from 'node:module'
import { dirname as bundleDirname } from 'node:path'
import { fileURLToPath as bundleFilename } from 'node:url'
const require = bundleRequire(import.meta.url)
const __filename = bundleFilename(import.meta.url)
const __dirname = bundleDirname(__filename)
import {
  TASK_TOKEN
} from "./chunk-DC2QAJQC.js";
import {
  DAYS,
  plainPolicy,
  rulesOf
} from "./chunk-YS2TVPM3.js";
import {
  canBeRedacted
} from "./chunk-E7OQD5XO.js";
import {
  SECOND
} from "./chunk-KNG6V2U7.js";
import {
  external_exports
} from "./chunk-NO6C4VEO.js";
import {
  RunnerMeshError,
  errorText
} from "./chunk-GMWOGI5R.js";

// src/app/policy/policy-keeper.ts
import { createHash } from "node:crypto";
import { stat } from "node:fs/promises";
import { join } from "node:path";

// src/core/policy/opening-hours.ts
var DAY_MINUTES = 24 * 60;
function whyClosed({ pause, hours }, now) {
  if (pause) return "the policy pauses this host";
  if (hours.length === 0 || hours.some((opening) => isWithin(opening, now))) return void 0;
  return "the policy takes work at other hours";
}
function isWithin({ days, from, to }, { day, minute }) {
  const [start, end] = [minuteOf(from), minuteOf(to)];
  const has = (which) => days.some((name) => DAYS.indexOf(name) === (which + 7) % 7);
  if (start < end) return has(day) && minute >= start && minute < end;
  return has(day) && minute >= start || has(day - 1) && minute < end;
}
function minuteOf(time) {
  const [hours = 0, minutes = 0] = time.split(":").map(Number);
  return Math.min(DAY_MINUTES, hours * 60 + minutes);
}

// src/app/policy/secrets-file.ts
import { open } from "node:fs/promises";
var LONGEST_FILE = 1048576;
var OPEN_TO_OTHERS = 63;
var secrets = external_exports.record(
  external_exports.string().regex(/^[A-Za-z_][A-Za-z0-9_.-]{0,127}$/, "is not a name such as NPM_TOKEN"),
  external_exports.string("is not text: put it between quotes").max(16384, "is longer than 16384 characters").refine((value) => !value.includes("\0"), "holds a NUL character").refine(canBeRedacted, "is too short to be kept out of logs: 6 characters at least")
);
async function readSecretsFile(path, isNamed) {
  const text = await readGuarded(path, isNamed);
  if (text === void 0) return /* @__PURE__ */ new Map();
  const { parseDocument } = await import("./dist-4TYOOGOX.js");
  const document = parseDocument(text, { uniqueKeys: true });
  const [broken] = document.errors;
  if (broken !== void 0) {
    const line = broken.linePos?.[0].line ?? 1;
    throw refusal(`The secrets file ${path} is not YAML at line ${String(line)} (${broken.code}).`);
  }
  let value;
  try {
    value = document.toJS({ maxAliasCount: 0 });
  } catch {
    throw refusal(`The secrets file ${path} uses aliases. Write each value out.`);
  }
  const parsed = secrets.safeParse(value ?? {});
  if (parsed.success) return new Map(Object.entries(parsed.data));
  const faults = parsed.error.issues.map(({ path: at, message, code }) => {
    const name = String(at[0] ?? "").slice(0, 80);
    return at.length === 0 ? `is not a list of names and values` : `${name} ${code === "invalid_key" ? "is not a name such as NPM_TOKEN" : message}`;
  });
  throw refusal(`The secrets file ${path}: ${[...new Set(faults)].join("; ")}.`);
}
async function readGuarded(path, isNamed) {
  let file;
  try {
    file = await open(path, "r");
  } catch (cause) {
    const isMissing = cause instanceof Error && "code" in cause && cause.code === "ENOENT";
    if (isMissing && !isNamed) return void 0;
    throw refusal(`Cannot read the secrets file ${path}: ${errorText(cause)}.`, cause);
  }
  try {
    const { mode, size } = await file.stat();
    if ((mode & OPEN_TO_OTHERS) !== 0) {
      const octal = (mode & 511).toString(8).padStart(4, "0");
      throw refusal(`The secrets file ${path} is open to others (mode ${octal}). Run: chmod 600 ${path}`);
    }
    if (size > LONGEST_FILE) throw refusal(`The secrets file ${path} is larger than ${String(LONGEST_FILE)} bytes.`);
    return await file.readFile("utf8");
  } finally {
    await file.close();
  }
}
function refusal(message, cause) {
  return new RunnerMeshError("config_invalid", message, { cause });
}

// src/app/policy/policy-keeper.ts
var POLICY_FILE = "policy.yml";
var SECRETS = "secrets.yml";
var LOOK_EVERY_MS = SECOND / 4;
async function loadPolicy(config, stateDir) {
  const path = config.policyFile ?? join(stateDir, POLICY_FILE);
  const exists = config.policyFile !== void 0 || await stampOf(path) !== void 0;
  if (!exists) {
    const { profile, allowBridge } = config;
    const network = allowBridge === true ? "bridge" : "none";
    return { policy: plainPolicy({ network, ...profile === void 0 ? {} : { profile } }), path, exists };
  }
  const beside = [
    ...config.profile === void 0 ? [] : ["profile"],
    ...config.allowBridge === void 0 ? [] : ["allow-bridge"]
  ];
  if (beside.length > 0) {
    throw new RunnerMeshError(
      "config_invalid",
      `The setting ${beside.join(" and ")} counts only without a policy file. Say it in ${path}, or remove the setting.`
    );
  }
  const { readPolicyFile } = await import("./policy-file-DB6WXKA3.js");
  return { policy: await readPolicyFile(path), path, exists };
}
function summaryOf(policy, secretNames) {
  const all = rulesOf(policy);
  const rules = {
    ...all,
    secrets: Object.fromEntries(
      Object.entries(all.secrets).filter(([name]) => name === TASK_TOKEN || secretNames.has(name))
    )
  };
  const digest = createHash("sha256").update(JSON.stringify([rules, policy.capabilities])).digest("hex").slice(0, 32);
  return {
    digest,
    profile: policy.profile,
    networks: policy.network === "bridge" ? ["none", "bridge"] : ["none"],
    rules
  };
}
async function secretNamesOf(config, stateDir) {
  const secrets2 = await readSecretsFile(secretsPathOf(config, stateDir), config.secretsFile !== void 0);
  return new Set(secrets2.keys());
}
function secretsPathOf({ secretsFile }, stateDir) {
  return secretsFile ?? join(stateDir, SECRETS);
}
async function createPolicyKeeper({ config, stateDir, clock, log }) {
  const { path, policy: first, exists } = await loadPolicy(config, stateDir);
  const secretsPath = secretsPathOf(config, stateDir);
  const readSecrets = () => readSecretsFile(secretsPath, config.secretsFile !== void 0);
  let policy = first;
  let file = exists ? path : void 0;
  let names = await secretNamesOf(config, stateDir);
  let summary = summaryOf(policy, names);
  const listeners = /* @__PURE__ */ new Set();
  const problems = /* @__PURE__ */ new Map();
  const complain = (about, problem) => {
    problems.set(about, problem);
    log.error(`${about}.refused`, { problem });
  };
  const tell = (about) => {
    problems.delete(about);
    summary = summaryOf(policy, names);
    log.info(`${about}.in_force`, { digest: summary.digest });
    for (const listener of listeners) listener();
  };
  const readPolicyAgain = async (isThere) => {
    const stays = "The former policy stays in force.";
    if (!isThere) {
      complain("policy", `The policy file ${path} is gone. ${stays}`);
      return;
    }
    try {
      policy = (await loadPolicy({ ...config, policyFile: path }, stateDir)).policy;
      file = path;
      tell("policy");
    } catch (error) {
      complain("policy", `${errorText(error)} ${stays}`);
    }
  };
  const readSecretsAgain = async () => {
    try {
      names = new Set((await readSecrets()).keys());
      tell("secrets");
    } catch (error) {
      names = /* @__PURE__ */ new Set();
      summary = summaryOf(policy, names);
      complain("secrets", `${errorText(error)} No task gets a secret.`);
    }
  };
  const watches = [await Watch.open(path, readPolicyAgain), await Watch.open(secretsPath, readSecretsAgain)];
  let stopped = true;
  let stopTimer = () => void 0;
  let looking = Promise.resolve();
  const schedule = () => {
    stopTimer = clock.after(LOOK_EVERY_MS, () => {
      looking = lookAt(watches).then(() => {
        if (!stopped) schedule();
      });
    });
  };
  return {
    get policy() {
      return policy;
    },
    get summary() {
      return summary;
    },
    get file() {
      return file;
    },
    get problem() {
      return problems.size === 0 ? void 0 : [...problems.values()].join(" ");
    },
    secrets: async (refs) => {
      try {
        return pick(await readSecrets(), refs);
      } catch (cause) {
        throw new RunnerMeshError("policy_refused", errorText(cause), { cause });
      }
    },
    onChange: (listener) => {
      listeners.add(listener);
    },
    whyClosed: () => whyClosedNow(policy, clock),
    start: () => {
      if (stopped) schedule();
      stopped = false;
      return Promise.resolve();
    },
    stop: async () => {
      stopped = true;
      stopTimer();
      await looking;
    }
  };
}
async function lookAt(watches) {
  for (const watch of watches) await watch.look();
}
function pick(all, refs) {
  return new Map(
    refs.map((ref) => {
      const value = all.get(ref);
      if (value !== void 0) return [ref, value];
      throw new RunnerMeshError("policy_refused", `The secrets file of this host has no ${ref}.`);
    })
  );
}
var Watch = class _Watch {
  #path;
  #changed;
  #known;
  #seen;
  static async open(path, changed) {
    return new _Watch(path, changed, await stampOf(path));
  }
  constructor(path, changed, known) {
    this.#path = path;
    this.#changed = changed;
    this.#known = known;
    this.#seen = known;
  }
  async look() {
    const stamp = await stampOf(this.#path);
    const isStill = stamp === this.#seen;
    this.#seen = stamp;
    if (!isStill || stamp === this.#known) return;
    this.#known = stamp;
    await this.#changed(stamp !== void 0);
  }
};
async function stampOf(path) {
  try {
    const { ino, size, mtimeMs, ctimeMs } = await stat(path);
    return [ino, size, mtimeMs, ctimeMs].join(" ");
  } catch {
    return void 0;
  }
}
function whyClosedNow(policy, clock) {
  const local = new Date(clock.now());
  return whyClosed(policy, {
    day: (local.getDay() + 6) % 7,
    minute: local.getHours() * 60 + local.getMinutes()
  });
}

export {
  POLICY_FILE,
  loadPolicy,
  summaryOf,
  secretNamesOf,
  createPolicyKeeper,
  whyClosedNow
};
