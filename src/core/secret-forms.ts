/**
 * The texts by which a secret may show itself in an output: as it is, line by line, and in the encodings that programs
 * commonly print. Other transformations (encryption, reversal, a checksum) cannot be known and are not looked for.
 */

/** Shorter secrets would be found in half of all words, so nothing so short can be kept out of a log. Bytes. */
export const SHORTEST_SECRET = 6

const encoder = new TextEncoder()

/** Bytes that carry no text: what a program may put between two characters of a secret without making it another. */
export function isBlankByte(byte: number): boolean {
  return byte <= 0x20 || byte === 0x7f
}

/** Whether a value is long enough to be found again; white space does not count. */
export function canBeRedacted(value: string): boolean {
  return withoutBlanks(encoder.encode(value)).length >= SHORTEST_SECRET
}

/** All forms of all values, without white space, without repeats; those too short to be told from other text are left out. */
export function secretForms(values: readonly string[]): Uint8Array[] {
  const forms = new Map<string, Uint8Array>()
  for (const value of values) {
    for (const part of new Set([value, ...value.split(/\r\n|\n|\r/)])) {
      if (!canBeRedacted(part)) continue
      for (const form of formsOf(part)) {
        const bytes = withoutBlanks(form)
        if (bytes.length >= SHORTEST_SECRET) forms.set(latin1(bytes), bytes)
      }
    }
  }
  return [...forms.values()]
}

function* formsOf(value: string): Generator<Uint8Array> {
  const bytes = encoder.encode(value)
  yield bytes
  for (const text of [...base64Forms(bytes), ...hexForms(bytes), ...urlForms(value), ...quotedForms(value)]) {
    yield encoder.encode(text)
  }
}

/**
 * As it stands at each of the three places where it can begin in a longer encoded text: the characters that mix it with its
 * neighbours are left out, so one or two characters beside the mark may stay. Alone it is found with its padding.
 */
function base64Forms(bytes: Uint8Array): string[] {
  const forms = [btoa(latin1(bytes))]
  for (const before of [0, 1, 2]) {
    const encoded = btoa('\0'.repeat(before) + latin1(bytes))
    const from = Math.ceil((before * 8) / 6)
    const to = Math.floor(((before + bytes.length) * 8) / 6)
    forms.push(encoded.slice(from, to))
  }
  return forms.flatMap((form) => [form, form.replaceAll('+', '-').replaceAll('/', '_')])
}

function hexForms(bytes: Uint8Array): string[] {
  const pairs = [...bytes].map((byte) => byte.toString(16).padStart(2, '0'))
  const escaped = pairs.map((pair) => `\\x${pair}`).join('')
  const hex = pairs.join('')
  return [hex, hex.toUpperCase(), pairs.join(':'), pairs.join(':').toUpperCase(), escaped]
}

function urlForms(value: string): string[] {
  let component: string
  try {
    component = encodeURIComponent(value)
  } catch {
    // Half a surrogate pair has no such form.
    return []
  }
  const strict = component.replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
  const forms = [component, strict, encodeURI(value)].flatMap((form) => [form, form.replaceAll('%20', '+')])
  return forms.flatMap((form) => [form, form.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase())])
}

/** Inside the quotes of JSON, a shell, SQL, XML: the quotes themselves are no secret. */
function quotedForms(value: string): string[] {
  const json = JSON.stringify(value).slice(1, -1)
  const ascii = json.replace(/[^\0-\x7f]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`)
  const xml = value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
  return [
    json,
    json.replaceAll('/', '\\/'),
    ascii,
    JSON.stringify(json).slice(1, -1),
    json.replace(/[<>&]/g, (char) => `\\u00${char.charCodeAt(0).toString(16)}`),
    xml,
    xml.replaceAll('"', '&quot;').replaceAll("'", '&#39;'),
    xml.replaceAll('"', '&quot;').replaceAll("'", '&apos;'),
    value.replaceAll("'", `'\\''`),
    value.replaceAll("'", `'"'"'`),
    value.replaceAll("'", `''`),
    // printf %q, and Python's repr
    value.replace(/[^A-Za-z0-9_@%+=:,./-]/g, (char) => `\\${char}`),
    value.replaceAll('\\', '\\\\').replaceAll("'", "\\'"),
    value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('$', '\\$').replaceAll('`', '\\`'),
  ]
}

function withoutBlanks(bytes: Uint8Array): Uint8Array {
  return bytes.filter((byte) => !isBlankByte(byte))
}

function latin1(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) text += String.fromCharCode(byte)
  return text
}
