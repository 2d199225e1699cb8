/** What a build reports, as lines for people; and, when it fails, the step that failed with the last it said. Pure. */
import { cleanLine } from '../core/clean-text.ts'
import type { EngineReport } from './json-lines.ts'

const STEP = /^Step ([0-9]+)\/([0-9]+) : (.*)/
/** What the engine says of its own doing between the steps. */
const OWN_WORDS = /^ ?--->|^Removing intermediate container|^Successfully (?:built|tagged)/

export class BuildProgress {
  #step = ''
  #fraction: number | undefined
  #lastLine = ''

  /** @returns what is new to people, if anything */
  hear(report: EngineReport): { readonly text: string; readonly fraction: number | undefined } | undefined {
    const line = cleanLine(report.stream ?? report.status ?? '', 300)
    if (line === '') return undefined
    const step = STEP.exec(line)
    if (step === null) {
      if (!OWN_WORDS.test(line)) this.#lastLine = line
      return undefined
    }
    const [, number = '', of = '', instruction = ''] = step
    this.#step = `step ${number} of ${of}: ${instruction}`
    // A step that begins is not done.
    this.#fraction = (Number(number) - 1) / Number(of)
    this.#lastLine = ''
    return { text: `Building, ${this.#step}`, fraction: this.#fraction }
  }

  /** @param error the engine's sentence */
  describeFault(error: string): string {
    const where = this.#step === '' ? 'The build failed' : `The build failed at ${this.#step}`
    const last = this.#lastLine === '' ? '' : ` It last said: ${this.#lastLine}`
    return `${where}: ${cleanLine(error, 400)}.${last}`
  }
}
