import { createRequire as bundleRequire } from 'node:module'
import { dirname as bundleDirname } from 'node:path'
import { fileURLToPath as bundleFilename } from 'node:url'
const require = bundleRequire(import.meta.url)
const __filename = bundleFilename(import.meta.url)
const __dirname = bundleDirname(__filename)
import {
  RunnerMeshError,
  errorText
} from "./chunk-GMWOGI5R.js";

// src/app/secret-file.ts
import { link, open, readFile, rm } from "node:fs/promises";
async function findSecret(path) {
  try {
    return (await readFile(path, "utf8")).trim();
  } catch (cause) {
    if (cause instanceof Error && "code" in cause && cause.code === "ENOENT") return void 0;
    throw new RunnerMeshError(
      "config_invalid",
      `Cannot read ${path}: ${errorText(cause)}. Give this user the right to read it.`,
      { cause }
    );
  }
}
async function findOrMakeSecret(path, make, random) {
  const stored = await findSecret(path);
  if (stored !== void 0 && stored !== "") return stored;
  const fresh = `${path}.${random.uuid()}`;
  try {
    const file = await open(fresh, "wx", 384);
    try {
      await file.writeFile(`${make()}
`);
      await file.sync();
    } finally {
      await file.close();
    }
    await link(fresh, path).catch((cause) => {
      if (!(cause instanceof Error && "code" in cause && cause.code === "EEXIST")) throw cause;
    });
  } catch (cause) {
    throw new RunnerMeshError(
      "config_invalid",
      `Cannot write ${path}: ${errorText(cause)}. Make its directory writable for this user.`,
      { cause }
    );
  } finally {
    await rm(fresh, { force: true });
  }
  const secret = await findSecret(path);
  if (secret === void 0 || secret === "")
    throw new RunnerMeshError("config_invalid", `${path} is empty. Remove it, and it is made anew.`);
  return secret;
}

export {
  findSecret,
  findOrMakeSecret
};
