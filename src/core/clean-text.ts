/**
 * Foreign text made fit for a terminal, a page and an agent's context: logs, error texts, runner names, image labels.
 *
 * What goes: terminal sequences, control characters, and every character that shows nothing but changes what is read:
 * bidi overrides, zero-width characters, variation selectors and tags (Unicode's Default_Ignorable_Code_Point), by which
 * text can be hidden from people and still reach a model. It lowers the risk of injection; it is no boundary.
 *
 * @see https://www.unicode.org/reports/tr36/ and https://www.ecma-international.org/publications-and-standards/standards/ecma-48/
 */

/* eslint-disable no-control-regex -- control characters are what this file is about */

/** A string sequence (OSC, DCS, SOS, PM, APC) up to its terminator; an open one ends with its line, so that it hides no more. */
const STRING_SEQUENCE =
  /(?:\u001b[\]PX^_]|[\u009d\u0090\u0098\u009e\u009f])[^\u0007\u001b\u009c\n]*(?:\u0007|\u001b\\|\u009c)?/g
/** CSI with its parameters: colours, cursor moves, erasing. */
const CONTROL_SEQUENCE = /(?:\u001b\[|\u009b)[0-?]*[ -/]*[@-~]?/g
const OTHER_ESCAPE = /\u001b[ -/]*[0-~]?/g
const LINE_ENDS = /\r\n?|[\u0085\u2028\u2029\u000b\u000c]/g
const INVISIBLE = /[\p{Default_Ignorable_Code_Point}\ufff9-\ufffb]|(?![\n\t])\p{Cc}/gu

const PLAIN = /^[\n\t\u0020-\u007e]*$/

/** Keeps line feeds and tabs. Cleaning twice changes nothing more. */
export function cleanText(text: string): string {
  if (PLAIN.test(text)) return text
  return text
    .toWellFormed()
    .replace(STRING_SEQUENCE, '')
    .replace(CONTROL_SEQUENCE, '')
    .replace(OTHER_ESCAPE, '')
    .replace(LINE_ENDS, '\n')
    .replace(INVISIBLE, '')
}

/** One line of at most `maxChars` UTF-16 units, for names, messages and progress; a cut one ends with an ellipsis. */
export function cleanLine(text: string, maxChars: number): string {
  const line = cleanText(text.length > maxChars * 8 ? text.slice(0, maxChars * 8) : text)
    .replace(/\s+/g, ' ')
    .trim()
  return line.length <= maxChars
    ? line
    : `${line
        .slice(0, maxChars - 1)
        .toWellFormed()
        .replace(/\ufffd$/u, '')}…`
}
