import { dirname, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The repository's root folder. */
export const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '..', '..')

/** What the set-up keeps in the checkout: the Node runtime and its lock. Ignored by git; deleting it costs one download. */
export const RUNTIME_FOLDER = resolve(ROOT, '.runtime')
