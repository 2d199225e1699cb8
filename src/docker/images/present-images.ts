/** Images that the engine has already, by their names with tags. */
import type { Engine } from '../engine/engine.ts'

/**
 * @param most the newest so many
 * @throws whatever the client throws when the engine does not answer
 */
export async function listPresentImages({ prompt }: Engine, most: number): Promise<readonly string[]> {
  const images = await prompt.listImages()
  const newestFirst = [...images].sort((a, b) => b.Created - a.Created)
  // Dangling images go by no name; Docker lists them as <none>:<none>, or with no tags at all.
  const names = newestFirst.flatMap(({ RepoTags }) => (RepoTags as readonly string[] | null) ?? [])
  return [...new Set(names)].filter((name) => !name.includes('<none>')).slice(0, most)
}
