/** Tags by which a workflow says whether it may run on the mesh instead of GitHub. The words are the predecessor's. */

export const WORKFLOW_TAGS = [
  'github-api',
  'p2p-eligible',
  'p2p-only',
  'unit-test',
  'code-generation',
  'web-scraping',
  'data-processing',
] as const
export type WorkflowTag = (typeof WORKFLOW_TAGS)[number]

export interface Routing {
  readonly recognised: readonly WorkflowTag[]
  readonly unknown: readonly string[]
  /** The mesh may run it; one tag that allows it is enough, whatever others say. */
  readonly shouldBypassGithub: boolean
  /** GitHub must not. */
  readonly isP2pOnly: boolean
}

/** Case does not matter, and `_` reads as `-`; anything else that differs is another tag. Repeats count once. */
export function routeByTags(tags: readonly string[]): Routing {
  const recognised = new Set<WorkflowTag>()
  const unknown = new Set<string>()
  for (const tag of tags) {
    const word = WORKFLOW_TAGS.find((known) => known === tag.toLowerCase().replaceAll('_', '-'))
    if (word === undefined) unknown.add(tag)
    else recognised.add(word)
  }
  return {
    recognised: [...recognised],
    unknown: [...unknown],
    shouldBypassGithub: recognised.has('p2p-only') || recognised.has('p2p-eligible'),
    isP2pOnly: recognised.has('p2p-only'),
  }
}
