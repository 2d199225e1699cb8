/**
 * The images that a Dockerfile builds on: those of its stages, and those that COPY and RUN take files from. Read for the
 * puller, which fetches them with this host's credentials before the engine builds. What is written in a way not known
 * here is left to the engine, which shows registries nothing.
 * @see https://docs.docker.com/reference/dockerfile/#from
 */
import { imageTask } from '../../core/container-task.ts'

export interface BuildWish {
  /** The stage that is wanted; the last when unset. */
  readonly target?: string | undefined
  readonly buildArgs?: Readonly<Record<string, string>> | undefined
  /** Of the machine that builds, such as linux/amd64. */
  readonly platform: string
  /** Whether stages that the wanted one does not need are left out, as BuildKit does; else all up to it are built. */
  readonly skipsUnneeded: boolean
}

interface Stage {
  readonly name: string | undefined
  /** Names of images or of earlier stages, its base first. */
  readonly from: readonly string[]
}

type Variables = ReadonlyMap<string, string>

/** The text is a stranger's: what it can make us do is bounded. No Dockerfile for people has as much. */
const MOST_NAMES = 1_000
const LONGEST_VALUE = 1_024

/** @returns each once, in the order in which they are needed */
export function baseImages(dockerfile: string, wish: BuildWish): string[] {
  const stages = stagesOf(dockerfile, wish)
  if (stages.flatMap(({ from }) => ['', ...from]).length > MOST_NAMES) return []
  const found = new Set<string>()
  for (const index of wantedStages(stages, wish)) {
    for (const name of stages[index]?.from ?? []) {
      const isImage = findStage(stages, name, index) === undefined && name !== 'scratch'
      if (isImage && imageTask.shape.image.safeParse(name).success) found.add(name)
    }
  }
  return [...found]
}

/** @returns places among the stages, in their order */
function wantedStages(stages: readonly Stage[], { target, skipsUnneeded }: BuildWish): number[] {
  const last = target === undefined ? stages.length - 1 : findStage(stages, target, stages.length)
  if (last === undefined) return []
  const upTo = stages.slice(0, last + 1).map((_stage, index) => index)
  if (!skipsUnneeded) return upTo
  const needed = new Set([last])
  for (const index of upTo.toReversed()) {
    if (!needed.has(index)) continue
    for (const name of stages[index]?.from ?? []) {
      const earlier = findStage(stages, name, index)
      if (earlier !== undefined) needed.add(earlier)
    }
  }
  return upTo.filter((index) => needed.has(index))
}

/** A stage is named by its name or its number, and known to those after it alone. */
function findStage(stages: readonly Stage[], name: string, before: number): number | undefined {
  const index = stages.slice(0, before).findLastIndex((stage) => stage.name === name.toLowerCase())
  if (index !== -1) return index
  return /^[0-9]{1,4}$/.test(name) && Number(name) < before ? Number(name) : undefined
}

function stagesOf(dockerfile: string, wish: BuildWish): Stage[] {
  const stages: { name: string | undefined; from: string[] }[] = []
  const variables = new Map<string, string>()
  for (const instruction of instructionsOf(dockerfile)) {
    const [, keyword = '', rest = ''] = /^([A-Za-z]+)\s+(.*)$/s.exec(instruction) ?? []
    const stage = stages.at(-1)
    switch (keyword.toUpperCase()) {
      case 'ARG':
        // Only those above the first stage count in FROM.
        if (stage === undefined) declare(variables, rest, wish)
        break
      case 'FROM':
        stages.push(stageOf(rest, variables, wish))
        break
      case 'COPY':
        stage?.from.push(...matches(rest, /^(?:--\S+\s+)*?--from=(\S+)/g))
        break
      case 'RUN':
        for (const mount of matches(rest, /(?:^|\s)--mount=(\S+)/g))
          stage?.from.push(...matches(mount, /(?:^|,)from=([^,]+)/g))
        break
    }
  }
  return stages
}

function stageOf(
  words: string,
  variables: Variables,
  { platform }: BuildWish,
): { name: string | undefined; from: string[] } {
  const [, flags = '', image = '', name] = /^((?:--\S+\s+)*)(\S+)(?:\s+AS\s+(\S+))?\s*$/i.exec(words) ?? []
  const [asked = platform] = matches(flags, /--platform=(\S+)/g)
  // Variables of that name mean the machine's own, unless a build is made to say otherwise.
  const isForHere = asked === platform || /^\$\{?(?:BUILD|TARGET)PLATFORM\}?$/.test(asked)
  const base = expand(image, variables)
  return { name: name?.toLowerCase(), from: isForHere && base !== undefined ? [base] : [] }
}

function declare(variables: Map<string, string>, words: string, { buildArgs = {} }: BuildWish): void {
  for (const [, name = '', quoted, single, plain] of words.matchAll(
    /([A-Za-z_][A-Za-z0-9_]*)(?:=(?:"([^"]*)"|'([^']*)'|(\S*)))?/g,
  )) {
    const given = Object.hasOwn(buildArgs, name) ? buildArgs[name] : undefined
    const value = given ?? single ?? expand(quoted ?? plain ?? '', variables)
    if (value === undefined) variables.delete(name)
    else variables.set(name, value)
  }
}

/** @returns undefined for a notation or a variable that is not known */
function expand(text: string, variables: Variables): string | undefined {
  if (text.length > LONGEST_VALUE) return undefined
  const unknown: string[] = []
  const expanded = text.replace(
    /\$(?:([A-Za-z_][A-Za-z0-9_]*)|\{([A-Za-z_][A-Za-z0-9_]*)(?:(:?[-+])([^${}]*))?\})|[$\\]/g,
    (whole, plain: string | undefined, braced: string | undefined, how: string | undefined, other = '') => {
      const value = variables.get(plain ?? braced ?? '')
      const isSet = how?.startsWith(':') === true ? value !== undefined && value !== '' : value !== undefined
      if (how?.endsWith('-') === true) return isSet ? (value ?? '') : String(other)
      if (how?.endsWith('+') === true) return isSet ? String(other) : ''
      if (value === undefined) unknown.push(whole)
      return value ?? ''
    },
  )
  return unknown.length === 0 && expanded !== '' && expanded.length <= LONGEST_VALUE ? expanded : undefined
}

/** Without comments, continued lines in one; what a here-document holds is no instruction. */
function* instructionsOf(dockerfile: string): Generator<string> {
  const lines = dockerfile.replace(/^\uFEFF/, '').split(/\r?\n/)
  const continued = /^\s*#\s*escape\s*=\s*`\s*$/im.test(lines.slice(0, 3).join('\n')) ? /`[ \t]*$/ : /\\[ \t]*$/
  const documents = new DocumentEnds(lines)
  let begun = ''
  for (let index = 0; index < lines.length; index += 1) {
    const line = lines[index] ?? ''
    if (/^\s*(?:#|$)/.test(line)) continue
    begun += line.replace(continued, ' ')
    if (continued.test(line)) continue
    yield begun.trim()
    index = documents.after(index, begun)
    begun = ''
  }
  if (begun !== '') yield begun.trim()
}

/** Where here-documents end: asked in the order of the lines, so each line is looked at once. */
class DocumentEnds {
  /** Numbers of the lines of each text, the first one last. */
  readonly #places = new Map<string, number[]>()

  constructor(lines: readonly string[]) {
    for (const [index, line] of lines.entries()) {
      const word = line.replace(/^\t+/, '')
      const places = this.#places.get(word)
      if (places === undefined) this.#places.set(word, [index])
      else places.push(index)
    }
    for (const places of this.#places.values()) places.reverse()
  }

  /** @returns the last line of the documents that the instruction on line `at` begins; `at` when none of them ends */
  after(at: number, instruction: string): number {
    if (!/^\s*(?:RUN|COPY|ADD)\s/i.test(instruction)) return at
    let last = at
    for (const [, word = ''] of instruction.matchAll(/(?<=\s)[0-9]*<<-?["']?([A-Za-z_][A-Za-z0-9_.]*)["']?(?=\s|$)/g)) {
      const places = this.#places.get(word) ?? []
      while ((places.at(-1) ?? Infinity) <= last) places.pop()
      last = places.at(-1) ?? last
    }
    return last
  }
}

function matches(text: string, pattern: RegExp): string[] {
  return [...text.matchAll(pattern)].map(([, found = '']) => found)
}
