/** Who may import whom, and which vendor lives where. src/README.md says the same in sentences. */

/** Every folder of src, and the other folders it may import from. */
const MAY_IMPORT = {
  core: [],
  store: ['core'],
  mesh: ['core'],
  docker: ['core'],
  github: ['core'],
  coordinator: ['core'],
  peers: ['core', 'coordinator'],
  mcp: ['core', 'coordinator'],
  webhook: ['core', 'coordinator'],
  dashboard: ['core', 'coordinator'],
  app: ['core', 'store', 'mesh', 'docker', 'github', 'coordinator', 'peers', 'mcp', 'webhook', 'dashboard'],
  action: ['core', 'app'],
  cli: ['core', 'app'],
}

/** Every package and restricted built-in that src may use, under the one folder that is its home. zod is everybody's. */
const VENDORS_OF = {
  store: ['node:sqlite', 'pg'],
  mesh: ['libp2p', '@libp2p/[^/]+', '@chainsafe/[^/]+', '@multiformats/[^/]+', 'multiformats'],
  docker: ['dockerode', 'tar-stream'],
  github: ['@octokit/(?!webhooks)[^/]+'],
  coordinator: ['croner'],
  mcp: ['@modelcontextprotocol/[^/]+'],
  webhook: ['@octokit/webhooks[^/]*', '@actions/expressions'],
  app: ['jose', 'pino', 'yaml', '@opentelemetry/[^/]+'],
  action: ['@actions/(?!expressions)[^/]+'],
  cli: ['commander'],
}

const folders = Object.keys(MAY_IMPORT).join('|')

/** A package as it is found (in node_modules, or in the types beside it), or as it is named where it is not installed. */
const found = (/** @type {string} */ name) => `(?:^|node_modules/(?:@types/)?)${name}(?:/|$)`

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    {
      name: 'every-folder-has-its-place',
      comment: 'A new folder in src needs a line in MAY_IMPORT.',
      severity: 'error',
      from: { path: '^src/', pathNot: `^src/(?:${folders})/` },
      to: {},
    },
    ...Object.entries(MAY_IMPORT).map(([folder, others]) => ({
      name: `imports-of-${folder}`,
      comment: `May import from: ${others.join(', ') || 'nobody'}.`,
      severity: /** @type {const} */ ('error'),
      from: { path: `^src/${folder}/` },
      to: { path: '^src/', pathNot: `^src/(?:${[folder, ...others].join('|')})/` },
    })),
    ...Object.entries(VENDORS_OF).map(([home, vendors]) => ({
      name: `vendors-of-${home}`,
      comment: `Only src/${home} speaks to them: ${vendors.join(', ')}.`,
      severity: /** @type {const} */ ('error'),
      from: { path: '^src/', pathNot: `^src/${home}/` },
      to: { path: vendors.map(found) },
    })),
    {
      name: 'every-vendor-has-a-home',
      comment: 'A package that src imports needs a line in VENDORS_OF (and one in docs/decisions/README.md).',
      severity: 'error',
      from: { path: '^src/' },
      to: {
        dependencyTypesNot: ['core', 'local'],
        pathNot: ['^src/', '^\\.\\.?/(?!.*node_modules)', ...Object.values(VENDORS_OF).flat().map(found), found('zod')],
      },
    },
    {
      name: 'core-is-pure',
      comment: 'Nouns and rules: no input or output, no clock, no vendor but zod.',
      severity: 'error',
      from: { path: '^src/core/' },
      to: { pathNot: ['^src/core/', found('zod')] },
    },
    {
      name: 'no-cycles',
      comment: 'Types count too: two files that need each other are one subject.',
      severity: 'error',
      from: { path: '^src/' },
      to: { circular: true },
    },
    {
      name: 'src-stands-alone',
      comment: 'What we ship knows neither its tests nor its tools, and nothing that is only a development dependency.',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^(?:test|scripts|bench)/' },
    },
    {
      name: 'only-shipped-packages',
      severity: 'error',
      from: { path: '^src/' },
      to: {
        dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'],
        dependencyTypesNot: ['type-only', 'type-import'],
      },
    },
    {
      name: 'nothing-unresolved',
      severity: 'error',
      from: { path: '^src/' },
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^test/architecture/planted' },
    // Without this, imports of types alone are invisible.
    tsPreCompilationDeps: true,
    tsConfig: { fileName: `${import.meta.dirname}/tsconfig.json` },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
      extensions: ['.ts', '.js', '.mjs', '.json', '.d.ts'],
    },
  },
}
