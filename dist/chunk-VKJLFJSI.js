import { createRequire as bundleRequire } from 'node:module'
import { dirname as bundleDirname } from 'node:path'
import { fileURLToPath as bundleFilename } from 'node:url'
const require = bundleRequire(import.meta.url)
const __filename = bundleFilename(import.meta.url)
const __dirname = bundleDirname(__filename)
import {
  sealedAnnouncement
} from "./chunk-C6YG63S3.js";
import {
  attemptView,
  duration,
  fenceField,
  fitView,
  grantView,
  instant,
  jsonObject,
  offerInput,
  peerView,
  progressView,
  submitOptions,
  submittedView,
  taskIdField,
  taskView
} from "./chunk-QYPJREVZ.js";
import {
  capabilitiesView
} from "./chunk-SNT4N2C2.js";
import {
  ADDS,
  CHANGES,
  ENDS,
  READS,
  defineOperation
} from "./chunk-WGTKGJ5D.js";
import {
  ARTIFACT_LIMITS,
  imageTask,
  repositoryTask
} from "./chunk-LG2VQSGP.js";
import {
  PRIORITY,
  REASONS,
  STATUSES
} from "./chunk-JVD6W2LK.js";
import {
  external_exports
} from "./chunk-NO6C4VEO.js";

// src/core/operations/submit.ts
var RARE = {
  tmpfs: true,
  read_only: true,
  mounts: true,
  devices: true,
  secrets: true,
  artifacts: true,
  inputs: true
};
var submitTask = defineOperation({
  name: "p2p_taskqueue_submit",
  title: "Submit a task of any type",
  description: "Queues a task of any type for a fitting runner. Prefer the docker submits for containers; follow with p2p_taskqueue_wait_task.",
  access: "tasks:submit",
  hints: ADDS,
  input: external_exports.strictObject({
    task_type: external_exports.string().min(1).max(128),
    model_name: external_exports.string().max(256).default(""),
    payload: jsonObject(),
    ...submitOptions
  }),
  output: submittedView
});
var submitImage = defineOperation({
  name: "p2p_taskqueue_submit_docker_hub",
  title: "Run a container image",
  description: "Runs an image of Docker Hub or another registry. Wait with p2p_taskqueue_wait_task; ended tasks are kept 24 hours by default.",
  access: "tasks:submit",
  hints: { ...ADDS, openWorld: true },
  input: imageTask.omit({ ...RARE, digest: true }).extend(submitOptions),
  output: submittedView
});
var submitRepository = defineOperation({
  name: "p2p_taskqueue_submit_docker_github",
  title: "Build and run a GitHub repository",
  description: "Builds a Dockerfile of a GitHub repository at a fixed commit and runs it. Wait with p2p_taskqueue_wait_task.",
  access: "tasks:submit",
  hints: { ...ADDS, openWorld: true },
  input: repositoryTask.omit({ ...RARE, submodules: true, commit: true }).extend(submitOptions),
  output: submittedView
});
var previewTask = defineOperation({
  name: "p2p_taskqueue_preview",
  title: "Judge a task without adding it",
  description: "Checks a submit as that submit does, image and repository included, adds nothing, and says per known peer whether it fits or the first rule that turns it down.",
  access: "tasks:submit",
  hints: { ...READS, openWorld: true },
  input: external_exports.strictObject({
    submit: external_exports.enum([submitTask.name, submitImage.name, submitRepository.name]).describe("The submit to judge"),
    arguments: jsonObject().describe("Its arguments")
  }),
  output: external_exports.object({
    task_type: external_exports.string(),
    summary: external_exports.string(),
    fitting: external_exports.int().describe("How many of the peers fit"),
    peers: external_exports.array(fitView)
  })
});

// src/core/operations/cache.ts
var key = external_exports.string().min(1).max(512).describe("Key, shared by the whole mesh");
var value = external_exports.union([external_exports.string(), external_exports.number(), external_exports.boolean(), external_exports.null(), external_exports.array(external_exports.json()), external_exports.record(external_exports.string(), external_exports.json())]).describe("Any JSON, null too");
var YEAR_S = 31536e3;
var cacheGet = defineOperation({
  name: "p2p_taskqueue_cache_get",
  title: "Read from the cache",
  description: "Reads a value that any peer of the mesh has cached. hit is false when it is unknown, expired or evicted.",
  access: "cache:read",
  hints: { ...READS, openWorld: true },
  input: external_exports.strictObject({ key }),
  output: external_exports.object({ key: external_exports.string(), hit: external_exports.boolean(), value: value.optional(), peer_id: external_exports.string().optional() })
});
var cacheSet = defineOperation({
  name: "p2p_taskqueue_cache_set",
  title: "Write to the cache",
  description: "Caches a value for every peer of the mesh; the last write wins. It may be evicted at any time.",
  access: "cache:write",
  hints: CHANGES,
  input: external_exports.strictObject({
    key,
    value,
    ttl_s: external_exports.number().min(0).max(YEAR_S).default(0).describe("Seconds to keep it; 0 while there is room")
  }),
  output: external_exports.object({
    key: external_exports.string(),
    stored: external_exports.boolean().describe("False when a later write is there or no peer keeps a cache"),
    peer_id: external_exports.string().optional()
  })
});
var cacheHas = defineOperation({
  name: "p2p_taskqueue_cache_has",
  title: "Look for a key in the cache",
  description: "Says whether a key is cached, without its value and without counting as a use.",
  access: "cache:read",
  hints: READS,
  input: external_exports.strictObject({ key }),
  output: external_exports.object({ key: external_exports.string(), hit: external_exports.boolean(), peer_id: external_exports.string().optional() })
});
var cacheDelete = defineOperation({
  name: "p2p_taskqueue_cache_delete",
  title: "Remove a key from the cache",
  description: "Removes a key from the cache of the mesh. deleted is false when it was not there.",
  access: "cache:write",
  hints: ENDS,
  input: external_exports.strictObject({ key }),
  output: external_exports.object({ key: external_exports.string(), deleted: external_exports.boolean(), peer_id: external_exports.string().optional() })
});
var cacheFetch = defineOperation({
  name: "p2p_taskqueue_cache_fetch",
  title: "Read a peer\u2019s own part of the cache",
  description: "Answers from the part of the cache that the asked peer holds itself. Peers ask it of each other.",
  access: "cache:read",
  hints: { ...READS, openWorld: true },
  input: external_exports.strictObject({ key, look_only: external_exports.boolean().default(false).describe("Neither value nor use") }),
  output: external_exports.object({ hit: external_exports.boolean(), value: value.optional() })
});
var cacheStore = defineOperation({
  name: "p2p_taskqueue_cache_store",
  title: "Change a peer\u2019s own part of the cache",
  description: "Writes or removes a key in the part of the cache that the asked peer holds. Peers ask it of each other.",
  access: "cache:write",
  hints: CHANGES,
  input: external_exports.strictObject({
    key,
    value: value.optional().describe("Left out to remove the key"),
    ttl_ms: duration().min(1).optional(),
    written_at: instant().describe("When the write was asked for, by the clock of the peer asked"),
    writer: external_exports.string().min(1).max(128).describe("The peer it was asked of")
  }),
  output: external_exports.object({ changed: external_exports.boolean() })
});

// src/core/operations/call-tool.ts
var callTool = defineOperation({
  name: "p2p_taskqueue_call_tool",
  title: "Call a tool on a peer",
  description: "Calls a tool of a connected peer, if the owner of this peer has allowed that tool, and answers what it answered. list_peers shows the peers.",
  access: "peers:call",
  // What it does is what the tool there does.
  hints: { ...ENDS, idempotent: false, openWorld: true },
  input: external_exports.strictObject({
    tool_name: external_exports.string().min(1).max(128),
    args: jsonObject().optional().describe("Arguments of that tool"),
    peer_id: external_exports.string().max(128).optional(),
    remote_peer_id: external_exports.string().max(128).optional().describe("The same"),
    remote_multiaddr: external_exports.string().max(512).optional().describe("An address it is known under"),
    timeout_s: external_exports.number().min(1).max(330).default(30)
  }),
  output: external_exports.object({
    peer_id: external_exports.string(),
    tool: external_exports.string(),
    is_error: external_exports.boolean().describe("The tool there has refused or failed; result says why"),
    result: jsonObject().describe("What the peer answered; data from outside")
  })
});

// src/core/operations/cron.ts
var name = external_exports.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, "is not a name of 1 to 64 letters, digits, dots, dashes and underscores").describe("Name of the schedule");
var scheduleView = external_exports.object({
  name: external_exports.string(),
  expression: external_exports.string(),
  time_zone: external_exports.string(),
  paused: external_exports.boolean(),
  next_at: instant().describe("The next instant, unless paused"),
  task_type: external_exports.string(),
  submitter: external_exports.string()
});
var cronSave = defineOperation({
  name: "p2p_taskqueue_cron_save",
  title: "Save a schedule",
  description: "Submits a task at every instant of a cron expression, under the name of the caller. A known name is replaced.",
  access: "admin",
  hints: CHANGES,
  input: external_exports.strictObject({
    name,
    expression: external_exports.string().min(1).max(128).describe("minute hour day month weekday, or @hourly, @daily, @weekly, @monthly"),
    time_zone: external_exports.string().min(1).max(64).default("UTC").describe("IANA name, such as Europe/Berlin"),
    paused: external_exports.boolean().default(false),
    task: submitTask.input.omit({ delay_ms: true, idempotency_key: true, needs: true })
  }),
  output: external_exports.object({ schedule: scheduleView })
});
var cronList = defineOperation({
  name: "p2p_taskqueue_cron_list",
  title: "List schedules",
  description: "Lists the schedules of this home with the next instant of each.",
  access: "admin",
  hints: READS,
  input: external_exports.strictObject({}),
  output: external_exports.object({ schedules: external_exports.array(scheduleView) })
});
var cronRemove = defineOperation({
  name: "p2p_taskqueue_cron_remove",
  title: "Remove a schedule",
  description: "Removes a schedule. Tasks it has submitted go on.",
  access: "admin",
  hints: ENDS,
  input: external_exports.strictObject({ name }),
  output: external_exports.object({ removed: external_exports.boolean() })
});
var cronPause = defineOperation({
  name: "p2p_taskqueue_cron_pause",
  title: "Pause a schedule",
  description: "Keeps a schedule from submitting until it is resumed. Instants that pass meanwhile are not made up for.",
  access: "admin",
  hints: CHANGES,
  input: external_exports.strictObject({ name }),
  output: external_exports.object({ schedule: scheduleView })
});
var cronResume = defineOperation({
  name: "p2p_taskqueue_cron_resume",
  title: "Resume a schedule",
  description: "Lets a paused schedule submit again, from its next instant on.",
  access: "admin",
  hints: CHANGES,
  input: external_exports.strictObject({ name }),
  output: external_exports.object({ schedule: scheduleView })
});

// src/core/operations/pause.ts
var holderField = external_exports.string().min(1).max(128);
var pausesView = {
  paused: external_exports.boolean(),
  pauses: external_exports.array(external_exports.object({ holder: external_exports.string(), until: instant().optional() }))
};
var pauseWorker = defineOperation({
  name: "p2p_worker_pause",
  title: "Stop claiming tasks",
  description: "Makes this peer claim no more tasks; those it runs go on. Each holder pauses and resumes for itself.",
  access: "admin",
  hints: CHANGES,
  input: external_exports.strictObject({
    holder: holderField.default("operator").describe("Who needs the machine"),
    for_s: external_exports.number().min(1).max(2592e3).optional().describe("Seconds after which it ends by itself")
  }),
  output: external_exports.object(pausesView)
});
var resumeWorker = defineOperation({
  name: "p2p_worker_resume",
  title: "Claim tasks again",
  description: "Ends the pause of one holder; this peer claims again when no other holder pauses it.",
  access: "admin",
  hints: CHANGES,
  input: external_exports.strictObject({
    holder: holderField.default("operator").describe("Whose pause ends"),
    all: external_exports.boolean().default(false).describe("End the pauses of all holders")
  }),
  output: external_exports.object(pausesView)
});
var drainWorker = defineOperation({
  name: "p2p_worker_drain",
  title: "Finish what runs, claim no more",
  description: "Makes this peer claim no more tasks and waits until those it runs have ended. Ask again while it says running. With stop the peer then stops.",
  access: "admin",
  hints: CHANGES,
  input: external_exports.strictObject({
    wait_s: external_exports.number().min(0).max(60).default(30).describe("Longest time to wait for the answer, seconds"),
    stop: external_exports.boolean().default(false).describe("Stop the peer once nothing runs")
  }),
  output: external_exports.object({ running: external_exports.int().min(0), stopping: external_exports.boolean() })
});

// src/core/operations/outputs.ts
var count = () => external_exports.int().min(0);
var attemptField = external_exports.int().min(1).optional().describe("Which attempt; the last one that wrote by default");
var digestField = external_exports.string().regex(/^[0-9a-f]{64}$/, "is not a SHA-256 in hexadecimal");
var LOG_PAGE_BYTES = 131072;
var readLog = defineOperation({
  name: "p2p_taskqueue_read_log",
  title: "Read the log of a task",
  description: "Answers a page of the output from from_seq on, waiting up to wait_s for more. Pass next_seq back as from_seq until ended.",
  access: "tasks:read",
  hints: { ...READS, openWorld: true },
  input: external_exports.strictObject({
    task_id: taskIdField,
    attempt: attemptField,
    from_seq: count().optional().describe("Position to read from; 0 by default"),
    tail_lines: external_exports.int().min(0).max(1e5).optional().describe("Begin so many lines before the end; only without from_seq"),
    since: instant().optional().describe("Leave out what was written before"),
    stream: external_exports.enum(["stdout", "stderr"]).optional().describe("Only this stream"),
    grep: external_exports.string().min(1).max(1024).optional().describe("Only lines that contain this text"),
    max_bytes: external_exports.int().min(1024).max(LOG_PAGE_BYTES).default(65536),
    wait_s: external_exports.number().min(0).max(60).default(0).describe("Wait for more when there is nothing yet")
  }),
  output: external_exports.object({
    task_id: taskIdField,
    status: external_exports.enum(STATUSES),
    attempt: count().describe("0 before the first attempt"),
    entries: external_exports.array(external_exports.object({ seq: count(), at: instant(), stream: external_exports.enum(["stdout", "stderr"]), text: external_exports.string() })),
    cuts: external_exports.array(external_exports.object({ from_seq: count(), to_seq: count(), bytes: count().optional() })).describe("What is missing in this page: dropped between head and tail"),
    next_seq: count(),
    ended: external_exports.boolean().describe("Nothing of this attempt follows next_seq"),
    complete: external_exports.boolean().describe("The worker has said that the log is whole"),
    bytes: count().describe("Written so far, missing parts counted"),
    lines: count()
  })
});
var artifactView = external_exports.object({
  path: external_exports.string(),
  bytes: count(),
  sha256: digestField
});
var listArtifacts = defineOperation({
  name: "p2p_taskqueue_list_artifacts",
  title: "List the artifacts of a task",
  description: "Lists the files a task has left, with size and SHA-256. Fetch one with p2p_taskqueue_read_artifact.",
  access: "tasks:read",
  hints: { ...READS, openWorld: true },
  input: external_exports.strictObject({ task_id: taskIdField, attempt: attemptField }),
  output: external_exports.object({
    task_id: taskIdField,
    attempt: count(),
    artifacts: external_exports.array(artifactView).max(ARTIFACT_LIMITS.files)
  })
});
var ARTIFACT_CHUNK_BYTES = 524288;
var readArtifact = defineOperation({
  name: "p2p_taskqueue_read_artifact",
  title: "Read an artifact of a task",
  description: "Answers a piece of a file that a task has left, in base64. Go on at offset + bytes read until offset reaches bytes.",
  access: "tasks:read",
  hints: { ...READS, openWorld: true },
  input: external_exports.strictObject({
    task_id: taskIdField,
    attempt: attemptField,
    path: external_exports.string().min(1).max(4096).describe("As p2p_taskqueue_list_artifacts answers it"),
    offset: count().default(0),
    max_bytes: external_exports.int().min(1).max(ARTIFACT_CHUNK_BYTES).default(65536)
  }),
  output: artifactView.extend({ offset: count(), data: external_exports.base64() })
});

// src/core/operations/read.ts
var getTask = defineOperation({
  name: "p2p_taskqueue_get_task",
  title: "Get one task",
  description: "Answers where a task stands, its result, and on request its log.",
  access: "tasks:read",
  hints: { ...READS, openWorld: true },
  input: external_exports.strictObject({
    task_id: taskIdField,
    log_tail_lines: external_exports.int().min(0).max(1e3).default(0).describe("Last log lines"),
    attempts: external_exports.boolean().default(false).describe("Tell every attempt")
  }),
  output: external_exports.object({ task: taskView, log_tail: external_exports.string().optional(), attempts: external_exports.array(attemptView).optional() })
});
var waitTask = defineOperation({
  name: "p2p_taskqueue_wait_task",
  title: "Wait for a task",
  description: "Waits until the task ends or the time is up, reporting progress. When timed_out is true, call it again.",
  access: "tasks:read",
  hints: { ...READS, openWorld: true },
  input: external_exports.strictObject({
    task_id: taskIdField,
    timeout_s: external_exports.number().min(0).max(300).default(50).describe("Seconds to wait"),
    log_tail_lines: external_exports.int().min(0).max(1e3).default(20).describe("Last log lines")
  }),
  output: external_exports.object({ task: taskView, timed_out: external_exports.boolean(), log_tail: external_exports.string().optional() })
});
var statusWord = external_exports.string().refine((word) => STATUSES.some((status) => status === word), {
  error: `is not one of ${STATUSES.join(", ")}`
});
var listTasks = defineOperation({
  name: "p2p_taskqueue_list_tasks",
  title: "List tasks",
  description: "Lists tasks, newest first, without payloads and results. Pass next_cursor back as cursor to read on.",
  access: "tasks:read",
  hints: READS,
  input: external_exports.strictObject({
    status: external_exports.enum(STATUSES).optional(),
    statuses: external_exports.array(statusWord).max(STATUSES.length).optional(),
    task_types: external_exports.array(external_exports.string().max(128)).max(64).optional(),
    workflow_id: external_exports.string().max(256).optional(),
    tag: external_exports.string().max(128).optional(),
    submitter: external_exports.string().max(256).optional(),
    worker_id: external_exports.string().max(128).optional(),
    limit: external_exports.int().min(1).max(100).default(20),
    cursor: external_exports.string().max(256).optional()
  }),
  output: external_exports.object({ tasks: external_exports.array(taskView), next_cursor: external_exports.string().optional() })
});
var counters = external_exports.record(external_exports.string(), external_exports.int());
var queueStatus = defineOperation({
  name: "p2p_taskqueue_status",
  title: "Task queue status",
  description: "Counts queued and running tasks of this home and says which peers are connected.",
  access: "tasks:read",
  hints: READS,
  input: external_exports.strictObject({ detail: external_exports.boolean().default(false).describe("Add counts by type and phase") }),
  output: external_exports.object({
    peer_id: external_exports.string(),
    home_id: external_exports.string().optional(),
    version: external_exports.string(),
    queued: external_exports.int(),
    running: external_exports.int(),
    completed: external_exports.int(),
    failed: external_exports.int(),
    cancelled: external_exports.int(),
    suspect: external_exports.int().optional().describe("Running tasks whose lease has ended"),
    parked_claims: external_exports.int(),
    connected_peers: external_exports.int(),
    oldest_ready_at: instant().optional(),
    queued_by_phase: counters.optional(),
    queued_by_type: counters.optional(),
    running_by_type: counters.optional(),
    executor: jsonObject().optional(),
    capabilities: capabilitiesView.optional().describe("What this peer has and can do"),
    discovery: external_exports.array(external_exports.object({ source: external_exports.string(), found: external_exports.int(), problem: external_exports.string().optional() })).optional().describe("How this peer finds others"),
    rejected: counters.optional().describe("What this peer turned away since it started, by kind")
  })
});
var explainTask = defineOperation({
  name: "p2p_taskqueue_explain",
  title: "Explain why a task waits",
  description: "Says why a task is not running: its phase, and per known peer the first rule that turned it down.",
  access: "tasks:read",
  hints: READS,
  input: external_exports.strictObject({ task_id: taskIdField }),
  output: external_exports.object({
    task_id: taskIdField,
    status: external_exports.enum(STATUSES),
    summary: external_exports.string(),
    peers: external_exports.array(fitView)
  })
});
var listPeers = defineOperation({
  name: "list_peers",
  title: "List runners",
  description: "Lists the runners of the mesh, how each was found, and whether it is reached directly or through a relay.",
  access: "peers:read",
  hints: { ...READS, openWorld: true },
  input: external_exports.strictObject({ limit: external_exports.int().min(1).max(1e3).default(50) }),
  output: external_exports.object({ self_peer_id: external_exports.string(), count: external_exports.int(), peers: external_exports.array(peerView) })
});

// src/core/operations/report.ts
var peerReport = defineOperation({
  name: "p2p_peer_report",
  title: "Report of this peer",
  description: "Says how this peer finds others, what keeps it from that, and what its worker can do.",
  access: "admin",
  hints: READS,
  input: external_exports.strictObject({}),
  output: external_exports.object({
    peer_id: external_exports.string(),
    runner_name: external_exports.string(),
    version: external_exports.string(),
    features: external_exports.array(external_exports.string()),
    addresses: external_exports.array(external_exports.string()),
    connected_peers: external_exports.int(),
    discovery: external_exports.array(
      external_exports.object({
        source: external_exports.string(),
        found: external_exports.int(),
        problem: external_exports.string().optional(),
        problem_code: external_exports.string().optional()
      })
    ),
    targets: external_exports.array(
      external_exports.object({
        address: external_exports.string(),
        source: external_exports.string(),
        state: external_exports.enum(["connected", "dialling", "waiting"]),
        last_error: external_exports.string().optional()
      })
    ),
    executor: jsonObject()
  })
});

// src/core/operations/peers.ts
var peerId = external_exports.string().min(1).max(128).describe("Peer id, as list_peers names it");
var peerCapabilities = defineOperation({
  name: "p2p_peer_capabilities",
  title: "What a peer has and can do",
  description: "Answers processors, memory, disk, GPUs, images present and load of this peer, or asks a connected one for its own.",
  access: "peers:read",
  hints: { ...READS, openWorld: true },
  input: external_exports.strictObject({ peer_id: peerId.optional() }),
  output: external_exports.object({ peer_id: external_exports.string(), capabilities: capabilitiesView })
});
var revokePeer = defineOperation({
  name: "p2p_peer_revoke",
  title: "Revoke a peer",
  description: "Turns a peer away for good, whatever key it holds: its connection ends at once, and it stays out after a restart.",
  access: "admin",
  hints: ENDS,
  input: external_exports.strictObject({ peer_id: peerId, note: external_exports.string().max(200).default("").describe("Why, for whoever looks") }),
  output: external_exports.object({ revoked: external_exports.boolean().describe("False when it was revoked already") })
});
var restorePeer = defineOperation({
  name: "p2p_peer_restore",
  title: "Take back a revocation",
  description: "Lets a revoked peer be a member again, if it holds the mesh key.",
  access: "admin",
  hints: CHANGES,
  input: external_exports.strictObject({ peer_id: peerId }),
  output: external_exports.object({ restored: external_exports.boolean().describe("False when it was not revoked") })
});
var listRevoked = defineOperation({
  name: "p2p_peers_revoked",
  title: "List revoked peers",
  description: "Lists the peers that this one turns away, and the allow-list if there is one.",
  access: "admin",
  hints: READS,
  input: external_exports.strictObject({}),
  output: external_exports.object({
    revoked: external_exports.array(external_exports.object({ peer_id: external_exports.string(), note: external_exports.string().optional() })),
    allowed: external_exports.array(external_exports.string()).optional().describe("The only peers that may be members")
  })
});

// src/core/operations/rendezvous.ts
var registerAtRendezvous = defineOperation({
  name: "p2p_rendezvous_register",
  title: "Register at this rendezvous",
  description: "Keeps the announcement of the calling peer for others to find. One without addresses takes it back.",
  access: "peers:read",
  hints: CHANGES,
  input: external_exports.strictObject({ announcement: sealedAnnouncement }),
  output: external_exports.object({ ttl_ms: duration().describe("Kept for this long; 0 when it was taken back") })
});
var discoverAtRendezvous = defineOperation({
  name: "p2p_rendezvous_discover",
  title: "Read the announcements of this rendezvous",
  description: "Answers the announcements registered since the cookie. Call it again with the new cookie to read on.",
  access: "peers:read",
  hints: READS,
  input: external_exports.strictObject({
    cookie: external_exports.string().max(64).optional(),
    limit: external_exports.int().min(1).max(500).default(200)
  }),
  output: external_exports.object({ announcements: external_exports.array(sealedAnnouncement), cookie: external_exports.string(), more: external_exports.boolean() })
});

// src/core/operations/scheduler.ts
var name2 = (longest) => external_exports.string().min(1).max(longest);
var tags = external_exports.array(external_exports.string().max(128)).max(32);
var clockView = external_exports.object({
  node_id: external_exports.string(),
  vector: external_exports.record(external_exports.string(), external_exports.int()),
  merkle_root: external_exports.string()
});
var checkWorkflowTags = defineOperation({
  name: "p2p_check_workflow_tags",
  title: "Check workflow tags",
  description: "Says whether a workflow\u2019s tags let the mesh run it.",
  access: "tasks:read",
  hints: READS,
  input: external_exports.strictObject({ tags }),
  output: external_exports.object({
    should_bypass_github: external_exports.boolean(),
    is_p2p_only: external_exports.boolean(),
    tags: external_exports.array(external_exports.string()),
    unknown_tags: external_exports.array(external_exports.string())
  })
});
var schedulerStatus = defineOperation({
  name: "p2p_scheduler_status",
  title: "Scheduler status",
  description: "Tells the Merkle clock of this home, how many tasks it holds and how many peers it has heard of lately.",
  access: "tasks:read",
  hints: READS,
  input: external_exports.strictObject({}),
  output: external_exports.object({
    peer_id: external_exports.string(),
    merkle_clock: clockView,
    pending_tasks: external_exports.int(),
    assigned_tasks: external_exports.int(),
    completed_tasks: external_exports.int(),
    queue_size: external_exports.int(),
    known_peers: external_exports.int()
  })
});
var submitWorkflowTask = defineOperation({
  name: "p2p_submit_task",
  title: "Submit a workflow task",
  description: "Queues a task under your own id. Without task_type you execute it yourself: take it with p2p_get_next_task.",
  access: "tasks:submit",
  hints: CHANGES,
  input: external_exports.strictObject({
    task_id: name2(256).describe("Your id, unique within the workflow; a repeat answers the first task"),
    workflow_id: name2(256),
    name: name2(256),
    tags: tags.default([]),
    priority: external_exports.int().min(PRIORITY.lowest).max(PRIORITY.highest).default(PRIORITY.default),
    task_type: name2(128).optional().describe("For a runner to execute"),
    payload: jsonObject().optional()
  }),
  output: external_exports.object({
    success: external_exports.boolean(),
    task_id: external_exports.string(),
    task_hash: external_exports.string(),
    priority: external_exports.int(),
    queue_task_id: taskIdField,
    created: external_exports.boolean(),
    status: external_exports.enum(STATUSES)
  })
});
var nextWorkflowTask = defineOperation({
  name: "p2p_get_next_task",
  title: "Next workflow task",
  description: "Leases the next of your external tasks to you and renews those you hold. End it with p2p_mark_task_complete.",
  access: "tasks:submit",
  hints: ADDS,
  input: external_exports.strictObject({}),
  output: external_exports.object({
    task: external_exports.object({
      task_id: external_exports.string(),
      workflow_id: external_exports.string(),
      name: external_exports.string(),
      tags: external_exports.array(external_exports.string()),
      priority: external_exports.int(),
      task_hash: external_exports.string(),
      assigned_peer: external_exports.string(),
      queue_task_id: taskIdField,
      fence: fenceField,
      lease_ms: duration()
    }).nullable(),
    message: external_exports.string().optional()
  })
});
var completeWorkflowTask = defineOperation({
  name: "p2p_mark_task_complete",
  title: "Mark a workflow task complete",
  description: "Completes an external task that you hold. A repeat changes nothing.",
  access: "tasks:submit",
  hints: ENDS,
  input: external_exports.strictObject({
    task_id: name2(256),
    workflow_id: name2(256).optional().describe("Needed when two workflows use the id")
  }),
  output: external_exports.object({ success: external_exports.boolean(), task_id: external_exports.string(), queue_task_id: taskIdField })
});
var updatePeerState = defineOperation({
  name: "p2p_update_peer_state",
  title: "Update a peer\u2019s clock",
  description: "Merges a peer\u2019s Merkle clock into that of this home and notes that the peer lives.",
  access: "tasks:work",
  hints: CHANGES,
  input: external_exports.strictObject({ peer_id: name2(256), clock_data: jsonObject().describe("node_id, vector") }),
  output: external_exports.object({
    success: external_exports.boolean(),
    peer_id: external_exports.string(),
    order: external_exports.enum(["equal", "before", "after", "concurrent"]).describe("How the peer\u2019s clock stood to this one"),
    merkle_root: external_exports.string()
  })
});
var getMerkleClock = defineOperation({
  name: "p2p_get_merkle_clock",
  title: "Merkle clock",
  description: "Tells the vector clock of this home and its root hash.",
  access: "tasks:read",
  hints: READS,
  input: external_exports.strictObject({}),
  output: clockView
});
var heartbeat = defineOperation({
  name: "p2p_taskqueue_heartbeat",
  title: "Send a heartbeat",
  description: "Notes that a peer lives, merges its clock and renews the leases given and those of the caller\u2019s external tasks.",
  access: "tasks:work",
  hints: CHANGES,
  input: external_exports.strictObject({
    peer_id: name2(256).optional(),
    clock: jsonObject().optional().describe("node_id, vector"),
    leases: external_exports.array(external_exports.strictObject({ task_id: taskIdField, fence: fenceField })).max(1024).optional()
  }),
  output: external_exports.object({
    peer: external_exports.string(),
    scheduler: external_exports.object({
      clock: clockView,
      known_peers: external_exports.array(external_exports.object({ peer_id: external_exports.string(), seen_at: instant() }))
    }),
    verdicts: external_exports.array(external_exports.object({ task_id: taskIdField, verdict: external_exports.enum(["renewed", "cancel", "lost"]) })).optional()
  })
});

// src/core/operations/upkeep.ts
var resubmitTask = defineOperation({
  name: "p2p_taskqueue_resubmit",
  title: "Queue a failed task again",
  description: "Queues a failed or cancelled task again under its id, with fresh budgets and time limits.",
  access: "tasks:submit",
  hints: ADDS,
  input: external_exports.strictObject({ task_id: taskIdField }),
  output: external_exports.object({ task: taskView })
});
var pruneTasks = defineOperation({
  name: "p2p_taskqueue_prune",
  title: "Delete ended tasks past their retention",
  description: "Deletes at once all ended tasks whose retention is over, instead of a few every second.",
  access: "admin",
  hints: ENDS,
  input: external_exports.strictObject({}),
  output: external_exports.object({ pruned: external_exports.int().min(0) })
});

// src/core/operations/watch.ts
var watchChanges = defineOperation({
  name: "p2p_taskqueue_watch",
  title: "Hear what changes",
  description: "Tells as progress, a few times a second, which tasks, logs and peers have changed, until wait_s is over. Call again before it is, to miss nothing.",
  access: "admin",
  hints: READS,
  input: external_exports.strictObject({ wait_s: external_exports.number().min(0).max(300).default(60).describe("Seconds to listen") }),
  output: external_exports.object({ changes: external_exports.int().describe("How many events were heard") })
});
var changeNote = external_exports.object({
  tasks: external_exports.string().optional(),
  /** Of tasks whose log grew. */
  logs: external_exports.string().optional(),
  /** Of tasks that have ended. */
  ended: external_exports.string().optional(),
  /** Peers came or went. */
  peers: external_exports.number().optional()
});

// src/core/operations/work.ts
var workerField = external_exports.string().max(128).optional().describe("Name of the worker; a mesh peer is known by its own id");
var claimNext = defineOperation({
  name: "p2p_taskqueue_claim_next",
  title: "Claim the next task",
  description: "Leases the best fitting tasks to the caller, waiting up to wait_s for one. Renew before lease_ms is over, then settle with the fence.",
  access: "tasks:work",
  hints: ADDS,
  input: external_exports.strictObject({
    worker_id: workerField,
    request_id: external_exports.string().min(1).max(64).optional().describe("A repeat with the same id answers the same grants"),
    supported_task_types: external_exports.array(external_exports.string().max(128)).max(64).optional().describe("Empty means any"),
    offer: offerInput.optional().describe("What the worker has; without it any size fits, but no labels, os or arch"),
    max_tasks: external_exports.int().min(1).max(128).default(1),
    wait_s: external_exports.number().min(0).max(60).default(0)
  }),
  output: external_exports.object({ grants: external_exports.array(grantView) })
});
var renewLeases = defineOperation({
  name: "p2p_taskqueue_renew",
  title: "Renew leases",
  description: "Renews the leases of all tasks a worker holds at this home, with their progress. A task answered lost must be stopped.",
  access: "tasks:work",
  hints: CHANGES,
  input: external_exports.strictObject({
    worker_id: workerField,
    leases: external_exports.array(external_exports.strictObject({ task_id: taskIdField, fence: fenceField, progress: progressView.optional() })).max(1024)
  }),
  output: external_exports.object({
    lease_ms: duration(),
    verdicts: external_exports.array(external_exports.object({ task_id: taskIdField, verdict: external_exports.enum(["renewed", "cancel", "lost"]) }))
  })
});
var attemptEnd = {
  task_id: taskIdField,
  status: external_exports.enum(["completed", "failed", "cancelled"]).default("completed"),
  reason: external_exports.enum(REASONS).optional(),
  exit_code: external_exports.int().min(-1).max(4294967295).optional(),
  result: jsonObject().optional(),
  error: external_exports.string().max(16384).optional()
};
var settleAttempts = defineOperation({
  name: "p2p_taskqueue_settle",
  title: "Settle attempts",
  description: "Reports the ends of many attempts in one call, each with its fence. What is answered is durable.",
  access: "tasks:work",
  hints: ENDS,
  input: external_exports.strictObject({
    ends: external_exports.array(
      external_exports.strictObject({
        ...attemptEnd,
        fence: fenceField,
        host_fault: external_exports.boolean().optional().describe(
          "A failure of the host or its registry: the task goes to another worker that fits, if there is one"
        )
      })
    ).min(1).max(256)
  }),
  output: external_exports.object({
    outcomes: external_exports.array(external_exports.object({ task_id: taskIdField, outcome: external_exports.enum(["settled", "already", "fenced", "unknown"]) }))
  })
});
var completeTask = defineOperation({
  name: "p2p_taskqueue_complete_task",
  title: "Finish or cancel a task",
  description: "Reports the end of an attempt with its fence, or, without a fence and with status cancelled, cancels the task.",
  access: "tasks:work",
  partialAccess: "tasks:cancel",
  hints: ENDS,
  input: external_exports.strictObject({
    task_id: attemptEnd.task_id,
    status: attemptEnd.status,
    fence: fenceField.optional(),
    reason: attemptEnd.reason,
    exit_code: attemptEnd.exit_code,
    result: attemptEnd.result,
    error: attemptEnd.error
  }),
  output: external_exports.object({
    outcome: external_exports.enum(["settled", "already", "fenced", "unknown", "cancelled", "requested", "terminal"]),
    task: taskView.optional()
  })
});
var releaseTask = defineOperation({
  name: "p2p_taskqueue_release",
  title: "Give a task back",
  description: "Gives a leased task back to the queue without burning a budget, as a worker does when it stops.",
  access: "tasks:work",
  hints: CHANGES,
  input: external_exports.strictObject({
    task_id: taskIdField,
    fence: fenceField,
    refused: external_exports.strictObject({ policy_digest: external_exports.string().max(128), rule: external_exports.string().max(512) }).optional().describe("Set when the host policy turned it down")
  }),
  output: external_exports.object({ released: external_exports.boolean() })
});
var cancelTask = defineOperation({
  name: "p2p_taskqueue_cancel",
  title: "Cancel a task",
  description: "Cancels a task in any state. A running one is reported cancelled once its container is proven gone.",
  access: "tasks:cancel",
  hints: ENDS,
  input: external_exports.strictObject({ task_id: taskIdField }),
  output: external_exports.object({ outcome: external_exports.enum(["cancelled", "requested", "terminal"]), status: external_exports.enum(STATUSES) })
});

// src/core/operations/catalog.ts
var CATALOG = {
  [queueStatus.name]: queueStatus,
  [submitTask.name]: submitTask,
  [submitImage.name]: submitImage,
  [submitRepository.name]: submitRepository,
  [previewTask.name]: previewTask,
  [getTask.name]: getTask,
  [waitTask.name]: waitTask,
  [listTasks.name]: listTasks,
  [explainTask.name]: explainTask,
  [watchChanges.name]: watchChanges,
  [readLog.name]: readLog,
  [listArtifacts.name]: listArtifacts,
  [readArtifact.name]: readArtifact,
  [listPeers.name]: listPeers,
  [peerCapabilities.name]: peerCapabilities,
  [revokePeer.name]: revokePeer,
  [restorePeer.name]: restorePeer,
  [listRevoked.name]: listRevoked,
  [registerAtRendezvous.name]: registerAtRendezvous,
  [discoverAtRendezvous.name]: discoverAtRendezvous,
  [claimNext.name]: claimNext,
  [renewLeases.name]: renewLeases,
  [settleAttempts.name]: settleAttempts,
  [completeTask.name]: completeTask,
  [releaseTask.name]: releaseTask,
  [cancelTask.name]: cancelTask,
  [resubmitTask.name]: resubmitTask,
  [pruneTasks.name]: pruneTasks,
  [peerReport.name]: peerReport,
  [pauseWorker.name]: pauseWorker,
  [resumeWorker.name]: resumeWorker,
  [drainWorker.name]: drainWorker,
  [cronSave.name]: cronSave,
  [cronList.name]: cronList,
  [cronRemove.name]: cronRemove,
  [cronPause.name]: cronPause,
  [cronResume.name]: cronResume,
  [cacheGet.name]: cacheGet,
  [cacheSet.name]: cacheSet,
  [cacheHas.name]: cacheHas,
  [cacheDelete.name]: cacheDelete,
  [cacheFetch.name]: cacheFetch,
  [cacheStore.name]: cacheStore,
  [heartbeat.name]: heartbeat,
  [schedulerStatus.name]: schedulerStatus,
  [submitWorkflowTask.name]: submitWorkflowTask,
  [nextWorkflowTask.name]: nextWorkflowTask,
  [completeWorkflowTask.name]: completeWorkflowTask,
  [checkWorkflowTags.name]: checkWorkflowTags,
  [updatePeerState.name]: updatePeerState,
  [getMerkleClock.name]: getMerkleClock,
  [callTool.name]: callTool
};
function isOperationName(name3) {
  return Object.hasOwn(CATALOG, name3);
}

export {
  submitTask,
  LOG_PAGE_BYTES,
  ARTIFACT_CHUNK_BYTES,
  changeNote,
  CATALOG,
  isOperationName
};
