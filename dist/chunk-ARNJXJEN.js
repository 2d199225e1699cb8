import { createRequire as bundleRequire } from 'node:module'
import { dirname as bundleDirname } from 'node:path'
import { fileURLToPath as bundleFilename } from 'node:url'
const require = bundleRequire(import.meta.url)
const __filename = bundleFilename(import.meta.url)
const __dirname = bundleDirname(__filename)
import {
  ACCESS
} from "./chunk-WGTKGJ5D.js";
import {
  external_exports
} from "./chunk-NO6C4VEO.js";
import {
  RunnerMeshError,
  errorText
} from "./chunk-GMWOGI5R.js";

// src/app/access-tokens.ts
import { createHash } from "node:crypto";
import { link, mkdir, open, readdir, readFile, rm, stat } from "node:fs/promises";
import { join } from "node:path";
var FOLDER = "tokens";
var NAME = /^[a-z0-9][a-z0-9._-]{0,62}$/;
var RESERVED = "default";
var HASH = "sha256";
var stored = external_exports.object({
  access: external_exports.array(external_exports.enum(ACCESS)),
  created_at: external_exports.int(),
  expires_at: external_exports.int().optional(),
  sha256: external_exports.string().regex(/^[0-9a-f]{64}$/)
});
async function createToken(stateDir, { name, access, expiresInMs }, { clock, random }) {
  const path = fileOf(stateDir, name);
  if (name === RESERVED) {
    throw new RunnerMeshError("bad_request", `${RESERVED} is the peer's own token, in http.token. Choose another name.`);
  }
  const token = `rmt_${Buffer.from(random.bytes(32)).toString("base64url")}`;
  const now = clock.now();
  const made = { name, access, createdAt: now, ...expiresInMs === void 0 ? {} : { expiresAt: now + expiresInMs } };
  const kept = {
    access: [...access],
    created_at: made.createdAt,
    ...made.expiresAt === void 0 ? {} : { expires_at: made.expiresAt },
    sha256: hashOf(token)
  };
  const folder = join(stateDir, FOLDER);
  await mkdir(folder, { recursive: true, mode: 448 });
  const fresh = join(folder, `.${random.uuid()}`);
  try {
    const file = await open(fresh, "wx", 384);
    try {
      await file.writeFile(`${JSON.stringify(kept)}
`);
      await file.sync();
    } finally {
      await file.close();
    }
    await link(fresh, path);
  } catch (cause) {
    if (!isCode(cause, "EEXIST")) throw cause;
    const message = `There is a token ${name} already. Revoke it first with: runner-mesh token revoke ${name}`;
    throw new RunnerMeshError("bad_request", message);
  } finally {
    await rm(fresh, { force: true });
  }
  return { ...made, token };
}
async function listTokens(stateDir) {
  const names = await readdir(join(stateDir, FOLDER)).catch((cause) => {
    if (isCode(cause, "ENOENT")) return [];
    throw cause;
  });
  const found = [];
  for (const file of names.toSorted()) {
    const name = /^(?<name>.+)\.json$/.exec(file)?.groups?.["name"];
    const token = name === void 0 || !NAME.test(name) ? void 0 : await readToken(stateDir, name);
    if (token !== void 0) found.push(token);
  }
  return found;
}
async function revokeToken(stateDir, name) {
  try {
    await rm(fileOf(stateDir, name));
  } catch (cause) {
    if (!isCode(cause, "ENOENT")) throw cause;
    throw new RunnerMeshError("bad_request", `There is no token ${name}. runner-mesh token list shows which there are.`);
  }
}
async function tokensVersion(stateDir) {
  try {
    const { mtimeNs, ino } = await stat(join(stateDir, FOLDER), { bigint: true });
    return `${String(ino)}:${String(mtimeNs)}`;
  } catch (cause) {
    if (isCode(cause, "ENOENT")) return "none";
    throw new RunnerMeshError("config_invalid", `Cannot read the tokens of this peer: ${errorText(cause)}.`, { cause });
  }
}
function hashOf(token) {
  return createHash(HASH).update(token).digest("hex");
}
async function readToken(stateDir, name) {
  try {
    const { access, created_at, expires_at, sha256 } = stored.parse(
      JSON.parse(await readFile(fileOf(stateDir, name), "utf8"))
    );
    return {
      name,
      access,
      createdAt: created_at,
      hash: sha256,
      ...expires_at === void 0 ? {} : { expiresAt: expires_at }
    };
  } catch {
    return void 0;
  }
}
function fileOf(stateDir, name) {
  if (NAME.test(name)) return join(stateDir, FOLDER, `${name}.json`);
  throw new RunnerMeshError(
    "bad_request",
    `${JSON.stringify(name.slice(0, 80))} is no name for a token. Use up to 63 of a-z, 0-9, dot, dash and underscore.`
  );
}
function isCode(thrown, code) {
  return thrown instanceof Error && "code" in thrown && thrown.code === code;
}

export {
  createToken,
  listTokens,
  revokeToken,
  tokensVersion,
  hashOf
};
