/**
 * The page of the dashboard inside the bundles: its modules become one, and `src/dashboard/page-files.ts`, which reads
 * them from a checkout, becomes a module that holds them.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { buildSync } from 'esbuild'

/**
 * @param {string} root
 * @returns {import('esbuild').Plugin}
 */
export const withPage = (root) => ({
  name: 'with-page',
  setup(plugin) {
    const path = join(root, 'src/dashboard/page-files.ts')
    plugin.onLoad({ filter: /page-files\.ts$/ }, (file) => {
      if (file.path !== path) return undefined
      const files = JSON.stringify(pageFiles(root), undefined, 2)
      return {
        loader: 'js',
        contents: `const FILES = ${files}\nexport const loadPageFiles = () => new Map(Object.entries(FILES))\n`,
      }
    })
  },
})

/** @param {string} root */
function pageFiles(root) {
  const { outputFiles } = buildSync({
    absWorkingDir: root,
    entryPoints: ['src/dashboard/web/main.ts'],
    bundle: true,
    write: false,
    platform: 'browser',
    target: 'es2024',
    format: 'esm',
    charset: 'utf8',
    logLevel: 'warning',
  })
  const read = (/** @type {string} */ name) => readFileSync(join(root, 'src/dashboard/web', name), 'utf8')
  return {
    'page.html': { type: 'text/html; charset=utf-8', body: read('page.html') },
    'style.css': { type: 'text/css; charset=utf-8', body: read('style.css') },
    'icon.svg': { type: 'image/svg+xml', body: read('icon.svg') },
    'main.js': { type: 'text/javascript; charset=utf-8', body: outputFiles[0]?.text ?? '' },
  }
}
