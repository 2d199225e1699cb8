/**
 * The JSON Schemas that tools advertise, made from the catalog's zod schemas. They are read by models, which pay for every
 * word: bounds and patterns stay with the server, whose refusal names the fault; names, kinds and closed word lists are
 * all there.
 */
import { z } from 'zod'
import type { StandardSchemaWithJSON } from '@modelcontextprotocol/server'

export interface Schema {
  readonly [key: string]: unknown
}

interface Shape extends Schema {
  readonly type?: string
  readonly description?: string
  readonly properties?: Readonly<Record<string, Shape>>
  readonly required?: readonly string[]
  readonly items?: Shape
  readonly anyOf?: readonly Shape[]
  readonly enum?: readonly unknown[]
  readonly default?: unknown
  readonly additionalProperties?: boolean | Shape
}

export interface AdvertiseOptions {
  /** Fields told by name and kind alone. */
  readonly uncommon?: ReadonlySet<string>
  /** Objects inside the input are told by their field names instead of a schema of their own. */
  readonly foldObjects?: boolean
}

/** The closed input schema of a tool. */
export function advertiseInput(input: z.ZodObject, options: AdvertiseOptions = {}): Schema {
  const shape = z.toJSONSchema(input, { io: 'input' }) as Shape
  const properties = Object.entries(shape.properties ?? {}).map(([name, field]) => [
    name,
    options.uncommon?.has(name) === true ? kindOnly(field) : advertiseField(field, options.foldObjects === true),
  ])
  return {
    type: 'object',
    properties: Object.fromEntries(properties) as unknown,
    ...(shape.required === undefined ? {} : { required: shape.required }),
    additionalProperties: false,
  }
}

/**
 * The open output schema of a tool: the envelope that every answer has, and the fields of a successful one.
 *
 * Only `ok` is required, because clients of the 2025 revisions hold error answers to it as well; it is open at every level,
 * so that a field added later does not break a client that cached it.
 */
export function advertiseOutput(output: z.ZodObject): Schema {
  const shape = z.toJSONSchema(output, { io: 'output' }) as Shape
  const fields = Object.entries(shape.properties ?? {}).map(([name, field]) => [name, openField(field)])
  return {
    type: 'object',
    properties: { ok: { type: 'boolean' }, ...(Object.fromEntries(fields) as Schema), ...ENVELOPE_FIELDS },
    required: ['ok'],
    additionalProperties: true,
  }
}

const ENVELOPE_FIELDS: Schema = {
  error: {
    type: 'object',
    properties: {
      code: { type: 'string' },
      message: { type: 'string' },
      hint: { type: 'string' },
      retryable: { type: 'boolean' },
      retry_after_ms: { type: 'integer' },
    },
    required: ['code', 'message', 'retryable'],
    additionalProperties: true,
  },
  shortened: { type: 'string', description: 'Set when the answer was too long: what is missing and how to read it' },
}

function advertiseField(field: Shape, foldObjects: boolean): Schema {
  if (field.properties !== undefined && foldObjects) return folded(field, field.properties)
  const { type, description, items, anyOf, properties, required, additionalProperties } = field
  return {
    ...(type === undefined ? {} : { type }),
    ...(description === undefined ? {} : { description }),
    ...(field.enum === undefined ? {} : { enum: field.enum }),
    ...(field.default === undefined ? {} : { default: field.default }),
    ...(items === undefined ? {} : { items: nested(items, foldObjects) }),
    ...(anyOf === undefined ? {} : { anyOf: anyOf.map((option) => nested(option, foldObjects)) }),
    ...(properties === undefined
      ? {}
      : {
          properties: Object.fromEntries(
            Object.entries(properties).map(([name, inner]) => [name, advertiseField(inner, foldObjects)]),
          ),
        }),
    ...(required === undefined ? {} : { required }),
    ...(isTyped(additionalProperties) ? { additionalProperties: nested(additionalProperties, foldObjects) } : {}),
  }
}

/** Inside a list or a choice, the description of the whole is enough. */
function nested(field: Shape, foldObjects: boolean): Schema {
  const { description, ...rest } = field
  return advertiseField(description === undefined ? field : rest, foldObjects)
}

/** Of a choice its first kind, and of that not the words, for there are others. A list without the kind of its items is refused by some models' providers. */
function kindOnly({ type, anyOf, items, enum: words }: Shape): Schema {
  if (words !== undefined) return { type, enum: words }
  if (type !== undefined) return items === undefined ? { type } : { type, items: kindOnly(items) }
  const [first] = anyOf ?? []
  if (first === undefined) return {}
  const { enum: _words, ...kind } = first
  return kindOnly(kind)
}

function folded(field: Shape, properties: Readonly<Record<string, Shape>>): Schema {
  const names = Object.entries(properties).map(([name, inner]) => (inner.type === 'array' ? `${name}[]` : name))
  const what = field.description === undefined ? '' : `${field.description}: `
  return { type: 'object', description: `${what}${names.join(', ')}` }
}

function openField(field: Shape): Schema {
  const { items, anyOf, properties } = field
  return {
    ...advertiseField(field, false),
    ...(items === undefined ? {} : { items: openField(items) }),
    ...(anyOf === undefined ? {} : { anyOf: anyOf.map(openField) }),
    ...(properties === undefined
      ? {}
      : {
          properties: Object.fromEntries(Object.entries(properties).map(([name, inner]) => [name, openField(inner)])),
          additionalProperties: true,
        }),
  }
}

/** A `$ref` is zod's recursive JSON value: anything goes, which JSON Schema says by saying nothing. */
function isTyped(schema: boolean | Shape | undefined): schema is Shape {
  return typeof schema === 'object' && schema['$ref'] === undefined
}

/**
 * Hands a ready JSON Schema to the SDK. It passes every value: the catalog's own schema judges the input, once, and its
 * refusals arrive in the envelope that every client can read.
 */
export function passing(schema: Schema): StandardSchemaWithJSON {
  return {
    '~standard': {
      version: 1,
      vendor: 'runner-mesh',
      validate: (value: unknown) => ({ value }),
      jsonSchema: { input: () => schema, output: () => schema },
    },
  }
}
