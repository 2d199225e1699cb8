import { createRequire as bundleRequire } from 'node:module'
import { dirname as bundleDirname } from 'node:path'
import { fileURLToPath as bundleFilename } from 'node:url'
const require = bundleRequire(import.meta.url)
const __filename = bundleFilename(import.meta.url)
const __dirname = bundleDirname(__filename)
import {
  imageName,
  imagePattern,
  isPublicImage,
  matchesPattern,
  repositoryPattern
} from "./chunk-H2NID2FT.js";
import {
  PROFILES
} from "./chunk-JVD6W2LK.js";

// src/core/policy/verdict.ts
function judge(rules, needs) {
  return [...verdicts(rules, needs)];
}
function findRefusal(rules, needs) {
  for (const verdict of verdicts(rules, needs)) if (!verdict.allowed) return verdict;
  return void 0;
}
function* verdicts(rules, needs) {
  const { asks } = needs;
  if (asks !== void 0) {
    yield submitters(rules, asks);
    yield loopDepth(rules, asks);
  }
  yield profile(rules, needs);
  yield network(rules, needs);
  if (asks?.image !== void 0) yield image(rules, asks.image);
  if (asks?.repository !== void 0) yield repository(rules, asks.repository);
  yield limits(rules, needs);
  if (asks?.mounts !== void 0) yield mounts(rules, needs.profile, asks.mounts);
  if (asks?.devices !== void 0) yield devices(rules, needs.profile, asks.devices);
  if (asks?.secrets !== void 0) yield secrets(rules, asks, asks.secrets);
}
function submitters({ submitters: allowed }, { signer }) {
  if (allowed === "mesh") return allow("submitters", "any member of the mesh may hand in work");
  return allowed.includes(signer) ? allow("submitters", `${signer} is listed`) : refuse("submitters", `submitters does not list ${signer}, the peer that accepted the task`);
}
function loopDepth({ loop_depth: most }, { depth }) {
  if (depth === 0) return allow("loop_depth", "not submitted by a task");
  const stands = `submitted by a task, depth ${depth}`;
  return depth <= most ? allow("loop_depth", `${stands} of at most ${most}`) : refuse("loop_depth", `${stands}, loop_depth allows ${most}`);
}
function profile({ profile: loosest }, needs) {
  return PROFILES.indexOf(needs.profile) <= PROFILES.indexOf(loosest) ? allow("profile", `${needs.profile}, at most ${loosest}`) : refuse("profile", `asks for profile ${needs.profile}, the policy allows at most ${loosest}`);
}
function network({ network: most }, needs) {
  if (needs.network === "none" || needs.network === most) return allow("network", needs.network);
  const why = needs.profile === "trusted" ? " (profile trusted has it unless the task says network none)" : "";
  return refuse("network", `asks for network ${needs.network}${why}, the policy allows ${most}`);
}
function image({ images }, { name, pinned }) {
  const denied = images.deny.find((pattern) => matchesPattern(imagePattern(pattern), name));
  if (denied !== void 0) return refuse("images", `${name} is denied by images.deny: ${denied}`);
  const matching = images.allow.filter((pattern) => matchesPattern(imagePattern(pattern), name));
  const [first] = matching;
  if (first === void 0) return refuse("images", `${name} matches nothing in images.allow`);
  const named = matching.find((pattern) => imagePattern(pattern) !== "**");
  if (!images.public && named === void 0 && isPublicImage(name)) {
    return refuse("images", `${name} is of a public registry: images.public is false and images.allow does not name it`);
  }
  if (images.digest === "required" && !pinned) {
    return refuse("images", `${name} is not fixed by a digest, which images.digest requires`);
  }
  return allow("images", `${name} is allowed by ${named ?? first}`);
}
function repository({ repositories }, name) {
  const matches = (pattern) => matchesPattern(repositoryPattern(pattern), name);
  const denied = repositories.deny.find(matches);
  if (denied !== void 0) return refuse("repositories", `${name} is denied by repositories.deny: ${denied}`);
  const allowed = repositories.allow.find(matches);
  return allowed === void 0 ? refuse("repositories", `${name} matches nothing in repositories.allow`) : allow("repositories", `${name} is allowed by ${allowed}`);
}
var MIB = 1048576;
function limits({ limits: caps }, needs) {
  const { asks } = needs;
  const asked = {
    cpus: needs.cpus,
    memory_mb: needs.memoryBytes / MIB,
    disk_mb: needs.diskBytes / MIB,
    shm_mb: asks?.shmMb ?? 0,
    pids: asks?.pids ?? 0,
    gpus: needs.gpus,
    run_seconds: (asks?.runMs ?? 0) / 1e3,
    prepare_seconds: (asks?.prepareMs ?? 0) / 1e3
  };
  const over = Object.keys(asked).find((name) => asked[name] > (caps[name] ?? Infinity));
  return over === void 0 ? allow("limits", "within the limits") : refuse("limits", `asks for ${over} ${asked[over]}, limits.${over} is ${caps[over] ?? 0}`);
}
function mounts({ mounts: allowed }, asked, wanted) {
  if (asked !== "trusted")
    return refuse("mounts", `folders of the host need profile trusted, the task asks for ${asked}`);
  const refused = wanted.find((one) => !mayMount(allowed, one));
  return refused === void 0 ? allow("mounts", wanted.map(({ source }) => source).join(", ")) : refuse("mounts", `mounts does not list ${refused.source}${refused.write ? " for writing" : ""}`);
}
function mayRunImage(rules, reference) {
  return image(rules, imageName(reference)).allowed;
}
function mayMount(allowed, { source, write }) {
  return allowed.some(({ path, write: mayWrite }) => {
    const folder = path.endsWith("/") ? path : `${path}/`;
    return (mayWrite || !write) && `${source}/`.startsWith(folder);
  });
}
function devices({ devices: allowed }, asked, wanted) {
  if (asked !== "trusted") return refuse("devices", `devices need profile trusted, the task asks for ${asked}`);
  const refused = wanted.find((path) => !allowed.includes(path));
  return refused === void 0 ? allow("devices", wanted.join(", ")) : refuse("devices", `devices does not list ${refused}`);
}
function secrets({ secrets: known }, asks, wanted) {
  for (const { ref, env } of wanted) {
    const rule = Object.hasOwn(known, ref) ? known[ref] : void 0;
    if (rule === void 0) return refuse("secrets", `secrets does not name ${ref}`);
    if (env && !rule.env) return refuse("secrets", `${ref} may be a file only: secrets.${ref}.env is false`);
    if (!mayUse(rule, asks)) {
      const who = asks.image?.name ?? asks.repository ?? "this task";
      return refuse("secrets", `${ref} is not for ${who} of ${asks.submitter ?? asks.signer}`);
    }
  }
  return allow("secrets", wanted.map(({ ref }) => ref).join(", "));
}
function mayUse({ images, repositories, submitters: allowed }, { image: ofImage, repository: ofRepository, signer, submitter }) {
  const isFree = images === void 0 && repositories === void 0;
  const byImage = ofImage !== void 0 && images?.some((pattern) => matchesPattern(imagePattern(pattern), ofImage.name)) === true;
  const byRepository = ofRepository !== void 0 && repositories?.some((pattern) => matchesPattern(repositoryPattern(pattern), ofRepository)) === true;
  const bySubmitter = allowed === void 0 || allowed.includes(signer) || submitter !== void 0 && allowed.includes(submitter);
  return bySubmitter && (isFree || byImage || byRepository);
}
function allow(rule, message) {
  return { rule, allowed: true, message };
}
function refuse(rule, message) {
  return { rule, allowed: false, message };
}

export {
  judge,
  findRefusal,
  mayRunImage,
  mayMount
};
