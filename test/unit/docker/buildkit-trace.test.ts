import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { BuildProgress } from '../../../src/docker/images/build-progress.ts'
import { readBuildKitTrace, TRACE_ID } from '../../../src/docker/buildkit-trace.ts'

/** As an engine of version 20.10 sent it. */
const BEGUN =
  'Co0BCkdzaGEyNTY6MmEyNmJlOTlhZGYwNmNhMDQ0MzgwYWZiMDcyNjI3YWQzNDg0MGNjNjQyODE3ZDkyMTk0MzkzMWY0YTk2ZGU3YRokW2ludGVybmFsXSBsb2FkIHJlbW90ZSBidWlsZCBjb250ZXh0KgwIxvaP2AYQ+rvHyAMyDAjG9o/YBhCJvsjIAzoA'

/** A field of bytes of a message. */
const field = (number: number, content: string | Uint8Array): Buffer => {
  const bytes = Buffer.from(content as string)
  const length = bytes.length < 128 ? [bytes.length] : [(bytes.length % 128) + 128, Math.floor(bytes.length / 128)]
  return Buffer.concat([Buffer.from([number * 8 + 2, ...length]), bytes])
}
const vertex = (name: string, more: readonly Buffer[] = []): Buffer =>
  field(1, Buffer.concat([field(1, 'sha256:x'), field(3, name), field(5, ''), ...more]))
const log = (text: string): Buffer => field(3, Buffer.concat([field(1, 'sha256:x'), field(4, text)]))
const COMPLETED = field(6, '')

test('a report of an engine is read', () => {
  assert.deepEqual(readBuildKitTrace(BEGUN), {
    steps: [{ name: '[internal] load remote build context', started: true, error: '' }],
    output: '',
  })
})

test('steps are told as they begin, and the one that failed with the last it said', () => {
  const progress = new BuildProgress()
  const hear = (...parts: readonly Buffer[]) =>
    progress.hear({ id: TRACE_ID, aux: Buffer.concat(parts).toString('base64') })?.text
  assert.equal(hear(vertex('[internal] load remote build context')), undefined)
  assert.equal(hear(field(1, field(3, '[2/3] RUN make'))), undefined, 'it waits')
  assert.equal(hear(vertex('[1/3] FROM alpine')), 'Building, step 1 of 3: FROM alpine')
  assert.equal(hear(vertex('[1/3] FROM alpine', [COMPLETED])), undefined)
  assert.equal(hear(vertex('[tools 2/3] RUN make')), 'Building, step 2 of 3: RUN make')
  assert.equal(hear(vertex('[tools 2/3] RUN make')), undefined, 'told once')
  hear(log('compiling\nno rule to make target\n'))
  assert.equal(hear(vertex('[1/3] FROM alpine', [COMPLETED])), undefined)
  hear(vertex('[tools 2/3] RUN make', [COMPLETED, field(7, 'exit code: 2')]))
  assert.equal(
    progress.describeFault('exit code: 2'),
    'The build failed at step 2 of 3: RUN make: exit code: 2. It last said: no rule to make target',
  )
})

test('fields that it does not know are passed over, and a report that is cut off is refused', () => {
  const others = Buffer.from([8, 200, 1, 13, 0, 0, 0, 0, 17, 0, 0, 0, 0, 0, 0, 0, 0, 250, 1, 1, 65])
  const whole = Buffer.concat([others, vertex('[1/1] FROM scratch')])
  assert.equal(readBuildKitTrace(whole.toString('base64')).steps.length, 1)
  assert.throws(() => readBuildKitTrace(whole.subarray(0, -1).toString('base64')), /cut off/)
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      try {
        readBuildKitTrace(Buffer.from(bytes).toString('base64'))
      } catch (error) {
        assert.match((error as Error).message, /^BuildKit sent /)
      }
    }),
  )
})
