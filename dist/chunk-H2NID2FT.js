import { createRequire as bundleRequire } from 'node:module'
import { dirname as bundleDirname } from 'node:path'
import { fileURLToPath as bundleFilename } from 'node:url'
const require = bundleRequire(import.meta.url)
const __filename = bundleFilename(import.meta.url)
const __dirname = bundleDirname(__filename)

// src/core/policy/names.ts
var HOST = /^(?:localhost|[^/]*[.:][^/]*)$/;
function imageName(reference) {
  const [named = "", digest] = reference.split("@");
  const colon = named.indexOf(":", named.lastIndexOf("/") + 1);
  const name = colon === -1 ? named : named.slice(0, colon);
  const slash = name.indexOf("/");
  const long = slash > 0 && HOST.test(name.slice(0, slash)) ? name : `docker.io/${slash === -1 ? "library/" : ""}${name}`;
  return { name: long.replace(/^index\.docker\.io\//, "docker.io/"), pinned: digest !== void 0 };
}
function repositoryName(url) {
  const name = url.replace(/^https:\/\//, "").replace(/\.git$/, "");
  return (name.split("/").length > 2 ? name : `github.com/${name}`).toLowerCase();
}
var PUBLIC_REGISTRIES = [
  "docker.io",
  "ghcr.io",
  "quay.io",
  "public.ecr.aws",
  "gcr.io",
  "registry.gitlab.com",
  "mcr.microsoft.com",
  "registry.k8s.io"
];
function isPublicImage(name) {
  return PUBLIC_REGISTRIES.includes(name.slice(0, name.indexOf("/")));
}
function imagePattern(pattern) {
  if (pattern === "*" || pattern === "**") return "**";
  const first = pattern.includes("/") ? pattern.slice(0, pattern.indexOf("/")) : "";
  if (first.includes("*") || HOST.test(first)) return pattern;
  return `docker.io/${first === "" ? "library/" : ""}${pattern}`;
}
function repositoryPattern(pattern) {
  if (pattern === "*" || pattern === "**") return "**";
  return (pattern.split("/").length > 2 || pattern.includes("**") ? pattern : `github.com/${pattern}`).toLowerCase();
}
var compiled = /* @__PURE__ */ new Map();
var MOST_COMPILED = 4096;
function matchesPattern(pattern, name) {
  let regex = compiled.get(pattern);
  if (regex === void 0) {
    const source = pattern.split(/(\*+)/).map(
      (part) => part === "*" ? "[^/]*" : part.startsWith("**") ? ".*" : part.replace(/[\\^$.|?+()[\]{}]/g, "\\$&")
    ).join("");
    regex = new RegExp(`^${source}$`);
    if (compiled.size >= MOST_COMPILED) compiled.clear();
    compiled.set(pattern, regex);
  }
  return regex.test(name);
}

export {
  imageName,
  repositoryName,
  isPublicImage,
  imagePattern,
  repositoryPattern,
  matchesPattern
};
