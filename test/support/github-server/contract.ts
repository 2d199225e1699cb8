/**
 * GitHub's own OpenAPI description as judge: of every request that reaches the simulated server, and of every answer it
 * gives, so that the simulation cannot drift from GitHub unnoticed.
 */
import { readFileSync } from 'node:fs'
import { Ajv, type ValidateFunction } from 'ajv'
import formats from 'ajv-formats'

interface Parameter {
  readonly name: string
  readonly in: 'path' | 'query' | 'header'
  readonly schema: { readonly type?: string | readonly string[] }
}

interface Content {
  readonly content?: Readonly<Record<string, { readonly schema?: object }>>
}

interface Described {
  readonly operationId: string
  readonly parameters?: readonly (Parameter | { readonly $ref: string })[]
  readonly requestBody?: Content & { readonly required?: boolean }
  readonly responses: Readonly<Record<string, Content | { readonly $ref: string }>>
}

interface Slice {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Described>>>>
  readonly components: Readonly<Record<string, Readonly<Record<string, unknown>>>>
}

export interface Operation {
  readonly id: string
  readonly path: Readonly<Record<string, string>>
  readonly described: Described
}

/** Answers that GitHub gives to any request and describes at no operation. */
const ANYWHERE = new Set([401, 403, 404, 429, 500, 502, 503])

export class GitHubContract {
  readonly #slice: Slice
  readonly #routes: readonly { readonly method: string; readonly pattern: RegExp; readonly described: Described }[]
  readonly #ajv = new Ajv({ strict: false, coerceTypes: false, allErrors: false })
  readonly #compiled = new Map<string, ValidateFunction>()

  constructor() {
    const url = new URL('openapi-slice.json', import.meta.url)
    this.#slice = JSON.parse(readFileSync(url, 'utf8')) as Slice
    formats.default(this.#ajv)
    this.#ajv.addFormat('int64', true)
    this.#ajv.addFormat('repo.nwo', true)
    this.#ajv.addSchema({ $id: 'github', components: this.#slice.components })
    this.#routes = Object.entries(this.#slice.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, described]) => ({
        method: method.toUpperCase(),
        pattern: new RegExp(`^${path.replaceAll(/\{(\w+)\}/g, '(?<$1>[^/]+)')}$`),
        described,
      })),
    )
  }

  find(method: string, path: string): Operation | undefined {
    for (const route of this.#routes) {
      const match = route.method === method ? route.pattern.exec(path) : null
      if (match !== null) {
        return { id: route.described.operationId, path: { ...match.groups }, described: route.described }
      }
    }
    return undefined
  }

  /** @returns what is wrong with a request, in one line */
  faultOfRequest({ id, described }: Operation, query: URLSearchParams, body: unknown): string | undefined {
    const parameters = (described.parameters ?? []).map((parameter) => this.#resolve(parameter) as Parameter)
    for (const [name, text] of query) {
      const parameter = parameters.find((candidate) => candidate.in === 'query' && candidate.name === name)
      if (parameter === undefined) return `${id} has no query parameter ${name}`
      const value = parameter.schema.type === 'integer' ? Number(text) : text
      const fault = this.#check(`${id}?${name}`, parameter.schema, value)
      if (fault !== undefined) return fault
    }
    const schema = described.requestBody?.content?.['application/json']?.schema
    if (schema === undefined) return body === undefined ? undefined : `${id} takes no body`
    return body === undefined ? `${id} needs a body` : this.#check(`${id} body`, schema, body)
  }

  /** @returns what is wrong with an answer, in one line */
  faultOfResponse({ id, described }: Operation, status: number, body: unknown, type: string): string | undefined {
    const found = described.responses[String(status)]
    if (found === undefined) {
      if (status === 304 || ANYWHERE.has(status)) return undefined
      return `${id} is not described to answer ${status}`
    }
    const schema = (this.#resolve(found) as Content).content?.[type]?.schema
    if (schema === undefined) return body === undefined ? undefined : `${id} answers ${status} without a body`
    return this.#check(`${id} ${status} ${type}`, schema, body)
  }

  #check(key: string, schema: object, value: unknown): string | undefined {
    let validate = this.#compiled.get(key)
    if (validate === undefined) {
      validate = this.#ajv.compile(
        JSON.parse(JSON.stringify(schema).replaceAll('"#/components/', '"github#/components/')) as object,
      )
      this.#compiled.set(key, validate)
    }
    return validate(value) ? undefined : `${key}: ${this.#ajv.errorsText(validate.errors, { dataVar: 'value' })}`
  }

  #resolve(value: object): unknown {
    if (!('$ref' in value) || typeof value.$ref !== 'string') return value
    const [, , kind = '', name = ''] = value.$ref.split('/')
    return this.#slice.components[kind]?.[name]
  }
}
