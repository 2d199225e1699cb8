import { createRequire as bundleRequire } from 'node:module'
import { dirname as bundleDirname } from 'node:path'
import { fileURLToPath as bundleFilename } from 'node:url'
const require = bundleRequire(import.meta.url)
const __filename = bundleFilename(import.meta.url)
const __dirname = bundleDirname(__filename)
import {
  isBlankByte,
  secretForms
} from "./chunk-E7OQD5XO.js";

// src/core/byte-patterns.ts
function compilePatterns(patterns) {
  const most = 1 + patterns.reduce((sum, pattern) => sum + pattern.length, 0);
  const firstChild = new Int32Array(most);
  const sibling = new Int32Array(most);
  const byteOf = new Uint8Array(most);
  const depthOf = new Int32Array(most);
  const fallback = new Int32Array(most);
  const matched = new Int32Array(most);
  const fromRoot = new Int32Array(256);
  let states = 1;
  const child = (state, byte) => {
    if (state === 0) return fromRoot[byte] ?? 0;
    let at = firstChild[state] ?? 0;
    while (at !== 0 && byteOf[at] !== byte) at = sibling[at] ?? 0;
    return at;
  };
  const next = (state, byte) => {
    let at = state;
    for (; ; ) {
      const found = child(at, byte);
      if (found !== 0 || at === 0) return found;
      at = fallback[at] ?? 0;
    }
  };
  for (const pattern of patterns) {
    let state = 0;
    for (const byte of pattern) {
      let to = child(state, byte);
      if (to === 0) {
        to = states;
        states += 1;
        byteOf[to] = byte;
        depthOf[to] = (depthOf[state] ?? 0) + 1;
        sibling[to] = firstChild[state] ?? 0;
        firstChild[state] = to;
        if (state === 0) fromRoot[byte] = to;
      }
      state = to;
    }
    matched[state] = pattern.length;
  }
  const queue = new Int32Array(states);
  let [read, written] = [0, 1];
  while (read < written) {
    const state = queue[read] ?? 0;
    read += 1;
    for (let to = firstChild[state] ?? 0; to !== 0; to = sibling[to] ?? 0) {
      queue[written] = to;
      written += 1;
      const byte = byteOf[to] ?? 0;
      const back = state === 0 ? 0 : next(fallback[state] ?? 0, byte);
      fallback[to] = back;
      if (matched[to] === 0) matched[to] = matched[back] ?? 0;
    }
  }
  return {
    longest: patterns.reduce((longest, pattern) => Math.max(longest, pattern.length), 0),
    next,
    depth: (state) => depthOf[state] ?? 0,
    match: (state) => matched[state] ?? 0
  };
}

// src/core/redactor.ts
var REDACTED = "***";
var MOST_BLANKS = 256;
var MARK = new TextEncoder().encode(REDACTED);
var [LINE_END, ESC, BRACKET] = [10, 27, 91];
function secretPatterns(values) {
  return { patterns: compilePatterns(secretForms(values)) };
}
var Redactor = class {
  #patterns;
  /** Over all streams; while there is only one, its own scanner says the same. */
  #together;
  #streams = /* @__PURE__ */ new Map();
  #position = 0;
  constructor({ patterns }) {
    this.#patterns = patterns;
  }
  /** @returns what may be shown now, of this stream and of others that waited for it; in the order it was written per stream */
  write(stream, bytes) {
    if (this.#patterns.longest === 0) return bytes.length === 0 ? [] : [{ stream, bytes }];
    const own = this.#streams.get(stream) ?? this.#open(stream);
    const together = this.#together;
    own.keep(this.#position, bytes);
    for (const byte of bytes) {
      const at = this.#position;
      this.#position += 1;
      const from = own.scanner.step(byte, at);
      if (from !== void 0) own.mask(from, at + 1);
      const fromTogether = together?.step(byte, at);
      if (fromTogether === void 0) continue;
      for (const one of this.#streams.values()) one.mask(fromTogether, at + 1);
    }
    return this.#release((one) => Math.min(one.scanner.heldFrom, together?.heldFrom ?? Infinity));
  }
  #open(stream) {
    const [first] = this.#streams.values();
    if (first !== void 0) this.#together ??= first.scanner.copy();
    const opened = new Stream(this.#patterns);
    this.#streams.set(stream, opened);
    return opened;
  }
  /** Everything that was held back. No stream may be written afterwards. */
  end() {
    return this.#release(() => Infinity);
  }
  #release(until) {
    return [...this.#streams].map(([stream, one]) => ({ stream, bytes: one.release(until(one)) })).filter(({ bytes }) => bytes.length > 0);
  }
};
function redactText(secrets, text) {
  if (secrets.patterns.longest === 0) return text;
  const redactor = new Redactor(secrets);
  const released = [...redactor.write("text", new TextEncoder().encode(text)), ...redactor.end()];
  const decoder = new TextDecoder();
  return released.map(({ bytes }) => decoder.decode(bytes, { stream: true })).join("") + decoder.decode();
}
function redactJson(secrets, value) {
  return secrets.patterns.longest === 0 ? value : redactValue(secrets, value);
}
function redactValue(secrets, value) {
  if (typeof value === "string") return redactText(secrets, value);
  if (typeof value === "number") {
    const text = String(value);
    const shown = redactText(secrets, text);
    return shown === text ? value : shown;
  }
  if (Array.isArray(value)) return value.map((item) => redactValue(secrets, item));
  if (typeof value === "object" && value !== null) {
    const entries = Object.entries(value).map(([name, item]) => [redactText(secrets, name), redactValue(secrets, item)]);
    return Object.fromEntries(entries);
  }
  return value;
}
var Scanner = class _Scanner {
  #patterns;
  /** Positions of the last bytes that counted; as many as the longest pattern has. */
  #positions;
  #counted = 0;
  #state = 0;
  #blanks = 0;
  #escape = "none";
  /** The first position that may belong to a secret not yet written to its end; Infinity when there is none. */
  heldFrom = Infinity;
  constructor(patterns) {
    this.#patterns = patterns;
    this.#positions = new Float64Array(patterns.longest);
  }
  copy() {
    const same = new _Scanner(this.#patterns);
    same.#positions.set(this.#positions);
    same.#counted = this.#counted;
    same.#state = this.#state;
    same.#blanks = this.#blanks;
    same.#escape = this.#escape;
    same.heldFrom = this.heldFrom;
    return same;
  }
  /** @returns the position where a secret begins that ends with this byte */
  step(byte, position) {
    if (this.#isBlank(byte)) {
      if (this.#state === 0) return void 0;
      this.#blanks += 1;
      if (this.#blanks > MOST_BLANKS) this.#state = 0;
      const isLone = byte === LINE_END && this.#patterns.depth(this.#state) === 1;
      if (this.#state === 0 || isLone) this.heldFrom = Infinity;
      return void 0;
    }
    this.#blanks = 0;
    this.#state = this.#patterns.next(this.#state, byte);
    this.#positions[this.#counted % this.#positions.length] = position;
    this.#counted += 1;
    const depth = this.#patterns.depth(this.#state);
    this.heldFrom = depth === 0 ? Infinity : this.#positionBack(depth);
    const match = this.#patterns.match(this.#state);
    return match === 0 ? void 0 : this.#positionBack(match);
  }
  #positionBack(count) {
    return this.#positions[(this.#counted - count) % this.#positions.length] ?? 0;
  }
  /** `ESC [ parameters final` counts as nothing; of any other sequence only the escape character does. */
  #isBlank(byte) {
    if (byte === ESC) {
      this.#escape = "begun";
      return true;
    }
    switch (this.#escape) {
      case "none":
        return isBlankByte(byte);
      case "begun":
        this.#escape = byte === BRACKET ? "sequence" : "none";
        return byte === BRACKET || isBlankByte(byte);
      case "sequence":
        if (byte >= 32 && byte <= 63) return true;
        this.#escape = "none";
        return byte <= 127;
    }
  }
};
var Stream = class {
  scanner;
  #held = [];
  #masks = [];
  #maskedUntil = -1;
  constructor(patterns) {
    this.scanner = new Scanner(patterns);
  }
  keep(from, bytes) {
    this.#held.push({ from, bytes });
  }
  /** Ends of masks only grow. */
  mask(from, to) {
    let start = from;
    for (let last = this.#masks.at(-1); last !== void 0 && last.to >= start; last = this.#masks.at(-1)) {
      start = Math.min(start, last.from);
      this.#masks.pop();
    }
    this.#masks.push({ from: start, to });
  }
  /** Everything before the position, with marks in place of secrets. */
  release(until) {
    const parts = [];
    const still = [];
    for (const { from, bytes } of this.#held) {
      const count = Math.max(0, Math.min(bytes.length, until - from));
      if (count > 0) this.#show(from, bytes.subarray(0, count), parts);
      if (count < bytes.length) still.push({ from: from + count, bytes: bytes.slice(count) });
    }
    this.#held = still;
    const first = still[0]?.from ?? Infinity;
    this.#masks = this.#masks.filter(({ to }) => to > Math.min(first, until));
    return concat(parts);
  }
  #show(from, bytes, parts) {
    let shown = from;
    const end = from + bytes.length;
    for (const mask of this.#masks) {
      if (mask.to <= shown) continue;
      if (mask.from >= end) break;
      if (mask.from > shown) parts.push(bytes.subarray(shown - from, mask.from - from));
      if (mask.from > this.#maskedUntil) parts.push(MARK);
      this.#maskedUntil = Math.max(this.#maskedUntil, mask.to);
      shown = Math.min(end, mask.to);
    }
    if (shown < end) parts.push(bytes.subarray(shown - from));
  }
};
function concat(parts) {
  const [only] = parts;
  if (parts.length === 1 && only !== void 0) return only;
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

export {
  REDACTED,
  secretPatterns,
  Redactor,
  redactText,
  redactJson
};
