/**
 * `npm run build [-- folder]`: the committed bundles, from the repository's root so that the paths in their comments are
 * the same everywhere. docs/decisions/0003 says why each part of the recipe is there.
 */
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { build } from 'esbuild'
import { licensesOf } from './build/licenses.mjs'
import { withPage } from './build/with-page.mjs'
import { ROOT } from './setup/checkout.mjs'

/** Some bundled packages are CommonJS inside: what they expect to find in their scope, an ES module must make. */
const SCOPE = `import { createRequire as bundleRequire } from 'node:module'
import { dirname as bundleDirname } from 'node:path'
import { fileURLToPath as bundleFilename } from 'node:url'
const require = bundleRequire(import.meta.url)
const __filename = bundleFilename(import.meta.url)
const __dirname = bundleDirname(__filename)`

const REFUSED = {
  ssh: 'exports.Client = class { constructor() { throw new Error("ssh:// Docker hosts are not supported by this build") } }',
  session: 'module.exports = () => { throw new Error("BuildKit sessions are not supported by this build") }',
  native: 'throw new Error("optional native addon not bundled")',
  oidc: 'export class OidcClient { static getIDToken() { throw new Error("OIDC tokens are not supported by this build") } }',
  locales: 'export {}',
}

/**
 * What packages can do and we never ask for: of dockerode ssh hosts (ssh2, with native addons that no bundle can hold) and
 * BuildKit sessions (gRPC), of @actions/core OIDC tokens (an HTTP client of its own). Each is replaced by a refusal that
 * says so. And zod's messages in fifty languages, which nobody can choose here.
 *
 * @type {import('esbuild').Plugin}
 */
const withoutUnused = {
  name: 'without-unused',
  setup(plugin) {
    const refused = (/** @type {keyof typeof REFUSED} */ path) => ({ path, namespace: 'refused' })
    plugin.onResolve({ filter: /^ssh2$/ }, () => refused('ssh'))
    plugin.onResolve({ filter: /(\.node$|^cpu-features$)/ }, () => refused('native'))
    plugin.onResolve({ filter: /^\.\/(session|buildkit)$/ }, ({ importer }) =>
      importer.includes('/dockerode/') ? refused('session') : undefined,
    )
    plugin.onResolve({ filter: /^\.\/oidc-utils\.js$/ }, ({ importer }) =>
      importer.includes('/@actions/core/') ? refused('oidc') : undefined,
    )
    plugin.onResolve({ filter: /\/locales\/index\.js$/ }, ({ importer }) =>
      importer.includes('/zod/') ? refused('locales') : undefined,
    )
    plugin.onLoad({ filter: /.*/, namespace: 'refused' }, ({ path }) => ({
      loader: 'js',
      contents: REFUSED[/** @type {keyof typeof REFUSED} */ (path)],
    }))
  },
}

/**
 * Of our own manifest the bundles carry the name and the version only, so that no other change to it changes them.
 *
 * @param {string} root
 * @returns {import('esbuild').Plugin}
 */
const withShortManifest = (root) => ({
  name: 'with-short-manifest',
  setup(plugin) {
    const path = join(root, 'package.json')
    plugin.onLoad({ filter: /package\.json$/ }, (file) => {
      if (file.path !== path) return undefined
      /** @type {{ name: string, version: string }} */
      const { name, version } = JSON.parse(readFileSync(path, 'utf8'))
      return { loader: 'json', contents: JSON.stringify({ name, version }) }
    })
  },
})

/**
 * npm may install one version of a package several times, below each package that asks for it. One of them goes in, by the
 * lock file, so that every installation chooses the same.
 *
 * @param {string} root
 * @returns {import('esbuild').Plugin}
 */
const withEachPackageOnce = (root) => ({
  name: 'with-each-package-once',
  setup(plugin) {
    /** @type {{ packages: Record<string, { version?: string }> }} */
    const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'))
    const kinds = new Map(
      Object.entries(packages).map(([folder, { version }]) => [folder, `${nameOf(folder)}@${version}`]),
    )
    /** @type {Map<string, string>} */
    const chosen = new Map()
    for (const [folder, kind] of [...kinds].sort(([a], [b]) => (a < b ? 1 : -1))) chosen.set(kind, folder)
    plugin.onResolve({ filter: /^[^./]/ }, async ({ path, pluginData, ...rest }) => {
      if (pluginData === RESOLVING) return undefined
      const found = await plugin.resolve(path, { ...rest, pluginData: RESOLVING })
      if (found.errors.length > 0 || found.external || found.namespace !== 'file') return undefined
      const folder = /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(relative(root, found.path))?.[0] ?? ''
      const other = chosen.get(kinds.get(folder) ?? '') ?? folder
      return {
        ...found,
        path: other === folder ? found.path : join(root, other, relative(join(root, folder), found.path)),
      }
    })
  },
})

const RESOLVING = Symbol('resolving')

/** @param {string} folder  as the lock file names it */
const nameOf = (folder) => folder.slice(folder.lastIndexOf('node_modules/') + 'node_modules/'.length)

/**
 * V8 keeps a source of ASCII in half the memory of any other. esbuild leaves such letters in comments only, where an
 * escape does no harm.
 */
const BEYOND_ASCII = /[^\0-\x7f]/g

/** @param {string} letter  one UTF-16 unit */
const escaped = (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`

/**
 * Builds into an emptied folder.
 *
 * @param {string} outdir
 */
export async function buildInto(outdir, root = ROOT) {
  rmSync(outdir, { recursive: true, force: true })
  const { metafile, outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: { main: 'src/action/main.ts', post: 'src/action/post.ts', cli: 'src/cli/main.ts' },
    outdir,
    bundle: true,
    // What several entries hold is written once, and what is imported when it is needed is read when it is needed.
    splitting: true,
    chunkNames: '[name]-[hash]',
    platform: 'node',
    target: 'node24',
    format: 'esm',
    banner: { js: SCOPE },
    plugins: [withoutUnused, withShortManifest(root), withPage(root), withEachPackageOnce(root)],
    legalComments: 'eof',
    charset: 'ascii',
    metafile: true,
    write: false,
    logLevel: 'warning',
  })
  mkdirSync(outdir, { recursive: true })
  for (const { path, text } of outputFiles) writeFileSync(path, text.replace(BEYOND_ASCII, escaped))
  chmodSync(join(outdir, 'cli.js'), 0o755)
  writeFileSync(join(outdir, 'licenses.txt'), licensesOf(Object.keys(metafile.inputs), root))
}

if (import.meta.filename === process.argv[1]) await buildInto(resolve(process.argv[2] ?? join(ROOT, 'dist')))
