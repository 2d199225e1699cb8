/**
 * The files of the page. From a checkout they are read from `web/`, with the types stripped as they are asked for; the
 * build puts another module in the place of this one, which holds them bundled (scripts/build/with-page.mjs).
 */
import { readdirSync, readFileSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'

export interface PageFile {
  readonly type: string
  readonly body: string
}

const TYPES: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  css: 'text/css; charset=utf-8',
  svg: 'image/svg+xml',
  ts: 'text/javascript; charset=utf-8',
}

/** By name: `page.html`, `style.css`, `main.js` and what it imports. */
export function loadPageFiles(): ReadonlyMap<string, PageFile> {
  const folder = new URL('./web/', import.meta.url)
  return new Map(
    readdirSync(folder).flatMap((name): [string, PageFile][] => {
      const ending = name.slice(name.lastIndexOf('.') + 1)
      const type = TYPES[ending]
      if (type === undefined) return []
      const text = readFileSync(new URL(name, folder), 'utf8')
      const file = { type, body: ending === 'ts' ? stripTypeScriptTypes(text) : text }
      return name === 'main.ts' ? [['main.js', file]] : [[name, file]]
    }),
  )
}
