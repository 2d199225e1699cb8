/** A promise of the threat model names the tests that hold it: links to test files, whose text is the name of a test. */
import { posix } from 'node:path'

const LINK_TO_TEST = /\[([^\]]+)\]\(([^)\s]+\.test\.ts)\)/g
/** A row of a table whose last column holds such links. */
const PROMISE = /^\|(?! *-)(?!.*\| *Held by *\|$)(.+)\|$/

/**
 * @param read undefined for a file that is not there
 * @returns a line for each promise without a test, and for each test that its file does not have
 */
export function promiseFaults(
  page: { readonly path: string; readonly text: string },
  read: (path: string) => string | undefined,
): string[] {
  const [, section = ''] = /^## What we promise$([^]*?)(?=^## |$(?![^]))/m.exec(page.text) ?? []
  const rows = section.split('\n').flatMap((line) => PROMISE.exec(line)?.[1] ?? [])
  if (rows.length === 0) return [`${page.path}: there are no promises`]
  return rows.flatMap((row) => {
    const links = [...row.matchAll(LINK_TO_TEST)]
    const promise = (row.split('|')[0] ?? '').trim().slice(0, 80)
    if (links.length === 0) return [`${page.path}: no test holds “${promise}”`]
    return links.flatMap(([, name = '', link = '']) => {
      const file = posix.join(posix.dirname(page.path), link)
      return hasTest(read(file), name) ? [] : [`${page.path}: ${file} has no test “${name}”`]
    })
  })
}

/** A name stands in quotes, alone or as an entry of a table of tests. */
function hasTest(source: string | undefined, name: string): boolean {
  return source !== undefined && ["'", '`', '"'].some((quote) => source.includes(`${quote}${name}${quote}`))
}
