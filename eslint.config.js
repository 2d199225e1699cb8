import js from '@eslint/js'
import { defineConfig, globalIgnores } from 'eslint/config'
import tseslint from 'typescript-eslint'

const FROM_SYSTEM = 'Take time and chance from the Clock and Random ports; only src/app/system.ts asks the machine.'
const FROM_CONFIG = 'Configuration is read once, by the entries; everybody else is handed their slice of it.'

const CLOCK_PROPERTIES = [
  ['Date', 'now'],
  ['Math', 'random'],
  ['AbortSignal', 'timeout'],
  ['performance', 'now'],
  ['crypto', 'randomUUID'],
  ['globalThis', 'setTimeout'],
  ['globalThis', 'setInterval'],
].map(([object, property]) => ({ object, property, message: FROM_SYSTEM }))

const CLOCK_IMPORTS = [
  ...['node:timers', 'node:timers/promises', 'timers', 'timers/promises', 'node:perf_hooks', 'perf_hooks'].map(
    (name) => ({ name, message: FROM_SYSTEM }),
  ),
  ...['node:crypto', 'crypto'].map((name) => ({ name, importNames: ['randomUUID'], message: FROM_SYSTEM })),
]

const NAMED_EXPORTS_ONLY = [
  { selector: 'ExportDefaultDeclaration', message: 'Export by name: one word per idea, the same in every file.' },
  { selector: 'ExportAllDeclaration', message: 'No barrels: import from the file that owns the name.' },
]

/**
 * What a file may not ask of the machine. The rules are replaced, not merged, where two configurations match one file,
 * so every exception states its whole list.
 *
 * @param {{ clock: boolean, env: boolean }} banned
 * @returns {import('eslint').Linter.RulesRecord}
 */
function machineBans({ clock, env }) {
  return {
    // Off, not empty: with no options of its own a rule keeps those of the configuration before it.
    'no-restricted-globals': clock
      ? ['error', ...['setTimeout', 'setInterval'].map((name) => ({ name, message: FROM_SYSTEM }))]
      : 'off',
    'no-restricted-properties': [
      'error',
      ...(clock ? CLOCK_PROPERTIES : []),
      ...(env ? [{ object: 'process', property: 'env', message: FROM_CONFIG }] : []),
    ],
    'no-restricted-imports': [
      'error',
      {
        paths: [
          ...(clock ? CLOCK_IMPORTS : []),
          ...(env ? [{ name: 'node:process', importNames: ['env'], message: FROM_CONFIG }] : []),
        ],
      },
    ],
    'no-restricted-syntax': [
      'error',
      ...NAMED_EXPORTS_ONLY,
      ...(clock
        ? [
            { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: FROM_SYSTEM },
            { selector: "CallExpression[callee.name='Date']", message: FROM_SYSTEM },
          ]
        : []),
    ],
  }
}

/** Applied in order, the last match wins. Exported so that a test can plant one violation of each and see it caught. */
export const machine = [
  { files: ['src/**/*.ts', 'test/unit/**/*.ts'], rules: machineBans({ clock: true, env: true }) },
  { files: ['src/app/system.ts'], rules: machineBans({ clock: false, env: true }) },
  {
    files: ['src/cli/main.ts', 'src/action/main.ts', 'src/action/post.ts'],
    rules: machineBans({ clock: true, env: false }),
  },
]

export default defineConfig(
  globalIgnores(['dist/', 'coverage/', '.runtime/', 'test/architecture/planted/', 'test/vectors/']),
  js.configs.recommended,
  tseslint.configs.strictTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true } },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      // TypeScript reports unknown names itself, and knows more of them.
      'no-undef': 'off',
      'max-lines': ['error', { max: 300, skipBlankLines: true, skipComments: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', ignoreRestSiblings: true }],
    },
  },
  { files: ['src/**/*.ts'], rules: { 'no-console': 'error' } },
  ...machine,
  // A browser is no machine of ours: the page has its clock, and no ports.
  { files: ['src/dashboard/web/**/*.ts'], rules: machineBans({ clock: false, env: true }) },
  {
    // Where TypeScript would say `as`, a comment types the variable that takes the parsed value.
    files: ['**/*.mjs', '**/*.js'],
    rules: { '@typescript-eslint/no-unsafe-assignment': 'off' },
  },
  {
    files: ['test/**/*.ts'],
    rules: {
      // The runner awaits what it was given; nobody else has to.
      '@typescript-eslint/no-floating-promises': [
        'error',
        {
          allowForKnownSafeCalls: [
            { from: 'package', package: 'node:test', name: ['test', 'describe', 'it', 'suite', 'before', 'after'] },
          ],
        },
      ],
    },
  },
)
