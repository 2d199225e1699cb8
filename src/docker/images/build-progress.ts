/** What a build reports, as lines for people; and, when it fails, the step that failed with the last it said. Pure. */
import { cleanLine } from '../../core/clean-text.ts'
import { readBuildKitTrace, TRACE_ID } from '../buildkit-trace.ts'
import type { EngineReport } from '../engine/json-lines.ts'

const STEP = /^Step ([0-9]+)\/([0-9]+) : (.*)/
/** As BuildKit names steps of a Dockerfile, with the stage where there are several; others are its own affairs. */
const BUILDKIT_STEP = /^\[(?:[^\]]* )?([0-9]+)\/([0-9]+)\] (.*)/
/** What the engine says of its own doing between the steps. */
const OWN_WORDS = /^ ?--->|^Removing intermediate container|^Successfully (?:built|tagged)/

export class BuildProgress {
  readonly #begun = new Set<string>()
  #step = ''
  #fraction: number | undefined
  #lastLine = ''

  /** @returns what is new to people, if anything */
  hear(report: EngineReport): { readonly text: string; readonly fraction: number | undefined } | undefined {
    if (report.id === TRACE_ID && typeof report.aux === 'string') return this.#hearTrace(report.aux)
    const line = cleanLine(report.stream ?? report.status ?? '', 300)
    if (line === '') return undefined
    const step = STEP.exec(line)
    if (step === null) {
      if (!OWN_WORDS.test(line)) this.#lastLine = line
      return undefined
    }
    return this.#begin(step)
  }

  #hearTrace(aux: string): ReturnType<BuildProgress['hear']> {
    const { steps, output } = readBuildKitTrace(aux)
    const last = cleanLine(output.trimEnd().split('\n').at(-1) ?? '', 300)
    if (last !== '') this.#lastLine = last
    let news: ReturnType<BuildProgress['hear']>
    for (const { name, started, error } of steps) {
      const step = BUILDKIT_STEP.exec(cleanLine(name, 300))
      if (step === null) continue
      // Steps run side by side: the one that failed is the one to name.
      if (error !== '') this.#step = describeStep(step)
      else if (started) news = this.#begin(step) ?? news
    }
    return news
  }

  /** @returns undefined when it has begun already */
  #begin(step: RegExpExecArray): ReturnType<BuildProgress['hear']> {
    const text = describeStep(step)
    if (this.#begun.has(text)) return undefined
    this.#begun.add(text)
    this.#step = text
    // A step that begins is not done.
    this.#fraction = (Number(step[1]) - 1) / Number(step[2])
    this.#lastLine = ''
    return { text: `Building, ${text}`, fraction: this.#fraction }
  }

  /** @param error the engine's sentence */
  describeFault(error: string): string {
    const where = this.#step === '' ? 'The build failed' : `The build failed at ${this.#step}`
    const last = this.#lastLine === '' ? '' : ` It last said: ${this.#lastLine}`
    return `${where}: ${cleanLine(error, 400)}.${last}`
  }
}

function describeStep([, number = '', of = '', instruction = '']: RegExpExecArray): string {
  return `step ${number} of ${of}: ${instruction}`
}
