import { createRequire as bundleRequire } from 'node:module'
import { dirname as bundleDirname } from 'node:path'
import { fileURLToPath as bundleFilename } from 'node:url'
const require = bundleRequire(import.meta.url)
const __filename = bundleFilename(import.meta.url)
const __dirname = bundleDirname(__filename)
import {
  MAX_FRAME_BYTES
} from "./chunk-MPWIKHLS.js";
import {
  external_exports
} from "./chunk-NO6C4VEO.js";
import {
  errorText
} from "./chunk-GMWOGI5R.js";

// src/mcp/peers/channel-transport.ts
var MCP_PROTOCOL = "/runner-mesh/mcp/1.0.0";
var TOO_LARGE = -32010;
var message = external_exports.looseObject({ jsonrpc: external_exports.literal("2.0") });
var answer = external_exports.looseObject({ id: external_exports.union([external_exports.string(), external_exports.number()]), result: external_exports.unknown().optional() });
var ChannelTransport = class {
  onclose;
  onerror;
  onmessage;
  #channel;
  #closed = false;
  constructor(channel) {
    this.#channel = channel;
  }
  start() {
    this.#channel.onClose((cause) => {
      if (this.#closed) return;
      this.#closed = true;
      if (cause !== void 0) this.onerror?.(cause);
      this.onclose?.();
    });
    this.#channel.onFrame((frame) => this.#receive(frame));
    return Promise.resolve();
  }
  async send(sent) {
    const frame = Buffer.from(JSON.stringify(sent));
    await this.#channel.send(frame.length <= MAX_FRAME_BYTES ? frame : tooLarge(sent, frame.length));
  }
  async close() {
    await this.#channel.close();
  }
  /** Whoever sends what is no JSON-RPC does not speak MCP. */
  #receive(frame) {
    try {
      const parsed = message.parse(JSON.parse(Buffer.from(frame).toString()));
      this.onmessage?.(parsed);
    } catch (cause) {
      this.#channel.abort(new Error(`not an MCP message: ${errorText(cause).slice(0, 200)}`));
    }
  }
};
function tooLarge(sent, bytes) {
  const text = `too_large: ${String(bytes)} bytes do not fit into one message of ${String(MAX_FRAME_BYTES)}`;
  const answered = answer.safeParse(sent);
  if (!answered.success || answered.data.result === void 0) throw new Error(text);
  return Buffer.from(
    JSON.stringify({ jsonrpc: "2.0", id: answered.data.id, error: { code: TOO_LARGE, message: text } })
  );
}

export {
  MCP_PROTOCOL,
  TOO_LARGE,
  ChannelTransport
};
