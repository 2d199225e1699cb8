/** Settings of traces: where spans of tasks go. */
import { z } from 'zod'
import { setting } from './setting.ts'

export const TRACING_SETTINGS = {
  otlpTracesUrl: setting(
    'otlp-traces-url',
    z.url({ protocol: /^https?$/ }).optional(),
    undefined,
    'Where spans of tasks are sent, as OTLP over HTTP in JSON, such as http://127.0.0.1:4318/v1/traces. Default: nowhere.',
  ),
  otlpHeaders: {
    ...setting(
      'otlp-headers',
      z
        .string()
        .default('')
        .transform((text) => text.split(',').filter((pair) => pair.trim() !== ''))
        .refine((pairs) => pairs.every((pair) => /^\s*[\w-]+=/.test(pair)), 'must be name=value pairs, comma separated')
        .transform((pairs) =>
          Object.fromEntries(
            pairs.map((pair): [string, string] => {
              const at = pair.indexOf('=')
              return [pair.slice(0, at).trim(), pair.slice(at + 1).trim()]
            }),
          ),
        ),
      '',
      'Headers to send there, such as a token: name=value pairs, comma separated.',
    ),
    secret: true,
  },
} as const
