/** Whose events are taken: `owner/name`, or `owner/*` for all of an owner. Case does not matter to GitHub, nor here. */

export interface ServedRepositories {
  serves(repository: string): boolean
  /** Those that are named in full. */
  readonly named: readonly string[]
}

export function createServedRepositories(patterns: readonly string[]): ServedRepositories {
  const lower = patterns.map((pattern) => pattern.toLowerCase())
  return {
    named: patterns.filter((pattern) => !pattern.endsWith('/*')),
    serves: (repository) => {
      const name = repository.toLowerCase()
      return lower.some((pattern) => pattern === name || pattern === `${name.split('/', 1)[0] ?? ''}/*`)
    },
  }
}
