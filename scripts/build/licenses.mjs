import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'

/**
 * Names, versions and licence texts of the packages that a bundle's inputs come from.
 *
 * @param {readonly string[]} inputs  paths from `root`, as esbuild's metafile has them
 * @param {string} root
 */
export function licensesOf(inputs, root) {
  const folders = new Set(
    inputs.filter((path) => path.includes('node_modules/')).map((path) => packageFolder(path, root)),
  )
  const entries = [...folders].map((folder) => entryOf(join(root, folder)))
  return [...new Set(entries)].sort().join(`\n${'-'.repeat(80)}\n\n`)
}

/**
 * The nearest folder above a file whose manifest has a name and a version; packages carry others, such as
 * `{"type": "module"}`, for parts of themselves.
 *
 * @param {string} file
 * @param {string} root
 */
function packageFolder(file, root) {
  let folder = dirname(file)
  while (!isPackage(join(root, folder))) {
    if (folder === dirname(folder)) throw new Error(`${file} belongs to no package`)
    folder = dirname(folder)
  }
  return folder
}

/** @param {string} folder */
function isPackage(folder) {
  if (!existsSync(join(folder, 'package.json'))) return false
  const { name, version } = manifestOf(folder)
  return name !== undefined && version !== undefined
}

/** @param {string} folder */
function entryOf(folder) {
  const { name, version, license } = manifestOf(folder)
  const texts = readdirSync(folder)
    .filter((file) => /^(licen[cs]e|copying|notice)/i.test(file))
    .sort()
    .map((file) => readFileSync(join(folder, file), 'utf8').replaceAll('\r\n', '\n').trim())
  return [`${name ?? ''} ${version ?? ''} (${license ?? 'see text'})`, ...texts].join('\n\n') + '\n'
}

/**
 * @param {string} folder
 * @returns {{ name?: string, version?: string, license?: string }}
 */
function manifestOf(folder) {
  /** @type {{ name?: string, version?: string, license?: string }} */
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  return manifest
}
