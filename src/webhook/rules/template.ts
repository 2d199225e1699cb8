/**
 * Texts with `${{ … }}` in them, by GitHub's own expression library. They are read once, when the rules are; what an event
 * puts in their place is never looked at for expressions again.
 */
import { data, Evaluator, Lexer, Parser, type Expr } from '@actions/expressions'
import { errorText } from '../../core/errors.ts'
import type { Json } from '../../core/task.ts'

/** What expressions can name. */
export const CONTEXTS = ['github', 'matrix', 'command'] as const

export type Context = { readonly [name in (typeof CONTEXTS)[number]]?: Json }

/** The longest text that an expression may make. */
const LONGEST = 65_536

const EXPRESSION = /\$\{\{(.*?)\}\}/gs

export function hasExpression(text: string): boolean {
  return text.includes('${{')
}

/** @returns what is wrong with its expressions, in one line */
export function faultOfTemplate(text: string): string | undefined {
  const rest = text.replace(EXPRESSION, '')
  if (rest.includes('${{')) return 'has a ${{ without its }}'
  for (const [, source = ''] of text.matchAll(EXPRESSION)) {
    try {
      parse(source)
    } catch (error) {
      return `has an expression that is none (\${{${source.slice(0, 80)}}}): ${errorText(error).slice(0, 200)}`
    }
  }
  return undefined
}

/** @throws Error an expression that fails, or a text that would be too long */
export function fillIn(text: string, context: Context): string {
  if (!hasExpression(text)) return text
  const names = dictionaryOf(context)
  const filled = text.replace(EXPRESSION, (_, source: string) => evaluate(source, names).coerceString())
  if (filled.length > LONGEST) throw new Error(`an expression makes a text of ${String(filled.length)} characters`)
  return filled
}

/** Whether a condition holds, in GitHub's sense: `${{ }}` may be left out. @throws Error */
export function holds(condition: string, context: Context): boolean {
  const [whole, source = condition] = /^\s*\$\{\{(.*)\}\}\s*$/s.exec(condition) ?? []
  const value = evaluate(whole === undefined ? condition : source, dictionaryOf(context))
  const falsy =
    value.kind === data.Kind.Null || (value.primitive && ['', 'false', '0', 'NaN'].includes(value.coerceString()))
  return !falsy
}

export function faultOfCondition(condition: string): string | undefined {
  return faultOfTemplate(hasExpression(condition) ? condition : `\${{${condition}}}`)
}

/** The words of a list, where a text is one expression and nothing else. @throws Error it is no list of texts */
export function fillInList(text: string, context: Context): string[] {
  const [, source] = /^\s*\$\{\{(.*)\}\}\s*$/s.exec(text) ?? []
  if (source === undefined) throw new Error('is not one expression')
  const value = evaluate(source, dictionaryOf(context))
  if (!(value instanceof data.Array)) throw new Error('its expression makes no list')
  return value.values().map((item) => item.coerceString())
}

function parse(source: string): Expr {
  // The library reads nothing as an expression of nothing, and fails when it is evaluated.
  if (source.trim() === '') throw new Error('it is empty')
  return new Parser(new Lexer(source).lex().tokens, [...CONTEXTS], []).parse()
}

function evaluate(source: string, names: data.Dictionary): data.ExpressionData {
  return new Evaluator(parse(source), names).evaluate()
}

function dictionaryOf(context: Context): data.Dictionary {
  const filled = Object.fromEntries(CONTEXTS.map((name) => [name, context[name] ?? {}]))
  return JSON.parse(JSON.stringify(filled), data.reviver) as data.Dictionary
}
