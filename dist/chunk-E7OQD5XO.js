import { createRequire as bundleRequire } from 'node:module'
import { dirname as bundleDirname } from 'node:path'
import { fileURLToPath as bundleFilename } from 'node:url'
const require = bundleRequire(import.meta.url)
const __filename = bundleFilename(import.meta.url)
const __dirname = bundleDirname(__filename)

// src/core/secret-forms.ts
var SHORTEST_SECRET = 6;
var encoder = new TextEncoder();
function isBlankByte(byte) {
  return byte <= 32 || byte === 127;
}
function canBeRedacted(value) {
  return withoutBlanks(encoder.encode(value)).length >= SHORTEST_SECRET;
}
function secretForms(values) {
  const forms = /* @__PURE__ */ new Map();
  for (const value of values) {
    for (const part of /* @__PURE__ */ new Set([value, ...value.split(/\r\n|\n|\r/)])) {
      if (!canBeRedacted(part)) continue;
      for (const form of formsOf(part)) {
        const bytes = withoutBlanks(form);
        if (bytes.length >= SHORTEST_SECRET) forms.set(latin1(bytes), bytes);
      }
    }
  }
  return [...forms.values()];
}
function* formsOf(value) {
  const bytes = encoder.encode(value);
  yield bytes;
  for (const text of [...base64Forms(bytes), ...hexForms(bytes), ...urlForms(value), ...quotedForms(value)]) {
    yield encoder.encode(text);
  }
}
function base64Forms(bytes) {
  const forms = [btoa(latin1(bytes))];
  for (const before of [0, 1, 2]) {
    const encoded = btoa("\0".repeat(before) + latin1(bytes));
    const from = Math.ceil(before * 8 / 6);
    const to = Math.floor((before + bytes.length) * 8 / 6);
    forms.push(encoded.slice(from, to));
  }
  return forms.flatMap((form) => [form, form.replaceAll("+", "-").replaceAll("/", "_")]);
}
function hexForms(bytes) {
  const pairs = [...bytes].map((byte) => byte.toString(16).padStart(2, "0"));
  const escaped = pairs.map((pair) => `\\x${pair}`).join("");
  const hex = pairs.join("");
  return [hex, hex.toUpperCase(), pairs.join(":"), pairs.join(":").toUpperCase(), escaped];
}
function urlForms(value) {
  let component;
  try {
    component = encodeURIComponent(value);
  } catch {
    return [];
  }
  const strict = component.replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
  const forms = [component, strict, encodeURI(value)].flatMap((form) => [form, form.replaceAll("%20", "+")]);
  return forms.flatMap((form) => [form, form.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase())]);
}
function quotedForms(value) {
  const json = JSON.stringify(value).slice(1, -1);
  const ascii = json.replace(/[^\0-\x7f]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`);
  const xml = value.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
  return [
    json,
    json.replaceAll("/", "\\/"),
    ascii,
    JSON.stringify(json).slice(1, -1),
    json.replace(/[<>&]/g, (char) => `\\u00${char.charCodeAt(0).toString(16)}`),
    xml,
    xml.replaceAll('"', "&quot;").replaceAll("'", "&#39;"),
    xml.replaceAll('"', "&quot;").replaceAll("'", "&apos;"),
    value.replaceAll("'", `'\\''`),
    value.replaceAll("'", `'"'"'`),
    value.replaceAll("'", `''`),
    // printf %q, and Python's repr
    value.replace(/[^A-Za-z0-9_@%+=:,./-]/g, (char) => `\\${char}`),
    value.replaceAll("\\", "\\\\").replaceAll("'", "\\'"),
    value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("$", "\\$").replaceAll("`", "\\`")
  ];
}
function withoutBlanks(bytes) {
  return bytes.filter((byte) => !isBlankByte(byte));
}
function latin1(bytes) {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}

export {
  isBlankByte,
  canBeRedacted,
  secretForms
};
