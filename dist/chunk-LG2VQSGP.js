import { createRequire as bundleRequire } from 'node:module'
import { dirname as bundleDirname } from 'node:path'
import { fileURLToPath as bundleFilename } from 'node:url'
const require = bundleRequire(import.meta.url)
const __filename = bundleFilename(import.meta.url)
const __dirname = bundleDirname(__filename)
import {
  NETWORKS,
  PROFILES
} from "./chunk-JVD6W2LK.js";
import {
  external_exports
} from "./chunk-NO6C4VEO.js";
import {
  RunnerMeshError,
  errorText
} from "./chunk-GMWOGI5R.js";

// src/core/artifact.ts
var ARTIFACT_LIMITS = { files: 256, bytes: 1024 * 1048576 };
var INPUTS_DIRECTORY = "/inputs";
var artifactPath = external_exports.string().max(1024).regex(/^\/(?!.*(?:^|\/)\.\.?(?:\/|$))[^\0]*[^\0/]$/, "is not an absolute path such as /out/report.txt");
var artifactPaths = external_exports.array(artifactPath).max(64).describe("Files and folders to keep when the container has ended, by absolute path");
var inputName = external_exports.string().max(255).regex(/^(?!\.)[^\0/]+(?:\/(?!\.)[^\0/]+){0,7}$/, `is not a relative path such as model.bin`).describe(`Where it stands below ${INPUTS_DIRECTORY}`);
var inputReference = external_exports.union([
  external_exports.strictObject({
    name: inputName,
    task_id: external_exports.string().min(1).max(64).describe("The task that left it"),
    path: artifactPath.describe("As that task named it")
  }),
  external_exports.strictObject({
    name: inputName,
    sha256: external_exports.string().regex(/^[0-9a-f]{64}$/, "is not a SHA-256 in hexadecimal")
  })
]);
var inputReferences = external_exports.array(inputReference).max(64).refine((inputs) => new Set(inputs.map(({ name }) => name)).size === inputs.length, "names one place twice").describe(`Artifacts of the submitter\u2019s other tasks, put read-only below ${INPUTS_DIRECTORY}`);
var artifactEntry = external_exports.object({
  path: external_exports.string().max(4096),
  bytes: external_exports.int().min(0),
  sha256: external_exports.string().regex(/^[0-9a-f]{64}$/)
});
function artifactsOf(result) {
  const parsed = external_exports.object({ artifacts: external_exports.array(artifactEntry).max(ARTIFACT_LIMITS.files) }).safeParse(result);
  return parsed.success ? parsed.data.artifacts : [];
}

// src/core/command-words.ts
var BLANK = /[ \t\n\r]/;
var ESCAPED_IN_QUOTES = /[$`"\\]/;
function commandWords(command2) {
  return typeof command2 === "string" ? splitWords(command2) : command2;
}
function splitWords(text) {
  const words = [];
  let word;
  let at = 0;
  while (at < text.length) {
    const char = text.charAt(at);
    if (BLANK.test(char)) {
      if (word !== void 0) words.push(word);
      word = void 0;
      at += 1;
      continue;
    }
    const part = char === "'" ? singleQuoted(text, at) : char === '"' ? doubleQuoted(text, at) : bare(text, at);
    if (part.text !== void 0) word = (word ?? "") + part.text;
    at = part.end;
  }
  if (word !== void 0) words.push(word);
  return words;
}
function singleQuoted(text, start) {
  const end = text.indexOf("'", start + 1);
  if (end === -1) throw open(text, start, "single quote");
  return { text: text.slice(start + 1, end), end: end + 1 };
}
function doubleQuoted(text, start) {
  let inside = "";
  for (let at = start + 1; at < text.length; at += 1) {
    const char = text.charAt(at);
    if (char === '"') return { text: inside, end: at + 1 };
    const next = text.charAt(at + 1);
    if (char !== "\\" || next === "") inside += char;
    else {
      at += 1;
      if (ESCAPED_IN_QUOTES.test(next)) inside += next;
      else if (next !== "\n") inside += `\\${next}`;
    }
  }
  throw open(text, start, "double quote");
}
function bare(text, at) {
  if (text.charAt(at) !== "\\") return { text: text.charAt(at), end: at + 1 };
  const next = text.charAt(at + 1);
  if (next === "") throw refusal("ends with a backslash that escapes nothing");
  return { text: next === "\n" ? void 0 : next, end: at + 2 };
}
function open(text, start, what) {
  const rest = text.slice(start, start + 20);
  return refusal(`has a ${what} without its end, from ${JSON.stringify(rest)}`);
}
function refusal(fault) {
  return new RunnerMeshError("bad_request", `The command ${fault}. Close it, or give the command as a list of words.`);
}

// src/core/container-task.ts
var CONTAINER_TYPES = { image: "docker.hub", repository: "docker.github" };
function isContainerType(type) {
  return type === CONTAINER_TYPES.image || type === CONTAINER_TYPES.repository;
}
var CONTAINER_DEFAULTS = {
  cpus: 1,
  memory_mb: 2048,
  disk_mb: 1024,
  pids: 512,
  profile: "standard"
};
var IMAGE = /^(?=.{1,512}$)[a-z0-9]+(?:[._-]+[a-z0-9]+)*(?::[0-9]{1,5})?(?:\/[a-z0-9]+(?:[._-]+[a-z0-9]+)*)*(?::[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?(?:@sha256:[a-f0-9]{64})?$/;
var imageReference = external_exports.string().regex(IMAGE, "is not an image reference such as alpine:3.20, ghcr.io/owner/name:tag or name@sha256:\u2026").describe("Image, such as alpine:3.20 or ghcr.io/owner/name@sha256:\u2026");
var noNul = (what) => external_exports.string().max(131072).refine((text) => !text.includes("\0"), `${what} holds a NUL character`);
var argv = external_exports.array(noNul("an argument")).max(1024);
var EMPTY_COMMAND = "is empty: name a command or leave it out to run the image\u2019s own";
var command = external_exports.union(
  [
    argv.min(1, EMPTY_COMMAND).refine((words) => words[0] !== "", EMPTY_COMMAND),
    noNul("the command").superRefine((text, context) => {
      const fault = commandFault(text);
      if (fault !== void 0) context.addIssue({ code: "custom", message: fault });
    })
  ],
  { error: 'is neither text nor a list of texts; quote words that stand for something else, such as "true" and "1"' }
);
function commandFault(text) {
  try {
    return splitWords(text).length === 0 ? EMPTY_COMMAND : void 0;
  } catch (error) {
    return errorText(error);
  }
}
var environmentName = external_exports.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,255}$/, "is not a variable name");
var RESERVED_ENVIRONMENT = "RUNNER_MESH_";
var taskEnvironment = external_exports.record(
  environmentName.refine((name) => !name.startsWith(RESERVED_ENVIRONMENT), {
    error: `is reserved: names that begin with ${RESERVED_ENVIRONMENT} are set by the runner`
  }),
  noNul("a variable")
);
var positiveMiB = external_exports.int().min(1).max(16777216);
var containerPath = external_exports.string().max(1024).regex(/^\/(?!.*(?:^|\/)\.\.?(?:\/|$))[^\0:,]*[^\0:,/]$/, "is not an absolute path such as /data");
var hostMount = external_exports.strictObject({ source: containerPath, target: containerPath, read_only: external_exports.boolean().default(true) });
var devicePath = containerPath.startsWith("/dev/", "is not a device such as /dev/kvm");
var secretName = external_exports.string().regex(/^[A-Za-z_][A-Za-z0-9_.-]{0,127}$/, "is not a name such as NPM_TOKEN: it becomes a file in /run/secrets");
var secretReference = external_exports.union([secretName, external_exports.strictObject({ ref: secretName, env: external_exports.boolean().default(false) })]);
var containerFields = {
  command: command.optional().describe("Argv, or a string split into words"),
  entrypoint: command.optional().describe("Entrypoint in place of the image\u2019s own"),
  environment: taskEnvironment.optional().describe("Environment variables; no secrets"),
  working_dir: noNul("the directory").startsWith("/", "must be an absolute path").optional(),
  user: external_exports.string().regex(/^[A-Za-z0-9_.-]{1,64}(?::[A-Za-z0-9_.-]{1,64})?$/, "is not user or user:group").optional(),
  stdin: external_exports.string().max(262144).optional().describe("Text fed to standard input"),
  cpus: external_exports.number().min(0.01).max(1024).default(CONTAINER_DEFAULTS.cpus),
  memory_mb: positiveMiB.min(6, "is less than the 6 MiB an engine accepts").default(CONTAINER_DEFAULTS.memory_mb),
  disk_mb: positiveMiB.default(CONTAINER_DEFAULTS.disk_mb),
  pids: external_exports.int().min(1).max(1048576).default(CONTAINER_DEFAULTS.pids),
  shm_mb: positiveMiB.optional(),
  tmpfs: external_exports.record(containerPath, positiveMiB).optional().describe("Scratch in memory: MiB by absolute path"),
  read_only: external_exports.boolean().optional().describe("Whether the root filesystem is read-only whatever the profile"),
  artifacts: artifactPaths.optional(),
  inputs: inputReferences.optional(),
  mounts: external_exports.array(hostMount).max(32).optional().describe("Folders of the host, as far as its policy allows"),
  devices: external_exports.array(devicePath).max(16).optional().describe("Devices of the host, as far as its policy allows"),
  secrets: external_exports.record(secretName, secretReference).refine((secrets) => Object.keys(secrets).length <= 32, "are more than 32").refine(
    (secrets) => Object.entries(secrets).every(
      ([name, how]) => typeof how === "string" || !how.env || taskEnvironment.safeParse({ [name]: "" }).success
    ),
    "name a variable that a task cannot set"
  ).optional().describe("Secrets of the host by reference: file /run/secrets/<name>"),
  gpus: external_exports.int().min(0).max(64).default(0),
  profile: external_exports.enum(PROFILES).default(CONTAINER_DEFAULTS.profile).describe("Isolation, tightest first"),
  network: external_exports.enum(NETWORKS).optional().describe("Default none; with profile trusted bridge")
};
var imageTask = external_exports.strictObject({
  image: imageReference,
  digest: external_exports.string().regex(/^sha256:[a-f0-9]{64}$/, "is not a digest such as sha256:\u2026").optional().describe("Filled in when the task is accepted"),
  ...containerFields
});
var REPOSITORY = /^(?:https:\/\/[A-Za-z0-9.-]+(?::[0-9]{1,5})?\/)?[A-Za-z0-9][A-Za-z0-9-]{0,38}\/[A-Za-z0-9._-]{1,100}$/;
var insidePath = external_exports.string().min(1).max(1024).refine(
  (path) => !path.startsWith("/") && !path.startsWith("-") && !path.includes("\0") && !path.split("/").includes(".."),
  "leaves the repository"
);
var repositoryTask = external_exports.strictObject({
  repo_url: external_exports.string().regex(REPOSITORY, "is not owner/name or https://host/owner/name").describe("owner/name or https URL"),
  ref: external_exports.string().regex(/^(?!-)(?!.*\.\.)[A-Za-z0-9._/+@-]{1,255}$/, "is not a branch, tag or commit").default("HEAD"),
  commit: external_exports.string().regex(/^[0-9a-f]{40}$/, "is not a full commit id").optional().describe("Filled in when the task is accepted"),
  submodules: external_exports.boolean().default(false).describe("Whether to fetch its submodules too"),
  context_path: insidePath.default("."),
  dockerfile_path: insidePath.default("Dockerfile").describe("Inside the context"),
  build_args: external_exports.record(environmentName, noNul("a build argument")).optional(),
  target: external_exports.string().regex(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,127}$/, "is not a stage name").optional(),
  ...containerFields
});
function networkOf({
  network,
  profile
}) {
  return network ?? (profile === "trusted" ? "bridge" : "none");
}
function secretAsks({ secrets = {} }) {
  return Object.entries(secrets).map(
    ([name, how]) => typeof how === "string" ? { name, ref: how, env: false } : { name, ...how }
  );
}
var PINNED = {
  [CONTAINER_TYPES.image]: "digest",
  [CONTAINER_TYPES.repository]: "commit"
};
function withoutPin(type, payload) {
  const { [PINNED[type] ?? ""]: _pin, ...asked } = payload;
  return asked;
}

export {
  ARTIFACT_LIMITS,
  INPUTS_DIRECTORY,
  inputReferences,
  artifactsOf,
  commandWords,
  splitWords,
  CONTAINER_TYPES,
  isContainerType,
  CONTAINER_DEFAULTS,
  RESERVED_ENVIRONMENT,
  imageTask,
  repositoryTask,
  networkOf,
  secretAsks,
  withoutPin
};
