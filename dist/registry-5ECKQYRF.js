import { createRequire as bundleRequire } from 'node:module'
import { dirname as bundleDirname } from 'node:path'
import { fileURLToPath as bundleFilename } from 'node:url'
const require = bundleRequire(import.meta.url)
const __filename = bundleFilename(import.meta.url)
const __dirname = bundleDirname(__filename)
import {
  createAnnouncementSeal
} from "./chunk-JRZQYJZP.js";
import {
  createEnvelopeSigner,
  loadMeshKeys
} from "./chunk-7CUCORA6.js";
import {
  loadIdentity
} from "./chunk-5I7QKY6S.js";
import {
  CommentReader,
  REGISTRY_MEMORY_FILE,
  RegistryIssue,
  RememberedRegistry,
  createGitHubClient,
  findRepository,
  memoryFile,
  readAll,
  sweepRegistry,
  timeOfGitHub
} from "./chunk-62H26PFQ.js";
import "./chunk-L34K4N6Q.js";
import "./chunk-TFZ7TR2H.js";
import {
  table
} from "./chunk-OPOZHROE.js";
import "./chunk-5O3QGL45.js";
import "./chunk-LVE5RFV7.js";
import {
  stateDirectory
} from "./chunk-5JEQVKT2.js";
import "./chunk-C6YG63S3.js";
import "./chunk-SNT4N2C2.js";
import "./chunk-5TLONCOL.js";
import {
  loadConfig
} from "./chunk-5Q5PZVAG.js";
import {
  createLogger
} from "./chunk-NZG6K3FX.js";
import "./chunk-NZWFWLK5.js";
import {
  systemClock,
  systemRandom
} from "./chunk-UWBK63O4.js";
import "./chunk-SE7QIB46.js";
import "./chunk-R56T724L.js";
import "./chunk-KNG6V2U7.js";
import "./chunk-JVD6W2LK.js";
import "./chunk-NO6C4VEO.js";
import {
  cleanLine
} from "./chunk-CRGYTOW4.js";
import {
  RunnerMeshError
} from "./chunk-GMWOGI5R.js";
import "./chunk-GGYFKO7C.js";

// src/app/registry-desk.ts
import { join } from "node:path";

// src/github/registry-desk.ts
var RegistryDesk = class {
  #deps;
  #reader;
  #issue;
  constructor(deps) {
    const memory = new RememberedRegistry({ load: () => Promise.resolve(void 0), save: () => Promise.resolve() });
    this.#deps = deps;
    this.#reader = new CommentReader({ ...deps, now: () => deps.client.now() });
    this.#issue = new RegistryIssue({ ...deps, memory });
  }
  async list(signal) {
    const place = await this.#issue.look(signal);
    const comments = place === void 0 ? [] : await readAll(this.#reading(), place, signal);
    return { issue: place?.number, comments };
  }
  async sweep(options, signal) {
    const place = await this.#issue.look(signal);
    if (place === void 0) return { deleted: [], live: 0, left: 0 };
    return sweepRegistry({ ...this.#reading(), now: () => this.#deps.client.now() }, place, options, signal);
  }
  #reading() {
    const { client, repository } = this.#deps;
    return { client, repository, reader: this.#reader };
  }
};

// src/app/registry-desk.ts
async function openRegistry(config) {
  const repository = findRepository(config);
  if (repository === void 0) {
    throw new RunnerMeshError("config_invalid", "No registry is set. Name its repository: --registry owner/repository");
  }
  const stateDir = stateDirectory(config);
  const meshKeys = await loadMeshKeys({ config, stateDir, make: false, random: systemRandom });
  const client = createGitHubClient(config, systemClock, () => 0);
  const log = createLogger("silent");
  const memory = new RememberedRegistry(memoryFile(join(stateDir, REGISTRY_MEMORY_FILE), systemRandom, log));
  await memory.load();
  const signer = createEnvelopeSigner(await loadIdentity({ stateDir, random: systemRandom }));
  const desk = new RegistryDesk({
    client,
    repository,
    title: config.registryIssueTitle,
    trustedApps: config.registryApps,
    marker: config.registryMarker,
    seal: createAnnouncementSeal({ signer, meshKeys, clock: timeOfGitHub(client, systemClock) }),
    log
  });
  return { desk, author: memory.value.author };
}

// src/cli/commands/registry.ts
var SWEPT_BY_HAND = 1e3;
async function listRegistry({ environment, output, signal }) {
  const { desk } = await openRegistry(loadConfig(environment));
  const { issue, comments } = await desk.list(signal);
  const rows = comments.map(({ id, author, updatedAt, announcement, refused }) => ({
    comment: id,
    author,
    updated_at: updatedAt,
    ...announcement === void 0 ? {} : {
      peer_id: announcement.peer,
      runner_name: cleanLine(announcement.runnerName, 64),
      addresses: announcement.addresses,
      expires_at: announcement.expiresAt
    },
    ...refused === void 0 ? {} : { refused }
  }));
  output.result(
    { issue: issue ?? null, comments: rows },
    () => issue === void 0 ? "There is no registry issue yet; the first peer opens it." : table([
      ["COMMENT", "AUTHOR", "PEER", "NAME", "STATE"],
      ...rows.map((row) => [
        String(row.comment),
        row.author,
        row.peer_id ?? "-",
        row.runner_name ?? "-",
        row.refused === void 0 ? `until ${new Date(row.expires_at ?? 0).toISOString().slice(0, 16)}Z` : `refused: ${row.refused.rule} (${row.refused.reason})`
      ])
    ])
  );
  return 0;
}
async function sweepRegistryByHand({ environment, output, signal }, author) {
  const { desk, author: own } = await openRegistry(loadConfig(environment));
  const whose = author ?? own;
  if (whose === void 0) {
    throw new RunnerMeshError(
      "bad_request",
      "This peer has no comment in the registry, so it does not know whose comments are ours. Name the login: --author github-actions[bot]"
    );
  }
  const swept = await desk.sweep({ author: whose, atMost: SWEPT_BY_HAND }, signal);
  output.result(swept, () => `deleted ${String(swept.deleted.length)}, live peers ${String(swept.live)}`);
  return 0;
}
export {
  listRegistry,
  sweepRegistryByHand
};
