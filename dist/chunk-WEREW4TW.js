import { createRequire as bundleRequire } from 'node:module'
import { dirname as bundleDirname } from 'node:path'
import { fileURLToPath as bundleFilename } from 'node:url'
const require = bundleRequire(import.meta.url)
const __filename = bundleFilename(import.meta.url)
const __dirname = bundleDirname(__filename)
import {
  createLibp2pMesh
} from "./chunk-MB62P6BR.js";
import {
  loadMeshKeys,
  parseMeshKey
} from "./chunk-7CUCORA6.js";
import {
  loadIdentity
} from "./chunk-5I7QKY6S.js";
import {
  REGISTRY_LABEL,
  createGitHubClient,
  findRepository
} from "./chunk-62H26PFQ.js";
import {
  findSecret
} from "./chunk-LVE5RFV7.js";
import {
  openLocalLink
} from "./chunk-P23XT5SK.js";
import {
  makeStateDirectory,
  socketPath,
  stateDirectory
} from "./chunk-5JEQVKT2.js";
import {
  createDockerExecutor
} from "./chunk-OHLDT3ML.js";
import {
  createLogger
} from "./chunk-NZG6K3FX.js";
import {
  systemClock,
  systemRandom
} from "./chunk-UWBK63O4.js";
import {
  SECOND
} from "./chunk-KNG6V2U7.js";
import {
  errorText,
  toRunnerMeshError
} from "./chunk-GMWOGI5R.js";

// src/app/preflight/machine-checks.ts
import { statfs } from "node:fs/promises";
import { join } from "node:path";
var MIB = 1024 * 1024;
var ROOM = { least: 100 * MIB, enough: 1024 * MIB };
async function checkStateDirectory(config) {
  const name = "disk";
  try {
    const directory = stateDirectory(config);
    await makeStateDirectory(directory);
    const { bavail, bsize } = await statfs(directory);
    const free = bavail * bsize;
    const detail = `${String(Math.round(free / MIB))} MiB free at ${directory}.`;
    if (free >= ROOM.enough) return { name, state: "ok", detail };
    return {
      ...{ name, code: "storage_low", detail },
      state: free < ROOM.least ? "error" : "warning",
      fix: "Free some space there, or name another place with state-dir."
    };
  } catch (thrown) {
    const { code, message } = toRunnerMeshError(thrown);
    return { name, state: "error", code, detail: message, fix: "chown it to this user, or set another --state-dir." };
  }
}
async function checkMeshKey(config, makes) {
  const name = "mesh key";
  try {
    const path = config.meshKeyFile ?? join(stateDirectory(config), "mesh.key");
    const text = config.meshKey ?? await findSecret(path);
    if (text !== void 0) parseMeshKey(text);
    else if (!makes) {
      return {
        ...{ name, state: "error", code: "config_invalid", detail: "There is no mesh key." },
        fix: "Set RUNNER_MESH_KEY (the input key of the Action), or copy mesh.key of the first peer and name it with key-file."
      };
    }
    return { name, state: "ok", detail: text === void 0 ? "It is made at the first start." : "It is one." };
  } catch (thrown) {
    const { code, message } = toRunnerMeshError(thrown);
    return { name, state: "error", code, detail: message, fix: "The peer that made it keeps it in mesh.key." };
  }
}
async function checkDocker(config) {
  const name = "docker";
  const engineHost = config.dockerHost ?? config.surroundings.dockerHost;
  try {
    const executor = createDockerExecutor({
      runner: "preflight",
      clock: systemClock,
      random: systemRandom,
      log: createLogger("silent"),
      settings: engineHost === void 0 ? {} : { engineHost }
    });
    const { available, engine, problem } = await executor.probe();
    await executor.stop();
    if (available) return { name, state: "ok", detail: engine ?? "The engine answers." };
    return {
      ...{ name, state: "error", code: "executor_unavailable", detail: problem ?? "No Docker Engine answers." },
      fix: engineFix(problem ?? "", engine !== void 0)
    };
  } catch (thrown) {
    return {
      ...{ name, state: "error", code: "executor_unavailable", detail: errorText(thrown) },
      fix: "Start Docker on this machine, or name the engine with docker-host."
    };
  }
}
function engineFix(problem, answers) {
  if (answers) return "Then start the peer again; until then it serves its queue and runs no containers.";
  if (/EACCES|EPERM/.test(problem))
    return 'Run: sudo usermod -aG docker "$USER" \u2014 log in again \u2014 or name an engine this user may use with docker-host.';
  return "Install Docker (apt-get install docker.io), start it (systemctl start docker), or name the engine with docker-host.";
}

// src/app/preflight/deeper-checks.ts
import { lookup } from "node:dns/promises";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join as join2 } from "node:path";

// src/app/preflight/network-checks.ts
import { connect } from "node:net";
var CONNECT_TIMEOUT_MS = 3 * SECOND;
var WORTH_TELLING_MS = 60 * SECOND;
async function checkGitHub(config, signal) {
  const repository = findRepository(config);
  if (repository === void 0) return [];
  const name = "registry";
  try {
    const client = createGitHubClient(config, systemClock, () => 0);
    await client.listIssues(repository, REGISTRY_LABEL, signal);
    return [checkScopes(client.scopes(), config), checkClock(client.now() - systemClock.now())];
  } catch (thrown) {
    const { code, message, retryable } = toRunnerMeshError(thrown);
    const state = retryable ? "warning" : "error";
    return [{ name, state, code, detail: message, fix: registryFix(config, code) }];
  }
}
function registryFix({ registry }, code) {
  if (code === "unauthorized")
    return 'The token of a job ends with the job; in a workflow its own one is enough, with "permissions: issues: write".';
  if (code === "forbidden" || code === "config_invalid")
    return `The job that uses ${registry} as its registry needs "permissions: issues: write" there.`;
  return "Look for a proxy, a firewall or DNS between this machine and GitHub; peers that were met before are found without it.";
}
function checkScopes(scopes, { registry, registryAnnounce }) {
  const name = "registry";
  if (scopes === void 0 || !registryAnnounce || scopes.includes("repo") || scopes.includes("public_repo"))
    return { name, state: "ok", detail: `The token reads the issues of ${registry}.` };
  const has = scopes.length === 0 ? "none" : scopes.join(", ");
  return {
    ...{ name, state: "error", code: "forbidden" },
    detail: `The token may not write comments on issues of ${registry}: its scopes are ${has}.`,
    fix: "Give it the scope repo (public_repo is enough for a public repository), or use a fine-grained one with issues: write."
  };
}
function checkClock(aheadMs) {
  const name = "clock";
  if (Math.abs(aheadMs) < WORTH_TELLING_MS)
    return { name, state: "ok", detail: "It agrees with GitHub\u2019s within a minute." };
  const direction = aheadMs > 0 ? "behind" : "ahead of";
  return {
    ...{ name, state: "warning", code: "config_invalid" },
    detail: `This machine is ${String(Math.round(Math.abs(aheadMs) / SECOND))} s ${direction} GitHub.`,
    fix: "Set its clock by NTP: leases do not need it, certificates and the times people read do."
  };
}
async function checkBootstrap(config, signal) {
  const targets = config.bootstrap.map((address) => ({ address, place: placeOf(address) }));
  const tried = await Promise.all(
    targets.map(async ({ address, place }) => ({
      address,
      problem: place === void 0 ? void 0 : await tryConnect(place, signal)
    }))
  );
  const closed = tried.filter(({ problem }) => problem !== void 0);
  if (closed.length === 0) {
    const detail = `${String(tried.length)} of ${String(tried.length)} addresses answer.`;
    return tried.length === 0 ? [] : [{ name: "bootstrap", state: "ok", detail }];
  }
  const isOnlyWay = closed.length === tried.length && config.registry === "off" && config.registryDir === void 0;
  return closed.map(({ address, problem }) => ({
    ...{ name: "bootstrap", code: "peer_unreachable" },
    state: isOnlyWay && !config.mdns ? "error" : "warning",
    detail: `Nothing answers at ${address} (${problem ?? ""}).`,
    fix: "Start the peer there, open its port in the firewall, or name another address."
  }));
}
function placeOf(address) {
  const [, host, port] = /^\/(?:ip4|ip6|dns|dns4|dns6)\/([^/]+)\/tcp\/(\d+)(?:\/|$)/.exec(address) ?? [];
  return host === void 0 ? void 0 : { host, port: Number(port) };
}
async function tryConnect({ host, port }, signal) {
  const { promise, resolve } = Promise.withResolvers();
  const socket = connect({ host, port });
  const giveUp = () => {
    resolve("given up");
  };
  signal.addEventListener("abort", giveUp);
  const cancelTimer = systemClock.after(CONNECT_TIMEOUT_MS, () => {
    resolve("no answer within 3 s");
  });
  socket.once("connect", () => {
    resolve(void 0);
  });
  socket.once("error", (cause) => {
    resolve("code" in cause ? String(cause.code) : cause.message);
  });
  try {
    return await promise;
  } finally {
    signal.removeEventListener("abort", giveUp);
    cancelTimer();
    socket.destroy();
  }
}

// src/app/preflight/deeper-checks.ts
var DOCKER_HUB = { host: "registry-1.docker.io", port: 443 };
var DEFAULT_PORT = 9720;
var HANDSHAKE_MS = 6 * SECOND;
var LOOK_MS = 50;
async function checkRunning(config) {
  try {
    const link = await openLocalLink(socketPath(stateDirectory(config), config), createLogger("silent"));
    const { version, connected_peers: peers } = await link.call("p2p_taskqueue_status", {});
    await link.close();
    return {
      ...{ name: "peer", state: "ok" },
      detail: `One runs here already (${version}, connected with ${String(peers)}).`
    };
  } catch {
    return void 0;
  }
}
async function checkPorts(config, roles) {
  const defaultPeers = roles.home ? [{ host: "0.0.0.0", port: DEFAULT_PORT, flag: "listen /ip4/0.0.0.0/tcp/<port>" }] : [];
  const peers = config.listen.length === 0 ? defaultPeers : config.listen.flatMap((address) => {
    const [, host, port] = /^\/ip[46]\/([^/]+)\/tcp\/(\d+)/.exec(address) ?? [];
    return host === void 0 ? [] : [{ host, port: Number(port), flag: "listen /ip4/0.0.0.0/tcp/<port>" }];
  });
  const colon = config.http.lastIndexOf(":");
  const http = config.http === "off" || !roles.home ? [] : [
    {
      host: config.http.slice(0, colon).replaceAll(/[[\]]/g, ""),
      port: Number(config.http.slice(colon + 1)),
      flag: "http <host>:<port>"
    }
  ];
  const results = await Promise.all(
    [...peers, ...http].map(async ({ host, port, flag }) => {
      const [name, where] = ["port", `${host}:${String(port)}`];
      const problem = await tryListen({ host, port });
      if (problem === void 0) return { name, state: "ok", detail: `${where} is free.` };
      const isTaken = problem === "EADDRINUSE";
      return {
        ...{ name, state: "error", code: isTaken ? "address_in_use" : "config_invalid" },
        detail: isTaken ? `Another process listens on ${where}.` : `Nothing can listen on ${where} (${problem}).`,
        fix: `Find it with: ss -ltnp 'sport = :${String(port)}' \u2014 stop it, or choose another with --${flag}.`
      };
    })
  );
  return results;
}
async function tryListen({ host, port }) {
  const server = createServer();
  const { promise, resolve } = Promise.withResolvers();
  server.once("error", (cause) => resolve("code" in cause ? String(cause.code) : cause.message));
  server.listen(port, host, () => resolve(void 0));
  const problem = await promise;
  if (problem === void 0) await new Promise((closed) => server.close(() => closed()));
  return problem;
}
async function checkMembership(config, signal) {
  const name = "membership";
  if (config.bootstrap.length === 0) return [];
  const folder = await mkdtemp(join2(tmpdir(), "runner-mesh-doctor-"));
  try {
    const mesh = await createLibp2pMesh({
      identity: await loadIdentity({ stateDir: folder, random: systemRandom }),
      meshKeys: await loadMeshKeys({ config, stateDir: stateDirectory(config), make: false, random: systemRandom }),
      listen: [],
      announce: [],
      hello: () => ({ homes: [], features: [], runnerName: "doctor" }),
      clock: systemClock,
      random: systemRandom,
      log: createLogger("silent")
    });
    await mesh.start();
    try {
      for (const address of config.bootstrap) mesh.addTarget(address, "doctor");
      const until = systemClock.mono() + HANDSHAKE_MS;
      const isOpen = () => mesh.targets().some(({ state, lastErrorCode }) => state !== "connected" && lastErrorCode === void 0);
      while (isOpen() && systemClock.mono() < until) await systemClock.sleep(LOOK_MS, signal);
      const targets = mesh.targets();
      const refused = targets.filter(({ lastErrorCode }) => lastErrorCode === "not_admitted");
      const met = targets.filter(({ state }) => state === "connected").length;
      if (refused.length === 0)
        return met === 0 ? [] : [{ name, state: "ok", detail: `${String(met)} peers take this one as a member.` }];
      return refused.map(({ address, lastError = "" }) => ({
        ...{ name, state: "error", code: "not_admitted" },
        detail: `The peer at ${address} refuses this one. ${lastError}`,
        fix: "Copy mesh.key of a member again and name it with --key-file (or RUNNER_MESH_KEY); see also: runner-mesh peers revoked, there."
      }));
    } finally {
      await mesh.stop();
    }
  } catch (thrown) {
    const { code, message } = toRunnerMeshError(thrown);
    if (code === "config_invalid") return [];
    return [{ name, state: "warning", code, detail: message, fix: "Try again; if it stays, name another address." }];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
async function checkImageRegistry({ host, port }, signal) {
  try {
    await lookup(host);
  } catch (cause) {
    const why = cause instanceof Error && "code" in cause ? String(cause.code) : errorText(cause);
    return {
      ...{ name: "dns", state: "warning", code: "peer_unreachable" },
      detail: `The name ${host} leads nowhere (${why}).`,
      fix: "Look at /etc/resolv.conf and at what answers DNS for this machine; images that are present run all the same."
    };
  }
  const name = "images";
  const where = `${host}:${String(port)}`;
  const problem = await tryConnect({ host, port }, signal);
  if (problem === void 0) return { name, state: "ok", detail: `${where} answers.` };
  return {
    ...{ name, state: "warning", code: "peer_unreachable" },
    detail: `The registry ${where} does not answer (${problem}).`,
    fix: "Open the way to it, or set a mirror in /etc/docker/daemon.json; images that are present run all the same."
  };
}

// src/app/preflight/preflight.ts
async function preflight(config, roles, signal) {
  const results = await Promise.all([
    checkStateDirectory(config),
    checkMeshKey(config, roles.home),
    ...roles.worker ? [checkDocker(config)] : [],
    checkGitHub(config, signal),
    checkBootstrap(config, signal)
  ]);
  return results.flat();
}
async function examine(config, roles, signal, imageRegistry = DOCKER_HUB) {
  const [standard, running] = await Promise.all([preflight(config, roles, signal), checkRunning(config)]);
  const more = await Promise.all([
    running === void 0 ? checkPorts(config, roles) : running,
    checkMembership(config, signal),
    roles.worker ? checkImageRegistry(imageRegistry, signal) : []
  ]);
  return [...standard, ...more.flat()];
}
function failed(results, state) {
  return results.filter((result) => result.state === state);
}

export {
  preflight,
  examine,
  failed
};
