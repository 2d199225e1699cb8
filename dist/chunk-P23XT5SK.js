import { createRequire as bundleRequire } from 'node:module'
import { dirname as bundleDirname } from 'node:path'
import { fileURLToPath as bundleFilename } from 'node:url'
const require = bundleRequire(import.meta.url)
const __filename = bundleFilename(import.meta.url)
const __dirname = bundleDirname(__filename)
import {
  createRpcLink,
  serveRpc
} from "./chunk-UZBSKJ5L.js";
import {
  ACCESS
} from "./chunk-WGTKGJ5D.js";
import {
  FrameDecoder,
  encodeFrame
} from "./chunk-MPWIKHLS.js";
import {
  RunnerMeshError,
  errorText
} from "./chunk-GMWOGI5R.js";

// src/app/local-socket.ts
import { chmod, rm } from "node:fs/promises";
import { createConnection, createServer } from "node:net";

// src/app/socket-channel.ts
function createSocketChannel(socket) {
  let receive;
  let waiting = [];
  let fault;
  const decoder = new FrameDecoder((frame) => {
    if (receive === void 0) waiting.push(Uint8Array.from(frame));
    else receive(frame);
  });
  const closeListeners = /* @__PURE__ */ new Set();
  let isClosed = false;
  socket.on("data", (bytes) => {
    try {
      decoder.push(bytes);
    } catch (cause) {
      fault = cause instanceof Error ? cause : new Error(String(cause));
      socket.destroy();
    }
  });
  socket.on("error", (cause) => {
    fault ??= cause;
  });
  socket.on("close", () => {
    isClosed = true;
    for (const closed of closeListeners) closed(fault);
    closeListeners.clear();
  });
  return {
    remote: "local",
    send: (frame) => new Promise((resolve, reject) => {
      if (isClosed || socket.destroyed) {
        reject(gone(fault));
        return;
      }
      socket.write(encodeFrame(frame), (cause) => {
        if (cause instanceof Error) reject(gone(cause));
        else resolve();
      });
    }),
    onFrame: (handle) => {
      receive = handle;
      const early = waiting;
      waiting = [];
      for (const frame of early) handle(frame);
    },
    onClose: (closed) => {
      if (isClosed) closed(fault);
      else closeListeners.add(closed);
    },
    close: () => new Promise((resolve) => {
      if (isClosed) {
        resolve();
        return;
      }
      socket.once("close", () => {
        resolve();
      });
      socket.end();
      socket.destroySoon();
    }),
    abort: (cause) => {
      fault ??= cause;
      socket.destroy();
    }
  };
}
function gone(cause) {
  const why = cause === void 0 ? "the socket is closed" : cause.message;
  return new RunnerMeshError("peer_unreachable", `The peer has gone: ${why}.`, { cause });
}

// src/app/local-socket.ts
var LOCAL_CALLER = { principal: "local", door: "cli", access: new Set(ACCESS) };
function createLocalSocket(path, operations, log) {
  let server;
  const open = /* @__PURE__ */ new Set();
  return {
    start: async () => {
      if (server !== void 0) return;
      await rm(path, { force: true });
      const listening = createServer((socket) => {
        open.add(socket);
        socket.once("close", () => open.delete(socket));
        serveRpc(createSocketChannel(socket), operations, () => LOCAL_CALLER, { name: "the command line", log });
      });
      await new Promise((resolve, reject) => {
        listening.once("error", (cause) => {
          reject(
            new RunnerMeshError("config_invalid", `Cannot listen on the socket ${path}: ${errorText(cause)}.`, {
              cause
            })
          );
        });
        listening.listen(path, () => {
          resolve();
        });
      });
      await chmod(path, 384);
      server = listening;
    },
    stop: async () => {
      const listening = server;
      server = void 0;
      if (listening === void 0) return;
      for (const socket of open) socket.destroy();
      await new Promise((resolve) => {
        listening.close(() => {
          resolve();
        });
      });
      await rm(path, { force: true });
    }
  };
}
async function openLocalLink(path, log) {
  const socket = createConnection(path);
  await new Promise((resolve, reject) => {
    socket.once("connect", resolve);
    socket.once("error", (cause) => {
      reject(
        new RunnerMeshError(
          "peer_unreachable",
          `No peer answers at ${path} (${"code" in cause ? String(cause.code) : cause.message}). Start one with: runner-mesh up \u2014 or name its state directory with --state-dir.`,
          { cause }
        )
      );
    });
  });
  return createRpcLink(createSocketChannel(socket), { peer: void 0, homes: [] }, { name: "the peer", log });
}

export {
  createLocalSocket,
  openLocalLink
};
