/** `npm run docs`: writes the generated pages. With --check it writes nothing and fails where one is out of date. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { format, resolveConfig } from 'prettier'
import {
  actionTables,
  between,
  configurationPage,
  errorsPage,
  hostPolicyPage,
  operationsPage,
  page,
} from './docs/reference.ts'
import { quotedFigures } from './docs/quoted-figures.ts'
import { troubleshootingPage } from './docs/troubleshooting-page.ts'
import { metricsPage } from './docs/metrics-page.ts'
import { rulesSchemaDocument } from '../src/app/webhook/rules-desk.ts'
import { ROOT } from './setup/checkout.mjs'

const read = (path: string): string => {
  try {
    return readFileSync(join(ROOT, path), 'utf8')
  } catch {
    return ''
  }
}

const pages: Readonly<Record<string, string>> = {
  'docs/errors.md': errorsPage(),
  'docs/configuration.md': configurationPage(),
  'docs/operations.md': operationsPage(),
  'docs/policy.md': hostPolicyPage(),
  'docs/troubleshooting.md': page(...troubleshootingPage()),
  'docs/metrics.md': metricsPage(),
  'docs/runner-mesh.schema.json': JSON.stringify(rulesSchemaDocument()),
  'README.md': between(
    between(read('README.md'), 'action', actionTables(read('action.yml'))),
    'figures',
    quotedFigures(read('docs/BENCHMARKS.md')),
  ),
}

const check = process.argv.includes('--check')
for (const [path, text] of Object.entries(pages)) {
  const config = await resolveConfig(join(ROOT, path))
  const formatted = await format(text, { ...config, parser: path.endsWith('.json') ? 'json' : 'markdown' })
  if (formatted === read(path)) continue
  if (check) {
    process.stdout.write(`- ${path} is out of date: run npm run docs\n`)
    process.exitCode = 1
  } else writeFileSync(join(ROOT, path), formatted)
}
