import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { baseImages, type BuildWish } from '../../../src/docker/images/base-images.ts'

const imagesOf = (lines: string | readonly string[], wish: Partial<BuildWish> = {}): string[] =>
  baseImages(typeof lines === 'string' ? lines : lines.join('\n'), {
    platform: 'linux/amd64',
    skipsUnneeded: false,
    ...wish,
  })

test('images of stages are found, however FROM is written; stages and scratch are none', () => {
  assert.deepEqual(imagesOf('FROM alpine\n'), ['alpine'])
  assert.deepEqual(imagesOf('from  ghcr.io/o/n:1 as base\r\nRUN x\r\nFROM base\nFROM scratch\nFROM 0\n'), [
    'ghcr.io/o/n:1',
  ])
  assert.deepEqual(
    imagesOf(['# comment', '', 'FROM \\', '# between', '  reg.acme.dev:5000/a@sha256:' + 'a'.repeat(64)]),
    [`reg.acme.dev:5000/a@sha256:${'a'.repeat(64)}`],
  )
  assert.deepEqual(imagesOf(['# escape=`', 'FROM `', 'alpine:3', 'RUN dir c:\\', 'FROM other']), ['alpine:3', 'other'])
  assert.deepEqual(imagesOf(['FROM later', 'FROM x AS later']), ['later', 'x'], 'a stage is known after itself alone')
  assert.deepEqual(imagesOf('RUN no stage yet\nCOPY --from=a b c\n'), [])
})

test('images that files are taken from count too', () => {
  const lines = [
    'FROM a AS one',
    'COPY --chown=1:1 --from=ghcr.io/o/tool:2 /x /y',
    'FROM one',
    'COPY --from=one /x /y',
    'RUN --mount=type=cache,target=/c --mount=type=bind,from=reg.dev/src,target=/s make --from=no',
    'COPY sub --from=neither',
  ]
  assert.deepEqual(imagesOf(lines), ['a', 'ghcr.io/o/tool:2', 'reg.dev/src'])
})

test('variables are those above the first stage, with what the task gives; what is not known is left out', () => {
  const lines = [
    'ARG REG=reg.dev',
    'ARG NAME="${REG}/base" TAG',
    "ARG PLAIN='$REG'",
    'FROM $NAME:${TAG:-1}',
    'ARG REG=other',
    'FROM ${REG}/b',
  ]
  assert.deepEqual(imagesOf(lines), ['reg.dev/base:1', 'reg.dev/b'])
  assert.deepEqual(imagesOf(lines, { buildArgs: { REG: 'acme.dev', TAG: '7', UNDECLARED: 'x' } }), [
    'acme.dev/base:7',
    'acme.dev/b',
  ])
  assert.deepEqual(
    imagesOf('FROM $UNDECLARED\nFROM a${X:+b}\nFROM ${A%b}\nFROM ${X:-${Y}}', { buildArgs: { UNDECLARED: 'x' } }),
    ['a'],
  )
})

test('what is built for another machine, or not built at all, is left out', () => {
  assert.deepEqual(
    imagesOf('FROM --platform=$BUILDPLATFORM a\nFROM --platform=linux/arm64 b\nFROM --platform=linux/amd64 c'),
    ['a', 'c'],
  )
  const lines = ['FROM a AS one', 'FROM b AS Two', 'FROM one AS three', 'COPY --from=img /x /y', 'FROM d']
  assert.deepEqual(imagesOf(lines, { target: 'three' }), ['a', 'b', 'img'])
  assert.deepEqual(imagesOf(lines, { target: 'two' }), ['a', 'b'])
  assert.deepEqual(imagesOf(lines, { target: 'three', skipsUnneeded: true }), ['a', 'img'])
  assert.deepEqual(imagesOf(lines, { skipsUnneeded: true }), ['d'])
  assert.deepEqual(imagesOf(lines, { target: 'nosuch' }), [])
})

test('a here-document holds no instructions; what only looks like one hides none', () => {
  assert.deepEqual(
    imagesOf(['FROM a', 'RUN <<EOF', 'FROM users', 'EOF', 'COPY <<"X" <<Y /d', 'FROM x', 'X', 'FROM y', 'Y', 'FROM b']),
    ['a', 'b'],
  )
  assert.deepEqual(imagesOf(['FROM a', 'RUN echo $((1 <<n ))', 'FROM b']), ['a', 'b'])
})

test('whatever the text, what comes out are names of images, and it ends', () => {
  const word = fc.constantFrom(
    'FROM',
    'ARG',
    'COPY',
    'RUN',
    ' ',
    '\n',
    '--from=',
    'AS',
    '$',
    '${',
    '}',
    '<<EOF',
    '\\',
    '#',
    'a',
    '0',
    '=',
    '"',
    ':-',
  )
  fc.assert(
    fc.property(fc.array(fc.oneof(word, fc.string()), { maxLength: 60 }), fc.boolean(), (words, skipsUnneeded) => {
      for (const image of imagesOf(words.join(''), { skipsUnneeded })) assert.match(image, /^[a-z0-9][^\s$]*$/)
    }),
  )
})

test('a megabyte that means harm is read all the same, or left alone', () => {
  const times = (text: string, tail = '') => text.repeat(Math.floor(1_000_000 / text.length)) + tail
  const texts = [
    times('FROM a\n'),
    times('FROM a\nRUN <<EOF\nEOF\n'),
    `FROM a\nRUN ${times('<<x ').slice(0, 500_000)}\n${times('y\n').slice(0, 500_000)}`,
    `FROM ${times('--a ')} b c`,
    `FROM a\n${times('COPY --from=b c d\n')}`,
    `ARG A=xxxxxxxx\n${Array.from({ length: 60 }, () => 'ARG A=$A$A$A$A\n').join('')}FROM $A`,
    times('\\ '),
  ]
  const found = texts.map((text) => imagesOf(text, { skipsUnneeded: true }))
  assert.deepEqual(found, [[], [], ['a'], [], [], [], []])
})
