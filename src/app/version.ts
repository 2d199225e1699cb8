/** The version of this build, from its package. */
import manifest from '../../package.json' with { type: 'json' }

export const VERSION: string = manifest.version
