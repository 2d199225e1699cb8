/**
 * `npm run pack [-- folder [dist]]`: the package as it is published. The bundle holds all its dependencies, so the manifest
 * of the package names none: `npx runner-mesh` fetches one file. The tarball lies in `folder` (default: the current one).
 */
import { execFileSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { ROOT } from './setup/checkout.mjs'

/** Of our own manifest what somebody who installs it needs. */
const KEPT = ['name', 'version', 'description', 'license', 'mcpName', 'type', 'engines', 'bin', 'repository', 'files']

/**
 * @param {string} folder where the tarball goes
 * @param {string} dist the built bundles
 * @returns {string} the path of the tarball
 */
export function packInto(folder, dist = join(ROOT, 'dist')) {
  const stage = mkdtempSync(join(tmpdir(), 'runner-mesh-pack-'))
  try {
    /** @type {Record<string, unknown> & { files: string[] }} */
    const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
    const kept = Object.fromEntries(Object.entries(manifest).filter(([name]) => KEPT.includes(name)))
    writeFileSync(join(stage, 'package.json'), `${JSON.stringify(kept, undefined, 2)}\n`)
    for (const file of ['README.md', 'LICENSE', 'CHANGELOG.md']) cpSync(join(ROOT, file), join(stage, file))
    cpSync(dist, join(stage, 'dist'), { recursive: true })
    const told = execFileSync('npm', ['pack', '--json', '--pack-destination', resolve(folder)], {
      cwd: stage,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    /** @type {[{ filename: string }]} */
    const [{ filename }] = JSON.parse(told)
    return join(resolve(folder), filename)
  } finally {
    rmSync(stage, { recursive: true, force: true })
  }
}

if (import.meta.filename === process.argv[1]) {
  const [folder = '.', dist] = process.argv.slice(2)
  process.stdout.write(`${packInto(folder, dist)}\n`)
}
