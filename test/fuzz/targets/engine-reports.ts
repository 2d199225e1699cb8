import { isDeepStrictEqual } from 'node:util'
import { engineReports } from '../../../src/docker/engine/json-lines.ts'
import { hold, piecesOf, type FuzzTarget } from '../engine/target.ts'

export const engineReportLines: FuzzTarget = {
  name: 'engine-reports',
  form: 'json-lines',
  seeds: [
    '{"status":"Pulling fs layer","id":"a1","progressDetail":{"current":1,"total":2}}\n{"errorDetail":{"message":"no"},"error":"no"}\n',
    '{"stream":"Step 1/2"}\r\n\n{"aux":{"ID":"sha256:0"}}',
    'null\n1\n"é"\n',
  ],
  attempt: async (input) => {
    const [whole, cut] = [await read([input]), await read(piecesOf(input))]
    hold(isDeepStrictEqual(whole, cut), 'reports read the same however the stream is cut')
    return whole.end
  },
}

async function read(pieces: readonly Uint8Array[]) {
  const reports: unknown[] = []
  try {
    for await (const report of engineReports(each(pieces))) reports.push(report)
    return { reports, end: 'read' }
  } catch (thrown) {
    // Documented as what it throws for a stream that no engine sends.
    if (!(thrown instanceof SyntaxError) && !String(thrown).includes('The engine sent')) throw thrown
    return { reports, end: `refused: ${thrown instanceof Error ? thrown.name : ''}` }
  }
}

// eslint-disable-next-line @typescript-eslint/require-await -- a stream is asynchronous by its type
async function* each(pieces: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* pieces
}
