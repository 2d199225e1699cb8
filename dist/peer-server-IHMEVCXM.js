import { createRequire as bundleRequire } from 'node:module'
import { dirname as bundleDirname } from 'node:path'
import { fileURLToPath as bundleFilename } from 'node:url'
const require = bundleRequire(import.meta.url)
const __filename = bundleFilename(import.meta.url)
const __dirname = bundleDirname(__filename)
import {
  ResourceUpdates,
  createCatalogTools,
  createServer
} from "./chunk-AYKOZ6V4.js";
import "./chunk-S47DI6UA.js";
import "./chunk-E7OQD5XO.js";
import "./chunk-V6EY3WH6.js";
import "./chunk-NUJEPUXA.js";
import "./chunk-IEU5FUZD.js";
import "./chunk-H2NID2FT.js";
import "./chunk-GZJ2MCLF.js";
import {
  ChannelTransport
} from "./chunk-VEDLUWAX.js";
import "./chunk-ZRSSYNKW.js";
import "./chunk-WGTKGJ5D.js";
import "./chunk-F42J6H3L.js";
import "./chunk-XRZTWFKW.js";
import "./chunk-KNG6V2U7.js";
import "./chunk-R56T724L.js";
import "./chunk-CRGYTOW4.js";
import "./chunk-KJG4YYUX.js";
import "./chunk-NO6C4VEO.js";
import "./chunk-GMWOGI5R.js";
import "./chunk-GGYFKO7C.js";

// src/mcp/peer-server.ts
function createPeerServer(deps) {
  const updates = new ResourceUpdates(deps.events, deps.clock);
  const serverDeps = { ...deps, tools: createCatalogTools(), updates };
  return async (channel) => {
    const peer = channel.remote;
    const caller = { principal: `peer:${peer}`, door: "mcp", access: deps.access(peer), peer };
    const seat = { caller, view: { set: "all", readOnly: false } };
    await createServer(serverDeps, seat, "legacy", "session").connect(new ChannelTransport(channel));
  };
}
export {
  createPeerServer
};
