/**
 * The files through which a step tells the runner of outputs and state: `name=value`, or `name<<DELIMITER` and lines up to
 * the delimiter. As in actions/runner, FileCommandManager.cs.
 */

/** @throws Error on what fails a step: a line of neither form, a delimiter that never comes, an end without a line feed */
export function parseCommandFile(text: string): ReadonlyMap<string, string> {
  const values = new Map<string, string>()
  if (text === '') return values
  if (!text.endsWith('\n')) throw new Error('The file does not end with a line feed.')
  const all = text.slice(0, -1).split(/\r?\n/)
  for (let at = 0; at < all.length; at += 1) {
    const line = all[at] ?? ''
    if (line === '') continue
    const equals = line.indexOf('=')
    const heredoc = line.indexOf('<<')
    if (equals >= 0 && (heredoc < 0 || equals < heredoc)) {
      values.set(line.slice(0, equals), line.slice(equals + 1))
      continue
    }
    if (heredoc <= 0) throw new Error(`Invalid format '${line}'`)
    const [name, delimiter] = [line.slice(0, heredoc), line.slice(heredoc + 2)]
    const end = all.indexOf(delimiter, at + 1)
    if (delimiter === '' || end < 0) throw new Error(`Invalid value. Matching delimiter not found '${delimiter}'`)
    values.set(name, all.slice(at + 1, end).join('\n'))
    at = end
  }
  return values
}
