import { createRequire as bundleRequire } from 'node:module'
import { dirname as bundleDirname } from 'node:path'
import { fileURLToPath as bundleFilename } from 'node:url'
const require = bundleRequire(import.meta.url)
const __filename = bundleFilename(import.meta.url)
const __dirname = bundleDirname(__filename)
import {
  readPayload,
  sendDelivery
} from "./chunk-H4DNOWWR.js";
import {
  WEBHOOK_PATH,
  findWebhookSecrets
} from "./chunk-OIHUXH2C.js";
import {
  EVENT_NAMES,
  isEventKind
} from "./chunk-SBO637XZ.js";
import "./chunk-HY525CP3.js";
import "./chunk-LVE5RFV7.js";
import "./chunk-QYPJREVZ.js";
import "./chunk-SNT4N2C2.js";
import "./chunk-H2NID2FT.js";
import "./chunk-5TLONCOL.js";
import "./chunk-LG2VQSGP.js";
import "./chunk-KNG6V2U7.js";
import "./chunk-JVD6W2LK.js";
import "./chunk-NO6C4VEO.js";
import {
  RunnerMeshError
} from "./chunk-GMWOGI5R.js";
import "./chunk-GGYFKO7C.js";

// src/webhook/sample-events.ts
function sampleEvent(kind, { repository, branch, sha, login, at }) {
  const place = { full_name: repository, default_branch: branch };
  const user = { login, type: "User" };
  const instant = new Date(at).toISOString();
  const shared = { repository: place, sender: user };
  const head = sha === void 0 ? {} : { head_sha: sha };
  const about = { user, author_association: "OWNER", created_at: instant, updated_at: instant };
  switch (kind) {
    case "push":
      return { ref: `refs/heads/${branch}`, ...sha === void 0 ? {} : { after: sha }, deleted: false, ...shared };
    case "pull_request": {
      const branches = { head: { ref: "topic", sha, repo: place }, base: { ref: branch, sha, repo: place } };
      const pull = { number: 1, title: "A sample", labels: [], ...about, ...branches };
      return { action: "opened", number: 1, pull_request: pull, ...shared };
    }
    case "issue_comment": {
      const comment = { id: 1, body: "/mesh run alpine:3.20 -- echo hello", ...about };
      return { action: "created", issue: { number: 1, title: "A sample", labels: [], ...about }, comment, ...shared };
    }
    case "issues":
      return { action: "opened", issue: { number: 1, title: "A sample", labels: [], ...about }, ...shared };
    case "release": {
      const release = { tag_name: "v1.0.0", target_commitish: branch, published_at: instant };
      return { action: "published", release, ...shared };
    }
    case "workflow_run": {
      const run = { name: "check", conclusion: "success", head_branch: branch, ...head, head_repository: place };
      return { action: "completed", workflow_run: { ...run, updated_at: instant }, ...shared };
    }
    case "workflow_job": {
      const job = { labels: ["self-hosted", "p2p-only"], head_branch: branch, ...head, workflow_name: "check" };
      return { action: "queued", workflow_job: { ...job, created_at: instant }, ...shared };
    }
    case "repository_dispatch":
      return { action: "sample", branch, client_payload: {}, ...shared };
    case "workflow_dispatch":
      return { ref: `refs/heads/${branch}`, workflow: ".github/workflows/check.yml", inputs: {}, ...shared };
    case "schedule":
      return { schedule: { cron: "0 3 * * *", timezone: "UTC" }, ...shared };
  }
}

// src/app/webhook/delivery-desk.ts
async function sendSample(config, wish, machine, signal) {
  const secrets = await findWebhookSecrets(config);
  if (secrets === void 0) {
    throw new RunnerMeshError(
      "config_invalid",
      "There is no secret to sign with. Name its file with --webhook-secret-file."
    );
  }
  const url = wish.url ?? listenerOf(config);
  const payload = wish.payloadFile === void 0 ? sampleOf(config, wish, machine) : await readPayload(wish.payloadFile);
  const id = wish.id ?? machine.random.uuid();
  const sending = { url, id, secrets, event: wish.event, body: JSON.stringify(payload) };
  return { ...await sendDelivery(sending, machine.clock, signal), id, url };
}
function sampleOf({ webhookRepositories }, wish, { clock }) {
  const { event, branch, sha } = wish;
  if (!isEventKind(event)) {
    throw new RunnerMeshError(
      "bad_request",
      `There is no sample of ${event}. Name a payload with --payload, or one of ${EVENT_NAMES.join(", ")}.`
    );
  }
  const repository = wish.repository ?? webhookRepositories.find((each) => !each.endsWith("/*"));
  if (repository === void 0) {
    throw new RunnerMeshError("bad_request", "A sample is about a repository. Name one with --repository owner/name.");
  }
  const login = wish.login ?? repository.split("/", 1)[0] ?? "";
  return sampleEvent(event, { repository, branch, sha, login, at: clock.now() });
}
function listenerOf({ http }) {
  if (http !== "off") return `http://${http.replace(/^(?:0\.0\.0\.0|\[::\])(?=:)/, "127.0.0.1")}${WEBHOOK_PATH}`;
  throw new RunnerMeshError("bad_request", "By these settings no listener runs here. Name one with --to.");
}
export {
  sendSample
};
