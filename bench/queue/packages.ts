/** Peers from npm, at exact versions, in folders of their own beside the checkout's runtime: none is a dependency of ours. */
import { mkdir, readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { RUNTIME_FOLDER } from '../../scripts/setup/checkout.mjs'
import { runCommand, tail } from '../../scripts/setup/command.mjs'

/** Names to exact versions. */
export type Versions = Readonly<Record<string, string>>

/**
 * @returns a function that loads one of them; what it loads has the form that its caller names
 * @throws Error when npm cannot install them
 */
export async function installPeer(
  name: string,
  versions: Versions,
): Promise<(packageName: string) => Promise<unknown>> {
  const folder = join(RUNTIME_FOLDER, 'bench', name)
  await mkdir(folder, { recursive: true })
  if (!(await isInstalled(folder, versions))) {
    const wanted = Object.entries(versions).map(([packageName, version]) => `${packageName}@${version}`)
    // Nothing of theirs needs an install script.
    const options = ['--prefix', folder, '--save-exact', '--ignore-scripts', '--no-audit', '--no-fund']
    const { code, output } = await runCommand('npm', ['install', ...options, ...wanted])
    if (code !== 0) throw new Error(`npm install ${wanted.join(' ')} failed: ${tail(output, 3)}`)
  }
  const require = createRequire(join(folder, 'peer.js'))
  return (packageName) => import(pathToFileURL(require.resolve(packageName)).href) as Promise<unknown>
}

async function isInstalled(folder: string, versions: Versions): Promise<boolean> {
  const found = await Promise.all(
    Object.entries(versions).map(async ([packageName, version]) => {
      const manifest = await readFile(join(folder, 'node_modules', packageName, 'package.json'), 'utf8').catch(
        () => '{}',
      )
      return (JSON.parse(manifest) as { version?: string }).version === version
    }),
  )
  return found.every(Boolean)
}
