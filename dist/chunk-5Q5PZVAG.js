import { createRequire as bundleRequire } from 'node:module'
import { dirname as bundleDirname } from 'node:path'
import { fileURLToPath as bundleFilename } from 'node:url'
const require = bundleRequire(import.meta.url)
const __filename = bundleFilename(import.meta.url)
const __dirname = bundleDirname(__filename)
import {
  LOG_LEVELS
} from "./chunk-NZG6K3FX.js";
import {
  environmentName
} from "./chunk-NZWFWLK5.js";
import {
  TOOL_SETS
} from "./chunk-SE7QIB46.js";
import {
  HOUR,
  MINUTE,
  SECOND
} from "./chunk-KNG6V2U7.js";
import {
  PROFILES
} from "./chunk-JVD6W2LK.js";
import {
  external_exports
} from "./chunk-NO6C4VEO.js";
import {
  RunnerMeshError
} from "./chunk-GMWOGI5R.js";

// src/app/settings/setting.ts
var list = (what) => external_exports.string().default("").transform(
  (text) => text.split(",").map((part) => part.trim()).filter((part) => part !== "")
).describe(what);
var number = (low, high) => external_exports.string().regex(/^[0-9]+(\.[0-9]+)?$/, "is not a number").transform(Number).refine((value) => value >= low && value <= high, `must be from ${String(low)} to ${String(high)}`);
var wholeNumber = (low, high) => number(low, high).refine(Number.isInteger, "must be a whole number");
var seconds = (low, high) => number(low, high).transform((value) => Math.round(value * SECOND));
var MIB = 1048576;
var mebibytes = (low, high) => number(low, high).transform((value) => Math.round(value * MIB));
var flag = external_exports.enum(["true", "false"], "must be true or false").transform((text) => text === "true");
function setting(stem, schema, fallback, describe) {
  return { stem, schema, default: fallback, describe };
}

// src/app/settings/legacy-settings.ts
var secret = external_exports.string().min(1).optional();
var LEGACY_SETTINGS = {
  legacy: setting(
    "legacy",
    external_exports.enum(["off", "serve", "work", "both"], "must be off, serve, work or both").default("off"),
    "off",
    "The bridge to nodes of ipfs_accelerate_py: serve lets them use this queue, work takes tasks from theirs, both does both."
  ),
  legacyToken: {
    ...setting(
      "legacy-token",
      secret,
      void 0,
      "The token that nodes of ipfs_accelerate_py share (their IPFS_ACCELERATE_PY_TASK_P2P_TOKEN). The bridge needs it, here or in a file."
    ),
    secret: true
  },
  legacyTokenFile: setting(
    "legacy-token-file",
    external_exports.string().min(1).optional(),
    void 0,
    "A file that holds that token. Default: `legacy.token` in the state directory."
  ),
  legacyEncrypt: setting(
    "legacy-encrypt",
    flag.default(false),
    "false",
    "Whether prompts of tasks travel over the bridge encrypted (their IPFS_ACCELERATE_PY_TASK_P2P_ENCRYPT=1)."
  ),
  legacyEncryptionKey: {
    ...setting(
      "legacy-encryption-key",
      secret,
      void 0,
      "The secret that prompts are encrypted under (their ENCRYPTION_KEY). Default: the token of the bridge."
    ),
    secret: true
  }
};

// src/app/settings/http-settings.ts
var isLoopback = (host) => ["localhost", "127.0.0.1", "[::1]"].includes(host);
var secureUrl = external_exports.url({ protocol: /^https?$/ }).refine((text) => text.startsWith("https:") || isLoopback(new URL(text).hostname), "must be an https URL");
var HTTP_SETTINGS = {
  http: setting(
    "http",
    external_exports.string().regex(/^(off|(\[[0-9a-fA-F:]+\]|[^:\s]+):[0-9]{1,5})$/, "must be host:port or off").default("127.0.0.1:9721"),
    "127.0.0.1:9721",
    "Where the HTTP server listens (dashboard at /, MCP at /mcp, /metrics, /healthz, /readyz), or off."
  ),
  httpAllowedHosts: setting(
    "http-allowed-hosts",
    list(""),
    "",
    "Host names under which the HTTP server answers beside loopback, comma separated."
  ),
  httpPublicUrl: setting(
    "http-public-url",
    external_exports.url({ protocol: /^https?$/ }).optional(),
    void 0,
    "The URL under which clients reach the HTTP server, such as https://runners.example; its host name is allowed too. Default: http:// and the address it listens on."
  ),
  httpCommands: setting(
    "http-commands",
    flag.default(true),
    "true",
    "Whether the HTTP server takes the commands of command lines on other machines, at /commands, as far as their tokens go."
  ),
  mcpToolsets: setting(
    "mcp-toolsets",
    list("").refine((names) => names.every((name) => TOOL_SETS.some((set) => set === name)), {
      error: `must be of ${TOOL_SETS.join(", ")}`
    }),
    "",
    "The tool sets that MCP shows at most, of agent, worker, scheduler and all, comma separated. Default: all."
  ),
  mcpReadOnly: setting(
    "mcp-read-only",
    flag.default(false),
    "false",
    "Whether MCP offers only tools that look and change nothing."
  ),
  mcpCallTools: setting(
    "mcp-call-tools",
    list(""),
    "",
    "Tools of other peers that p2p_taskqueue_call_tool may call, comma separated. Default: none."
  ),
  oauthIssuer: setting(
    "oauth-issuer",
    secureUrl.optional(),
    void 0,
    "The authorization server whose access tokens MCP takes beside its own, such as https://login.example."
  ),
  oauthAudience: setting(
    "oauth-audience",
    external_exports.string().min(1).optional(),
    void 0,
    "What those tokens must be issued for. Default: the public URL with /mcp."
  ),
  oauthJwksUrl: setting(
    "oauth-jwks-url",
    secureUrl.optional(),
    void 0,
    "Where the authorization server publishes its keys. Default: as its own metadata says."
  )
};

// src/app/settings/dashboard-settings.ts
var DASHBOARD_SETTINGS = {
  dashboard: setting("dashboard", flag.default(true), "true", "Whether the HTTP server shows the dashboard at /."),
  dashboardReadOnly: setting(
    "dashboard-read-only",
    flag.default(false),
    "false",
    "Whether the dashboard only shows and changes nothing, whatever the token may do."
  ),
  metricsOpen: setting(
    "metrics-open",
    flag.default(false),
    "false",
    "Whether /metrics answers without a token. Otherwise it needs one with the right tasks:read."
  )
};

// src/app/policy/policy-settings.ts
var POLICY_SETTINGS = {
  policyFile: setting(
    "policy-file",
    external_exports.string().min(1).optional(),
    void 0,
    "The host policy, see docs/policy.md. Default: `policy.yml` in the state directory, where there is one."
  ),
  secretsFile: setting(
    "secrets-file",
    external_exports.string().min(1).optional(),
    void 0,
    "Secrets that tasks may be given, readable by this user alone. Default: `secrets.yml` in the state directory."
  ),
  profile: setting(
    "profile",
    external_exports.enum(PROFILES).optional(),
    void 0,
    "Without a policy file: the loosest isolation this host allows, strict, standard or trusted. Default: standard."
  ),
  allowBridge: setting(
    "allow-bridge",
    flag.optional(),
    void 0,
    "Without a policy file: whether tasks may have a network. Default: false."
  ),
  buildKit: setting(
    "buildkit",
    flag.default(false),
    "false",
    "Whether Dockerfiles are built by the BuildKit of the engine (RUN --mount, here-documents, stages side by side). It holds steps to the network they may have, but to no memory and no processors, so only for repositories you trust."
  )
};

// src/app/settings/membership-settings.ts
var MEMBERSHIP_SETTINGS = {
  revokedPeers: setting(
    "revoked-peers",
    list(""),
    "",
    "Peer ids that are turned away whatever key they hold, comma separated."
  ),
  revokedPeersFile: setting(
    "revoked-peers-file",
    external_exports.string().min(1).optional(),
    void 0,
    "A file of such peer ids, one a line; a change is in force within seconds. Default: `revoked-peers` in the state directory, which `runner-mesh peers revoke` writes."
  ),
  allowedPeers: setting(
    "allowed-peers",
    list(""),
    "",
    "The only peer ids that may be members, if they hold the key, comma separated. Empty: all that hold it."
  ),
  allowedPeersFile: setting(
    "allowed-peers-file",
    external_exports.string().min(1).optional(),
    void 0,
    "A file of such peer ids, one a line; a change is in force within seconds."
  ),
  rendezvous: setting(
    "rendezvous",
    flag.default(true),
    "true",
    "Whether members find each other at the homes they are connected with, and whether this home serves for it."
  ),
  dht: setting(
    "dht",
    flag.default(false),
    "false",
    "Whether to find peers by records in a DHT of the members, which needs no home."
  )
};

// src/app/settings/registry-settings.ts
import { isIP } from "node:net";
var url = external_exports.url({ protocol: /^https?$/, error: "must be an http or https URL" });
var urls = list("").pipe(external_exports.array(url));
var REGISTRY_SETTINGS = {
  registry: setting(
    "registry",
    external_exports.string().regex(/^(?:off|[A-Za-z0-9][A-Za-z0-9-]*\/[A-Za-z0-9._-]+)$/, "must be owner/repository or off").default("off"),
    "off",
    "The repository on whose registry issue peers find each other, as owner/repository, or off. Needs a token with issues: write."
  ),
  registryIssueTitle: setting(
    "registry-issue-title",
    external_exports.string().trim().min(1).max(256).default("p2p-peer-registry"),
    "p2p-peer-registry",
    "Exact title of the registry issue. Each mesh of a repository needs its own."
  ),
  registryApps: setting(
    "registry-apps",
    list("").pipe(external_exports.array(external_exports.string().regex(/^[a-z0-9-]+$/, "must be slugs of apps"))).prefault("github-actions"),
    "github-actions",
    "Apps whose comments are read beside those of owners, members and collaborators, comma separated."
  ),
  registryMarker: setting(
    "registry-marker",
    external_exports.string().regex(/^[a-z0-9]+(?:-[a-z0-9]+){0,15}$/, "must be words of small letters and digits, joined by -").default("p2p-peer-registry"),
    "p2p-peer-registry",
    "How comments of peers begin. Peers of one mesh have the same; nodes of ipfs_accelerate_py know the default alone."
  ),
  registryExpiryMs: setting(
    "registry-expiry-minutes",
    number(6, 1440).transform((value) => value * MINUTE).default(45 * MINUTE),
    "45",
    "For how long a peer\u2019s comment is good; it is written again after a third of that. In a fleet too large for that within GitHub\u2019s limits, longer."
  ),
  registryAnnounce: setting(
    "registry-announce",
    flag.default(true),
    "true",
    "Whether this peer writes itself into the registry, or only reads it."
  ),
  registryFleetSize: setting(
    "registry-fleet-size",
    wholeNumber(1, 1e5).default(1),
    "1",
    "How many new peers may start at the same moment. Above 40 each waits for a slot of its own before it writes."
  ),
  githubToken: {
    ...setting("github-token", external_exports.string().min(1).optional(), void 0, "The token for GitHub. Default: GITHUB_TOKEN."),
    secret: true
  },
  githubApiUrl: setting(
    "github-api-url",
    url.optional(),
    void 0,
    "Where GitHub\u2019s API is. Default: GITHUB_API_URL, then https://api.github.com."
  ),
  publicIp: setting(
    "public-ip",
    external_exports.string().refine((text) => text === "off" || text === "auto" || isIP(text) !== 0, "must be an IP address, auto or off").optional(),
    void 0,
    "The public address to tell in the registry: an IP address, auto (find out) or off. Default: auto on a private repository, off on a public one."
  ),
  publicIpServices: setting(
    "public-ip-services",
    urls.prefault("https://api.ipify.org,https://ifconfig.me/ip,https://icanhazip.com"),
    "https://api.ipify.org,https://ifconfig.me/ip,https://icanhazip.com",
    "Services that answer with the address they are called from, asked in this order, comma separated."
  ),
  cloudMetadataUrl: setting(
    "cloud-metadata-url",
    url.default("http://169.254.169.254"),
    "http://169.254.169.254",
    "Where a machine in a cloud (AWS, Azure, Google) learns its public address."
  )
};

// src/app/settings/store-settings.ts
var STORE_SETTINGS = {
  store: {
    ...setting(
      "store",
      external_exports.string().regex(/^postgres(ql)?:\/\/[^\s]+$/, "must be a URL such as postgres://user@host/database").optional(),
      void 0,
      "A PostgreSQL that several peers share as one home, as postgres://user@host/database?sslmode=verify-full. Default: a file in the state directory. Better in the environment than on the command line; a password is also read from PGPASSWORD and the password file of PostgreSQL."
    ),
    secret: true
  },
  storeSchema: setting(
    "store-schema",
    external_exports.string().regex(/^[a-z_][a-z0-9_]{0,47}$/, "must be lower-case letters, digits and underscores").default("runner_mesh"),
    "runner_mesh",
    "The schema of that database that holds the home."
  )
};

// src/app/settings/relay-settings.ts
var RELAY_SETTINGS = {
  relay: setting(
    "relay",
    external_exports.enum(["auto", "on", "off"], "must be auto, on or off").default("auto"),
    "auto",
    "Whether other members may be reached through this peer: auto (once somebody from another network has proven to reach it), on or off."
  ),
  relaySlots: setting(
    "relay-slots",
    wholeNumber(0, 8).default(2),
    "2",
    "Relays to stay reachable through while the internet does not reach this peer itself; 0 for none."
  )
};

// src/app/settings/remote-settings.ts
var REMOTE_SETTINGS = {
  url: setting(
    "url",
    external_exports.url({ protocol: /^https?$/ }).optional(),
    void 0,
    "The peer that commands ask, by the URL of its HTTP server, such as https://runners.example. Default: the one of this machine."
  ),
  token: {
    ...setting("token", external_exports.string().min(1).optional(), void 0, "The bearer token to show at that URL."),
    secret: true
  },
  tokenFile: setting("token-file", external_exports.string().min(1).optional(), void 0, "A file that holds that token."),
  peer: setting(
    "peer",
    external_exports.string().regex(/\/p2p\/[A-Za-z0-9]+$/, "must be an address that ends in /p2p/<peer id>").optional(),
    void 0,
    "The peer that commands ask, by its address in the mesh, ending in /p2p/<peer id>. It takes the mesh key (key-file)."
  )
};

// src/app/settings/tracing-settings.ts
var TRACING_SETTINGS = {
  otlpTracesUrl: setting(
    "otlp-traces-url",
    external_exports.url({ protocol: /^https?$/ }).optional(),
    void 0,
    "Where spans of tasks are sent, as OTLP over HTTP in JSON, such as http://127.0.0.1:4318/v1/traces. Default: nowhere."
  ),
  otlpHeaders: {
    ...setting(
      "otlp-headers",
      external_exports.string().default("").transform((text) => text.split(",").filter((pair) => pair.trim() !== "")).refine((pairs) => pairs.every((pair) => /^\s*[\w-]+=/.test(pair)), "must be name=value pairs, comma separated").transform(
        (pairs) => Object.fromEntries(
          pairs.map((pair) => {
            const at = pair.indexOf("=");
            return [pair.slice(0, at).trim(), pair.slice(at + 1).trim()];
          })
        )
      ),
      "",
      "Headers to send there, such as a token: name=value pairs, comma separated."
    ),
    secret: true
  }
};

// src/app/settings/webhook-settings.ts
var WEBHOOK_SETTINGS = {
  webhookSecret: {
    ...setting(
      "webhook-secret",
      external_exports.string().min(1).optional(),
      void 0,
      "The secret of the webhook. With it, GitHub\u2019s events are taken at /webhook."
    ),
    secret: true
  },
  webhookSecretFile: setting(
    "webhook-secret-file",
    external_exports.string().min(1).optional(),
    void 0,
    "A file with the secret of the webhook; further lines hold former ones that still count."
  ),
  webhookRepositories: setting(
    "webhook-repositories",
    list("").pipe(
      external_exports.array(external_exports.string().regex(/^[A-Za-z0-9][A-Za-z0-9-]*\/(?:\*|[A-Za-z0-9._-]+)$/, "must be owner/name or owner/*"))
    ),
    "",
    "Repositories whose events are taken, as owner/name or owner/*, comma separated."
  ),
  webhookRulesFile: setting(
    "webhook-rules-file",
    external_exports.string().min(1).optional(),
    void 0,
    "Rules of this host, in place of .github/runner-mesh.yml of each repository."
  ),
  webhookSweepMs: setting(
    "webhook-sweep-seconds",
    number(0, 86400).transform((value) => Math.round(value * SECOND)).default(300 * SECOND),
    "300",
    "How often GitHub is asked for deliveries that failed, to send them again; 0 never. Needs http-public-url and a token with webhooks: write."
  )
};

// src/app/config.ts
var SETTINGS = {
  stateDir: setting(
    "state-dir",
    external_exports.string().min(1).optional(),
    void 0,
    "Where this peer keeps its key, queue and journal. Default: `runner-mesh` under the XDG state home. One process per directory."
  ),
  otherStateDirs: setting(
    "other-state-dirs",
    list(""),
    "",
    "State directories of other peers on this machine that serve the same home, comma separated. The command line goes on through one of them when its own peer is away."
  ),
  ...REMOTE_SETTINGS,
  meshKey: {
    ...setting(
      "key",
      external_exports.string().optional(),
      void 0,
      "The mesh key: 32 bytes in base64url. Whoever holds it is a member."
    ),
    secret: true
  },
  meshKeyFile: setting(
    "key-file",
    external_exports.string().min(1).optional(),
    void 0,
    "A file that holds the mesh key. Default: `mesh.key` in the state directory."
  ),
  previousKeyFiles: setting(
    "previous-key-files",
    list(""),
    "",
    "Files with mesh keys that are still accepted while a fleet changes over, comma separated."
  ),
  runnerName: setting(
    "runner-name",
    external_exports.string().min(1).max(128).optional(),
    void 0,
    "The name people see. Default: RUNNER_NAME, the name in the runner\u2019s folder, the host name."
  ),
  listen: setting(
    "listen",
    list(""),
    "",
    "Addresses to listen on for peers, comma separated. Default: /ip4/0.0.0.0/tcp/9720 for `up`, none for `worker`."
  ),
  announce: setting(
    "announce",
    list(""),
    "",
    "Addresses to tell others beside those listened on, such as a forwarded port, comma separated."
  ),
  bootstrap: setting(
    "bootstrap",
    list(""),
    "",
    "Addresses of peers to connect to, each ending in /p2p/<peer id>, comma separated."
  ),
  registryDir: setting(
    "registry-dir",
    external_exports.string().min(1).optional(),
    void 0,
    "A folder that peers share: each keeps its signed announcement there, and finds the others."
  ),
  ...STORE_SETTINGS,
  ...RELAY_SETTINGS,
  ...REGISTRY_SETTINGS,
  ...MEMBERSHIP_SETTINGS,
  mdns: setting("mdns", flag.default(false), "false", "Whether to find peers of the local network by multicast DNS."),
  predecessorAnnounceFile: setting(
    "predecessor-announce-file",
    external_exports.string().min(1).optional(),
    void 0,
    "An announce file of ipfs_accelerate_py to read addresses from."
  ),
  predecessorPeerDir: setting(
    "predecessor-peer-dir",
    external_exports.string().min(1).optional(),
    void 0,
    "A folder with peer_<runner>.json files of ipfs_accelerate_py to read addresses from."
  ),
  ...HTTP_SETTINGS,
  ...WEBHOOK_SETTINGS,
  ...DASHBOARD_SETTINGS,
  ...TRACING_SETTINGS,
  ...LEGACY_SETTINGS,
  work: setting("work", flag.default(true), "true", "Whether this peer runs tasks itself."),
  slots: setting("slots", number(1, 4096).optional(), void 0, "Tasks at a time. Default: one per processor."),
  labels: setting("labels", list(""), "", "Labels that tasks can ask for, comma separated."),
  ...POLICY_SETTINGS,
  dockerHost: setting(
    "docker-host",
    external_exports.string().min(1).optional(),
    void 0,
    "The Docker Engine, as unix:///path or tcp://host:port. Default: DOCKER_HOST, then unix:///var/run/docker.sock."
  ),
  pinImages: setting(
    "pin-images",
    flag.default(true),
    "true",
    "Whether tags become digests when a task is accepted, by asking their registry."
  ),
  imageCacheGb: setting(
    "image-cache-gb",
    number(0, 1e6).default(20),
    "20",
    "Gigabytes that images pulled or built for tasks may have together; beyond, those unused for longest go."
  ),
  diskFreeGb: setting(
    "disk-free-gb",
    number(0, 1e6).default(5),
    "5",
    "Gigabytes to leave free where the engine keeps its data: below, images of tasks go."
  ),
  leaseMs: setting(
    "lease-seconds",
    seconds(2, 3600).default(30 * SECOND),
    "30",
    "How long a task stays with a worker that is not heard of."
  ),
  lostGraceMs: setting(
    "lost-grace-seconds",
    seconds(0, 86400).default(10 * MINUTE),
    "600",
    "How long a task that is not idempotent waits for its lost worker before it fails with worker_lost."
  ),
  runForMs: setting(
    "run-for-seconds",
    seconds(1, 30 * 86400).optional(),
    void 0,
    "Stop by itself after this long."
  ),
  retentionMs: setting(
    "retention-hours",
    number(0.01, 24 * 365).transform((hours) => Math.round(hours * HOUR)).default(24 * HOUR),
    "24",
    "How long ended tasks are kept."
  ),
  logMaxBytes: setting(
    "log-max-mb",
    mebibytes(1, 65536).default(64 * MIB),
    "64",
    "How much of the log of one attempt is kept, in MiB: its head and its tail."
  ),
  artifactMaxBytes: setting(
    "artifact-max-mb",
    mebibytes(1, 1048576).default(1024 * MIB),
    "1024",
    "How much the artifacts of one attempt may take, in MiB."
  ),
  artifactsMaxBytes: setting(
    "artifacts-max-mb",
    mebibytes(1, 16777216).default(10240 * MIB),
    "10240",
    "How much all artifacts of this peer may take, in MiB."
  ),
  maxRunningPerSubmitter: setting(
    "max-running-per-submitter",
    wholeNumber(1, 1e6).optional(),
    void 0,
    "Tasks of one submitter that this queue lets run at a time. Default: any number."
  ),
  logLevel: setting("log-level", external_exports.enum(LOG_LEVELS).default("info"), "info", "debug, info, warn, error or silent.")
};
function loadConfig(environment) {
  const faults = [];
  const known = /* @__PURE__ */ new Set();
  const values = Object.fromEntries(
    Object.entries(SETTINGS).map(([key, { stem, schema }]) => {
      const name = environmentName(stem);
      known.add(name);
      const raw = environment[name];
      const parsed = schema.safeParse(raw === "" ? void 0 : raw);
      if (parsed.success) return [key, parsed.data];
      faults.push(`${name} ${parsed.error.issues.map((issue) => issue.message).join(", ")}`);
      return [key, void 0];
    })
  );
  for (const name of Object.keys(environment)) {
    if (name.startsWith("RUNNER_MESH_") && !known.has(name) && !RESERVED.has(name))
      faults.push(`${name} is not a setting`);
  }
  if (faults.length > 0) throw new RunnerMeshError("config_invalid", `${faults.join("; ")}. See docs/configuration.md.`);
  return Object.freeze({
    ...values,
    surroundings: {
      runnerName: environment["RUNNER_NAME"],
      dockerHost: environment["DOCKER_HOST"],
      dockerConfig: environment["DOCKER_CONFIG"],
      xdgStateHome: environment["XDG_STATE_HOME"],
      home: environment["HOME"],
      path: environment["PATH"],
      predecessorBootstrap: environment["CACHE_BOOTSTRAP_PEERS"],
      runtimeDir: environment["XDG_RUNTIME_DIR"],
      runnerTemp: environment["RUNNER_TEMP"],
      githubToken: environment["GITHUB_TOKEN"],
      githubApiUrl: environment["GITHUB_API_URL"]
    }
  });
}
var RESERVED = /* @__PURE__ */ new Set([
  "RUNNER_MESH_TASK_ID",
  "RUNNER_MESH_TASK_FENCE",
  "RUNNER_MESH_TASK_ATTEMPT"
]);

export {
  SETTINGS,
  loadConfig
};
