import { createRequire as bundleRequire } from 'node:module'
import { dirname as bundleDirname } from 'node:path'
import { fileURLToPath as bundleFilename } from 'node:url'
const require = bundleRequire(import.meta.url)
const __filename = bundleFilename(import.meta.url)
const __dirname = bundleDirname(__filename)

// src/core/clean-text.ts
var STRING_SEQUENCE = /(?:\u001b[\]PX^_]|[\u009d\u0090\u0098\u009e\u009f])[^\u0007\u001b\u009c\n]*(?:\u0007|\u001b\\|\u009c)?/g;
var CONTROL_SEQUENCE = /(?:\u001b\[|\u009b)[0-?]*[ -/]*[@-~]?/g;
var OTHER_ESCAPE = /\u001b[ -/]*[0-~]?/g;
var LINE_ENDS = /\r\n?|[\u0085\u2028\u2029\u000b\u000c]/g;
var INVISIBLE = new RegExp("[\\p{Default_Ignorable_Code_Point}\\ufff9-\\ufffb]|(?![\\n\\t])\\p{Cc}", "gu");
var PLAIN = /^[\n\t\u0020-\u007e]*$/;
function cleanText(text) {
  if (PLAIN.test(text)) return text;
  return text.toWellFormed().replace(STRING_SEQUENCE, "").replace(CONTROL_SEQUENCE, "").replace(OTHER_ESCAPE, "").replace(LINE_ENDS, "\n").replace(INVISIBLE, "");
}
function cleanLine(text, maxChars) {
  const line = cleanText(text.length > maxChars * 8 ? text.slice(0, maxChars * 8) : text).replace(/\s+/g, " ").trim();
  return line.length <= maxChars ? line : `${line.slice(0, maxChars - 1).toWellFormed().replace(/\ufffd$/u, "")}\u2026`;
}

export {
  cleanText,
  cleanLine
};
