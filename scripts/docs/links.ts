import { posix } from 'node:path'

export interface Document {
  /** From the repository's root. */
  readonly path: string
  readonly text: string
}

/** Links between our own files that lead nowhere: to a file that is not there, or to a heading that it does not have. */
export function brokenLinks(documents: readonly Document[], exists: (path: string) => boolean): string[] {
  const headings = new Map(documents.map(({ path, text }) => [path, anchorsOf(text)]))
  return documents.flatMap((document) =>
    linksOf(document.text).flatMap((link) => {
      const [file = '', anchor] = link.split('#')
      const target = file === '' ? document.path : posix.join(posix.dirname(document.path), decodeURI(file))
      if (!exists(target)) return [`${document.path}: ${link} leads to no file`]
      const anchors = headings.get(target)
      if (anchor === undefined || anchors === undefined || anchors.has(anchor)) return []
      return [`${document.path}: ${link} leads to no heading`]
    }),
  )
}

function linksOf(text: string): string[] {
  const prose = withoutCode(text)
  return [...prose.matchAll(/\]\(([^)\s]+)(?:\s+"[^"]*")?\)/g)]
    .map(([, link = '']) => link)
    .filter((link) => !/^[a-z][a-z+.-]*:/i.test(link))
}

/** As GitHub makes them: lower case, punctuation gone, spaces to hyphens, a number for each repetition. */
function anchorsOf(text: string): Set<string> {
  const anchors = new Set<string>()
  for (const [, title = ''] of text.replace(/^```[^]*?^```/gm, '').matchAll(/^#{1,6}\s+(.+?)\s*$/gm)) {
    const base = title
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replace(/\s/g, '-')
    let anchor = base
    for (let repetition = 1; anchors.has(anchor); repetition++) anchor = `${base}-${repetition}`
    anchors.add(anchor)
  }
  return anchors
}

function withoutCode(text: string): string {
  return text.replace(/^```[^]*?^```/gm, '').replace(/`[^`\n]*`/g, '')
}
