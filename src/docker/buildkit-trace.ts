/**
 * What BuildKit reports of a build: messages of its own protocol, each in base64 in one line of the engine's reports. Read
 * are the few fields that people are told; whatever else a newer engine sends is passed over.
 * @see https://github.com/moby/buildkit/blob/v0.8.3/api/services/control/control.proto (StatusResponse)
 * @see https://protobuf.dev/programming-guides/encoding/
 */

export interface BuildKitTrace {
  /** Steps by the name that BuildKit gives them, such as `[2/3] RUN make`. */
  readonly steps: readonly { readonly name: string; readonly started: boolean; readonly error: string }[]
  /** What the steps wrote. */
  readonly output: string
}

/** How the engine names such reports. */
export const TRACE_ID = 'moby.buildkit.trace'

const [VERTEX, LOG] = [1, 3]
const VERTEX_FIELDS = { name: 3, started: 5, error: 7 } as const
const LOG_TEXT = 4
const WIRE = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const

/** @throws Error when it is no such message */
export function readBuildKitTrace(base64: string): BuildKitTrace {
  const steps: { name: string; started: boolean; error: string }[] = []
  const output: Uint8Array[] = []
  for (const { number, bytes } of fieldsOf(Buffer.from(base64, 'base64'))) {
    if (number === VERTEX) {
      const step = { name: '', started: false, error: '' }
      for (const field of fieldsOf(bytes)) {
        if (field.number === VERTEX_FIELDS.name) step.name = textOf(field.bytes)
        if (field.number === VERTEX_FIELDS.started) step.started = true
        if (field.number === VERTEX_FIELDS.error) step.error = textOf(field.bytes)
      }
      steps.push(step)
    }
    if (number === LOG) for (const field of fieldsOf(bytes)) if (field.number === LOG_TEXT) output.push(field.bytes)
  }
  return { steps, output: textOf(Buffer.concat(output)) }
}

/** Fields of bytes; those of other kinds are passed over. */
function* fieldsOf(message: Uint8Array): Generator<{ readonly number: number; readonly bytes: Uint8Array }> {
  let at = 0
  const varint = (): number => {
    let value = 0
    for (let factor = 1; ; factor *= 128) {
      const byte = message[at]
      if (byte === undefined || factor > 2 ** 63) throw new Error('BuildKit sent a report that is cut off.')
      at += 1
      value += (byte % 128) * factor
      if (byte < 128) return value
    }
  }
  while (at < message.length) {
    const key = varint()
    const [number, wire] = [Math.floor(key / 8), key % 8]
    if (wire === WIRE.varint) varint()
    else if (wire === WIRE.fixed64) at += 8
    else if (wire === WIRE.fixed32) at += 4
    else if (wire === WIRE.bytes) {
      const length = varint()
      const bytes = message.subarray(at, at + length)
      if (bytes.length < length) throw new Error('BuildKit sent a report that is cut off.')
      at += length
      yield { number, bytes }
    } else throw new Error(`BuildKit sent a field of kind ${String(wire)}, which there is not.`)
  }
}

function textOf(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes)
}
