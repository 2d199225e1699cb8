/** The engine reports pulls, builds, loads and events as JSON objects, one a line, cut anywhere by the stream. */

/** One report. The engine documents no closed schema, so every field is checked where it is used. */
export interface EngineReport {
  readonly id?: string
  readonly status?: string
  readonly stream?: string
  readonly error?: string
  readonly progressDetail?: { readonly current?: number; readonly total?: number }
  readonly aux?: { readonly ID?: string } | string
  /** Of an event: what happened, and what it happened to. */
  readonly Action?: string
  readonly Actor?: { readonly Attributes?: { readonly signal?: string } }
}

/** A longer line is no report of an engine. */
const LONGEST_LINE = 4 * 1_048_576

/** @throws SyntaxError or Error when the stream is not what an engine sends; whatever the stream itself fails with */
export async function* engineReports(stream: AsyncIterable<Uint8Array | string>): AsyncGenerator<EngineReport> {
  const decoder = new TextDecoder()
  let rest = ''
  for await (const chunk of stream) {
    rest += typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true })
    if (rest.length > LONGEST_LINE) throw new Error('The engine sent a report without an end.')
    const lines = rest.split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) if (line.trim() !== '') yield parseReport(line)
  }
  if (rest.trim() !== '') yield parseReport(rest)
}

function parseReport(line: string): EngineReport {
  const value: unknown = JSON.parse(line)
  if (typeof value !== 'object' || value === null) throw new Error('The engine sent a report that is no object.')
  return value
}
