/** What is going on, for people who wait: one line that rewrites itself on a terminal, a line each in a pipe. */
import type { Clock } from '../core/ports/clock.ts'

export interface StatusLine {
  /** @param fraction how much is done, 0 to 1, where that is known */
  show(text: string, fraction?: number): void
  /** Takes the line away, so that other text can be written. */
  clear(): void
}

const BAR_WIDTH = 24
const FALLBACK_COLUMNS = 80
/** A pipe is told of a pull or a build so often at most; of something new, at once. */
const PIPE_EVERY_MS = 2_000
const ERASE = '\r\u001b[K'

export function createStatusLine(stream: NodeJS.WriteStream, clock: Pick<Clock, 'mono'>): StatusLine {
  return isTerminal(stream) ? rewriting(stream) : plain(stream, clock)
}

/** Colours, bars and rewritten lines are for terminals that know them. */
export function isTerminal(stream: NodeJS.WriteStream): boolean {
  return stream.isTTY && stream.hasColors()
}

function rewriting(stream: NodeJS.WriteStream): StatusLine {
  let isShown = false
  return {
    show: (text, fraction) => {
      const line = fraction === undefined ? text : `${bar(fraction)} ${text}`
      const columns = stream.columns > 0 ? stream.columns : FALLBACK_COLUMNS
      stream.write(`${ERASE}${line.slice(0, columns - 1)}`)
      isShown = true
    },
    clear: () => {
      if (isShown) stream.write(ERASE)
      isShown = false
    },
  }
}

function plain(stream: NodeJS.WriteStream, clock: Pick<Clock, 'mono'>): StatusLine {
  let [lastText, lastKind, lastAt] = ['', '', -Infinity]
  return {
    show: (text, fraction) => {
      const kind = fraction === undefined ? text : 'measured'
      const now = clock.mono()
      if (text === lastText || (kind === lastKind && now - lastAt < PIPE_EVERY_MS)) return
      ;[lastText, lastKind, lastAt] = [text, kind, now]
      stream.write(`${text}\n`)
    },
    clear: () => undefined,
  }
}

/** `[#######-----]  58 %` */
export function bar(fraction: number): string {
  const share = Math.min(1, Math.max(0, fraction))
  const full = Math.round(share * BAR_WIDTH)
  return `[${'#'.repeat(full)}${'-'.repeat(BAR_WIDTH - full)}] ${String(Math.round(share * 100)).padStart(3)} %`
}
