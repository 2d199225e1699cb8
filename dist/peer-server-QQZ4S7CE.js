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
} from "./chunk-LETVMTOF.js";
import "./chunk-S47DI6UA.js";
import "./chunk-E7OQD5XO.js";
import "./chunk-7IKXLO6M.js";
import "./chunk-VKJLFJSI.js";
import "./chunk-C6YG63S3.js";
import "./chunk-QYPJREVZ.js";
import "./chunk-SNT4N2C2.js";
import "./chunk-H2NID2FT.js";
import "./chunk-CPRLEEKS.js";
import {
  ChannelTransport
} from "./chunk-IH64QTI3.js";
import "./chunk-WGTKGJ5D.js";
import "./chunk-MPWIKHLS.js";
import "./chunk-SE7QIB46.js";
import "./chunk-LG2VQSGP.js";
import "./chunk-R56T724L.js";
import "./chunk-KNG6V2U7.js";
import "./chunk-JVD6W2LK.js";
import "./chunk-NO6C4VEO.js";
import "./chunk-CRGYTOW4.js";
import "./chunk-GMWOGI5R.js";
import "./chunk-GGYFKO7C.js";

// src/mcp/peers/peer-server.ts
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
