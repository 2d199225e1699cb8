import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { REDACTED, Redactor, redactJson, redactText, secretPatterns } from '../../../src/core/redactor.ts'
import { canBeRedacted, secretForms } from '../../../src/core/secret-forms.ts'

const SECRET = 'p@ss/w0rd+"quoted" $it\'s & <ünïcode>'
const patterns = secretPatterns([SECRET])

/** Writes the text in pieces of the given sizes, over and over, and answers what came out. */
function through(secrets: ReturnType<typeof secretPatterns>, bytes: Uint8Array, sizes: readonly number[]): string {
  const redactor = new Redactor<'out'>(secrets)
  const out: Uint8Array[] = []
  let at = 0
  for (let turn = 0; at < bytes.length; turn += 1) {
    const size = sizes[turn % sizes.length] ?? 1
    out.push(...redactor.write('out', bytes.subarray(at, at + size)).map((part) => part.bytes))
    at += size
  }
  out.push(...redactor.end().map((part) => part.bytes))
  return Buffer.concat(out).toString('latin1')
}

const bytesOf = (text: string) => new TextEncoder().encode(text)

/** As programs other than this one would print it. */
const PRINTED: Readonly<Record<string, string | Buffer>> = {
  'as it is': SECRET,
  base64: Buffer.from(SECRET).toString('base64'),
  'base64 of a longer text, first place': Buffer.from(`abc${SECRET}xyz`).toString('base64'),
  'base64 of a longer text, second place': Buffer.from(`user:${SECRET}xyz`).toString('base64'),
  'base64 of a longer text, third place': Buffer.from(`admin:x${SECRET}x`).toString('base64'),
  base64url: Buffer.from(SECRET).toString('base64url'),
  hex: Buffer.from(SECRET).toString('hex'),
  'hex in capitals': Buffer.from(SECRET).toString('hex').toUpperCase(),
  'hex with blanks': Buffer.from(SECRET).toString('hex').replace(/../g, '$& '),
  'hex with colons': Buffer.from(SECRET)
    .toString('hex')
    .replace(/..(?=.)/g, '$&:'),
  'URL component': encodeURIComponent(SECRET),
  'URL component in small letters': encodeURIComponent(SECRET).replace(/%../g, (code) => code.toLowerCase()),
  form: new URLSearchParams({ q: SECRET }).toString(),
  JSON: JSON.stringify({ a: SECRET }),
  'JSON in JSON': JSON.stringify(JSON.stringify({ a: SECRET })),
  'JSON as PHP writes it': JSON.stringify(SECRET).replaceAll('/', '\\/'),
  'shell quotes': `echo '${SECRET.replaceAll("'", `'\\''`)}'`,
  'one character a line': Array.from(SECRET).join('\n'),
  'between colours': Array.from(SECRET).join('\u001b[0m\u001b[31;1m'),
  'UTF-16': Buffer.from('p@ssw0rd-in-utf16', 'utf16le'),
  'wrapped base64': Buffer.from(SECRET.repeat(1)).toString('base64').replace(/.{10}/g, '$&\r\n'),
}

test('no form of a secret passes, however the output is cut into chunks', () => {
  const secrets = secretPatterns([SECRET, 'p@ssw0rd-in-utf16'])
  for (const [name, printed] of Object.entries(PRINTED)) {
    const bytes = Buffer.concat([Buffer.from('before '), Buffer.from(printed), Buffer.from(' after')])
    const whole = through(secrets, bytes, [bytes.length])
    assert.match(whole, /^before .{0,10}\*\*\*/s, name)
    // Beside the mark at most what base64 mixes with its neighbours, and the form's own frame.
    assert.ok(whole.length < 45, `${name}: ${whole}`)
    for (const sizes of [[1], [2], [3, 1], [7, 11, 2]]) {
      // A single character is told at the end of its line: no live log waits for the next one because of it.
      const shown = through(secrets, bytes, sizes).replace(/^before p\n\*/, 'before *')
      assert.equal(shown, whole, name)
    }
  }
})

test('base64 of a longer text shows no more of a secret than the characters it shares with its neighbours', () => {
  for (const before of ['', 'a', 'ab', 'abc', 'user:']) {
    const printed = Buffer.from(`${before}${SECRET}zz`).toString('base64')
    const shown = redactText(patterns, printed)
    const [left = '', right = ''] = shown.split(REDACTED)
    const decoded = Buffer.from(left, 'base64').toString('latin1')
    assert.ok(decoded.length <= before.length + 1, decoded)
    assert.ok(Math.floor(right.replaceAll('=', '').length * 0.75) <= 3, right)
  }
})

test('text without a secret passes unchanged and without delay', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 64 }), { maxLength: 20 }), (chunks) => {
      const secrets = secretPatterns(['a-secret-that-no-random-bytes-hold'])
      const redactor = new Redactor<'out'>(secrets)
      const out = chunks.flatMap((chunk) => redactor.write('out', chunk).map(({ bytes }) => bytes))
      out.push(...redactor.end().map(({ bytes }) => bytes))
      assert.deepEqual(Buffer.concat(out), Buffer.concat(chunks))
    }),
  )
  const redactor = new Redactor<'out'>(secretPatterns(['hunter2hunter2']))
  for (const line of ['building…\n', 'each\n'])
    assert.equal(Buffer.from(redactor.write('out', bytesOf(line))[0]?.bytes ?? []).toString(), line)
})

test('whatever stands around it and however it is cut, a secret never passes', () => {
  const secret = fc.string({ minLength: 8, maxLength: 40, unit: 'grapheme' }).filter(canBeRedacted)
  const forms = fc.constantFrom<(text: string) => string>(
    (text) => text,
    (text) => Buffer.from(text).toString('base64'),
    (text) => Buffer.from(text).toString('hex'),
    (text) => JSON.stringify(text).slice(1, -1),
    (text) => encodeURIComponent(text),
  )
  fc.assert(
    fc.property(
      secret,
      forms,
      fc.string(),
      fc.string(),
      fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 }),
      (value, form, before, after, sizes) => {
        const printed = form(value)
        const shown = through(secretPatterns([value]), bytesOf(`${before}${printed}${after}`), sizes)
        assert.ok(shown.includes(REDACTED))
        const around = Buffer.from(before + after).toString('latin1')
        const needle = Buffer.from(printed).toString('latin1')
        if (!around.includes(needle)) assert.ok(!shown.includes(needle), shown)
      },
    ),
    { numRuns: 300 },
  )
})

test('each line of a secret of several lines is a secret', () => {
  const key = '-----BEGIN KEY-----\nMIIEvQIBADANBgkqhkiG9w0\nAQEFAASCBKcwggSjAgEAAoIB\n{\n-----END KEY-----\n'
  const secrets = secretPatterns([key])
  assert.equal(redactText(secrets, 'x MIIEvQIBADANBgkqhkiG9w0 y'), 'x *** y')
  assert.equal(redactText(secrets, `key: ${key.replaceAll('\n', '\r\n')}end`), 'key: ***\r\nend')
  assert.equal(redactText(secrets, `{"key": ${JSON.stringify(key)}}`), '{"key": "***\\n"}'.replace('\\n', ''))
  assert.equal(redactText(secrets, 'a line with { alone'), 'a line with { alone')
})

test('a secret split over two streams is found, and each stream alone is too', () => {
  const redactor = new Redactor<'out' | 'err'>(secretPatterns(['correct-horse-battery']))
  const shown = { out: '', err: '' }
  const take = (parts: ReturnType<typeof redactor.write>) => {
    for (const { stream, bytes } of parts) shown[stream] += Buffer.from(bytes).toString()
  }
  take(redactor.write('out', bytesOf('a correct-hor')))
  take(redactor.write('err', bytesOf('se-battery b\n')))
  assert.deepEqual(shown, { out: 'a ', err: '*** b\n' })
  take(redactor.write('out', bytesOf('c correct-')))
  take(redactor.write('err', bytesOf('a warning\n')))
  take(redactor.write('out', bytesOf('horse-battery d\n')))
  take(redactor.end())
  assert.deepEqual(shown, { out: 'a ***c *** d\n', err: '*** b\na warning\n' })
})

test('what is held back is bounded by the longest form, also when a secret is begun over and over', () => {
  const secrets = secretPatterns(['aaaaaaaaaaaaaaaaaaaaaaaab'])
  const redactor = new Redactor<'out'>(secrets)
  let released = 0
  const chunk = bytesOf('a'.repeat(1000) + '\n'.repeat(1000))
  for (let turn = 0; turn < 100; turn += 1) {
    for (const { bytes } of redactor.write('out', chunk)) released += bytes.length
  }
  assert.ok(chunk.length * 100 - released <= 25 * 257, String(released))
})

test('a mark stands once for a secret, and once for secrets that touch', () => {
  const secrets = secretPatterns(['first-secret', 'second-secret'])
  assert.equal(redactText(secrets, 'first-secretsecond-secret'), '***')
  assert.equal(redactText(secrets, 'first-secret,second-secret'), '***,***')
})

test('what is too short to be told from other text is said to be', () => {
  assert.equal(canBeRedacted('12345'), false)
  assert.equal(canBeRedacted('1 2 3 4 5'), false)
  assert.equal(canBeRedacted('123456'), true)
  assert.deepEqual(secretForms(['short']), [])
})

test('in JSON every text is looked at: values, numbers, names of fields', () => {
  const secrets = secretPatterns(['hunter2hunter2', '12345678'])
  assert.deepEqual(redactJson(secrets, { 'x-hunter2hunter2': ['hunter2hunter2!', 12345678, 5, null, true] }), {
    'x-***': ['***!', '***', 5, null, true],
  })
})

test('without secrets output passes as it is', () => {
  const bytes = bytesOf('anything')
  assert.deepEqual(new Redactor<'out'>(secretPatterns([])).write('out', bytes), [{ stream: 'out', bytes }])
})
