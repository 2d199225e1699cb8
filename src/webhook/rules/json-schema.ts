/**
 * The rules as JSON Schema, for editors and for checks elsewhere. What no schema can say, such as whether an expression is
 * one, only `runner-mesh rules check` finds.
 * @see https://json-schema.org/draft/2020-12/schema
 */
import { z } from 'zod'
import { rulesSchema } from './rules-schema.ts'

type JsonSchema = z.core.JSONSchema.JSONSchema

/** @param id where the schema is published, as a URL */
export function rulesJsonSchema(id: string): JsonSchema {
  const schema = z.toJSONSchema(rulesSchema, {
    io: 'input',
    unrepresentable: 'any',
    override: ({ jsonSchema }) => {
      // A format of the vendor, beside the pattern that says the same.
      if (jsonSchema.format === 'starts_with') delete jsonSchema.format
    },
  })
  const { additionalProperties: rule } = schema.properties?.['rules'] as z.core.JSONSchema.BaseSchema
  const { on } = (rule as z.core.JSONSchema.BaseSchema).properties ?? {}
  widen(on as z.core.JSONSchema.BaseSchema)
  return {
    $id: id,
    title: 'runner-mesh rules',
    description: 'Which events of a repository make which tasks',
    ...schema,
  }
}

/** An event alone, a list of events, or a mapping in which an event may have no filters. */
function widen(on: z.core.JSONSchema.BaseSchema): void {
  const { properties = {}, ...rest } = on
  const kinds = Object.entries(properties as Readonly<Record<string, JsonSchema>>)
  const isPlain = ({ type, required = [] }: JsonSchema): boolean => type === 'object' && required.length === 0
  const names = { type: 'string', enum: kinds.filter(([, each]) => isPlain(each)).map(([kind]) => kind) } as const
  const optional = kinds.map(([kind, each]) => [kind, isPlain(each) ? { anyOf: [each, { type: 'null' }] } : each])
  for (const key of Object.keys(on)) Reflect.deleteProperty(on, key)
  on.anyOf = [
    names,
    { type: 'array', items: names, minItems: 1 },
    { ...rest, minProperties: 1, properties: Object.fromEntries(optional) as Record<string, JsonSchema> },
  ]
}
