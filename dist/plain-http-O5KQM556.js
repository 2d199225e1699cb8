import { createRequire as bundleRequire } from 'node:module'
import { dirname as bundleDirname } from 'node:path'
import { fileURLToPath as bundleFilename } from 'node:url'
const require = bundleRequire(import.meta.url)
const __filename = bundleFilename(import.meta.url)
const __dirname = bundleDirname(__filename)
import "./chunk-GGYFKO7C.js";

// src/app/remote/plain-http.ts
var LOOPBACK = /^(?:(?:.+\.)?localhost|127(?:\.[0-9]{1,3}){3}|\[::1\])$/;
function plainHttpWarning(url) {
  const { protocol, hostname, origin } = new URL(url);
  if (protocol !== "http:" || LOOPBACK.test(hostname)) return void 0;
  return `warning: the token goes to ${origin} unencrypted, readable for everybody on the way. Ask an https:// URL (a proxy in front of the peer), through an SSH tunnel, or by --peer through the mesh.`;
}
export {
  plainHttpWarning
};
