import assert from 'node:assert/strict'
import { PassThrough, Readable } from 'node:stream'
import { test } from 'node:test'
import { ContainerOutput } from '../../../src/docker/containers/container-output.ts'
import { ManualClock } from '../../support/manual-clock.ts'

function frame(stream: number, text: string): Buffer {
  const header = Buffer.alloc(8)
  header[0] = stream
  header.writeUInt32BE(text.length, 4)
  return Buffer.concat([header, Buffer.from(text)])
}

function outputOf(stream: PassThrough) {
  const text = { stdout: '', stderr: '' }
  const output = new ContainerOutput(stream, {
    phase: () => undefined,
    output: (name, bytes) => {
      text[name] += Buffer.from(bytes).toString()
    },
    artifact: () => Promise.resolve(),
  })
  return { output, text }
}

const records =
  (...frames: Buffer[]) =>
  () =>
    Promise.resolve(Readable.from(frames))

test('an output that falls silent before its end goes on from the records, each byte once', async () => {
  const stream = new PassThrough()
  const clock = new ManualClock()
  const { output, text } = outputOf(stream)
  stream.write(Buffer.concat([frame(1, 'one '), frame(2, 'a')]))
  await new Promise((resolve) => setImmediate(resolve))
  const drained = output.drained(clock)
  await clock.advance(11_000)
  await drained
  assert.match(String(output.fault), /did not close the output/)

  await output.goOn(records(frame(1, 'one t'), frame(2, 'ab'), frame(1, 'wo')))
  assert.deepEqual(text, { stdout: 'one two', stderr: 'ab' })
  assert.equal(output.fault, undefined, 'nothing of it is missing any more')
})

test('an output that broke off goes on, too; without records it stays known as cut', async () => {
  const stream = new PassThrough()
  const { output, text } = outputOf(stream)
  stream.write(frame(1, 'be'))
  await new Promise((resolve) => setImmediate(resolve))
  stream.destroy(new Error('connection reset'))
  await output.drained(new ManualClock())
  await output.goOn(() => Promise.reject(new Error('no such container')))
  assert.match(String(output.fault), /no such container/)
  await output.goOn(records(frame(1, 'begun')))
  assert.deepEqual([text.stdout, output.fault], ['begun', undefined])
})
