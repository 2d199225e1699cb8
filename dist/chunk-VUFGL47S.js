import { createRequire as bundleRequire } from 'node:module'
import { dirname as bundleDirname } from 'node:path'
import { fileURLToPath as bundleFilename } from 'node:url'
const require = bundleRequire(import.meta.url)
const __filename = bundleFilename(import.meta.url)
const __dirname = bundleDirname(__filename)

// src/peers/legacy/python-json.ts
var STRING_OR_WORD = /"(?:[^"\\]|\\.)*"|-?Infinity|NaN/g;
function parsePythonJson(text) {
  try {
    return JSON.parse(text);
  } catch (cause) {
    if (!/NaN|Infinity/.test(text)) throw cause;
    return JSON.parse(text.replace(STRING_OR_WORD, (token) => token.startsWith('"') ? token : "null"));
  }
}
function isObject(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
var WHOLE = /^\s*[+-]?[0-9]+\s*$/;
function pythonInt(value) {
  if (typeof value === "boolean") return value ? 1 : 0;
  if (typeof value === "number") return Number.isFinite(value) ? Math.trunc(value) : void 0;
  return typeof value === "string" && WHOLE.test(value) ? Number(value) : void 0;
}
function textOf(value) {
  return typeof value === "string" ? value.trim() : typeof value === "number" ? String(value) : "";
}
function numberOf(value) {
  const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  return typeof number === "number" && Number.isFinite(number) ? number : void 0;
}

export {
  parsePythonJson,
  isObject,
  pythonInt,
  textOf,
  numberOf
};
