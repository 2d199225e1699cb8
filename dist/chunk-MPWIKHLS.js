import { createRequire as bundleRequire } from 'node:module'
import { dirname as bundleDirname } from 'node:path'
import { fileURLToPath as bundleFilename } from 'node:url'
const require = bundleRequire(import.meta.url)
const __filename = bundleFilename(import.meta.url)
const __dirname = bundleDirname(__filename)
import {
  RunnerMeshError
} from "./chunk-GMWOGI5R.js";

// src/core/frames.ts
var FRAME_HEADER_BYTES = 4;
var MAX_FRAME_BYTES = 1048576;
function checkFrameLength(bytes, maxBytes = MAX_FRAME_BYTES) {
  if (bytes === 0) throw new RunnerMeshError("bad_request", "A frame must carry at least one byte.");
  if (bytes > maxBytes) {
    throw new RunnerMeshError(
      "too_large",
      `A frame of ${String(bytes)} bytes exceeds the limit of ${String(maxBytes)}.`
    );
  }
}
function encodeFrames(payloads, maxBytes = MAX_FRAME_BYTES) {
  let total = 0;
  for (const payload of payloads) {
    checkFrameLength(payload.length, maxBytes);
    total += FRAME_HEADER_BYTES + payload.length;
  }
  const encoded = new Uint8Array(total);
  let at = 0;
  for (const payload of payloads) {
    writeLength(encoded, at, payload.length);
    encoded.set(payload, at + FRAME_HEADER_BYTES);
    at += FRAME_HEADER_BYTES + payload.length;
  }
  return encoded;
}
var LARGE_BYTES = 16384;
function encodeInParts(payloads) {
  if (payloads.every(({ length }) => length < LARGE_BYTES)) return [encodeFrames(payloads)];
  const parts = [];
  let small = [];
  for (const payload of payloads) {
    checkFrameLength(payload.length);
    const header = new Uint8Array(FRAME_HEADER_BYTES);
    writeLength(header, 0, payload.length);
    small.push(header, payload);
    if (payload.length < LARGE_BYTES) continue;
    small.pop();
    parts.push(Buffer.concat(small), payload);
    small = [];
  }
  return small.length === 0 ? parts : [...parts, Buffer.concat(small)];
}
function encodeFrame(payload, maxBytes = MAX_FRAME_BYTES) {
  return encodeFrames([payload], maxBytes);
}
var FrameDecoder = class {
  /** Longest frame taken, in bytes; may change between frames. */
  maxBytes;
  #receive;
  #header = new Uint8Array(FRAME_HEADER_BYTES);
  #headerFilled = 0;
  #body;
  #bodyFilled = 0;
  constructor(receive, { maxBytes = MAX_FRAME_BYTES } = {}) {
    this.#receive = receive;
    this.maxBytes = maxBytes;
  }
  /** Whether the bytes so far end inside a frame: at the end of a stream that means it was cut. */
  get partial() {
    return this.#headerFilled > 0;
  }
  /** @throws RunnerMeshError protocol_mismatch for an empty or oversized frame, and whatever the receiver throws */
  push(chunk) {
    let at = 0;
    while (at < chunk.length) {
      if (this.#body === void 0) {
        at = this.#takeHeader(chunk, at);
        if (this.#headerFilled < FRAME_HEADER_BYTES) return;
        const length = this.#length();
        if (at + length <= chunk.length) {
          this.#headerFilled = 0;
          at += length;
          this.#receive(chunk.subarray(at - length, at));
          continue;
        }
        this.#body = new Uint8Array(length);
        this.#bodyFilled = 0;
      }
      const taken = Math.min(this.#body.length - this.#bodyFilled, chunk.length - at);
      this.#body.set(chunk.subarray(at, at + taken), this.#bodyFilled);
      this.#bodyFilled += taken;
      at += taken;
      if (this.#bodyFilled === this.#body.length) {
        const whole = this.#body;
        this.#body = void 0;
        this.#headerFilled = 0;
        this.#receive(whole);
      }
    }
  }
  #takeHeader(chunk, from) {
    let at = from;
    while (this.#headerFilled < FRAME_HEADER_BYTES && at < chunk.length) {
      this.#header[this.#headerFilled++] = chunk[at++] ?? 0;
    }
    return at;
  }
  #length() {
    const [a = 0, b = 0, c = 0, d = 0] = this.#header;
    const length = a * 16777216 + (b << 16) + (c << 8) + d;
    if (length === 0) throw new RunnerMeshError("protocol_mismatch", "Received a frame of length zero.");
    if (length > this.maxBytes) {
      throw new RunnerMeshError(
        "protocol_mismatch",
        `Received a frame of ${String(length)} bytes, more than the limit of ${String(this.maxBytes)}.`
      );
    }
    return length;
  }
};
function writeLength(target, at, length) {
  target[at] = length >>> 24;
  target[at + 1] = length >>> 16 & 255;
  target[at + 2] = length >>> 8 & 255;
  target[at + 3] = length & 255;
}

export {
  FRAME_HEADER_BYTES,
  MAX_FRAME_BYTES,
  checkFrameLength,
  encodeFrames,
  encodeInParts,
  encodeFrame,
  FrameDecoder
};
