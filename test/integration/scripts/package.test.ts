/** What is published: the command line as one package, the container recipe, the workflows. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { parse } from 'yaml'
import { z } from 'zod'
import { buildInto } from '../../../scripts/build.mjs'
import { packInto } from '../../../scripts/pack.mjs'
import { ROOT } from '../../../scripts/setup/checkout.mjs'

const run = promisify(execFile)
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8')

test(
  'npx runner-mesh works from the package alone, in an empty folder, without a registry',
  { timeout: 120_000 },
  async (t) => {
    const folder = await mkdtemp(join(tmpdir(), 'runner-mesh-pack-'))
    t.after(() => rm(folder, { recursive: true, force: true }))
    const [dist, empty] = [join(folder, 'dist'), join(folder, 'empty')]
    await buildInto(dist)
    await mkdir(empty)
    const tarball = packInto(folder, dist)
    const env = {
      PATH: process.env['PATH'],
      HOME: empty,
      npm_config_cache: join(folder, 'cache'),
      npm_config_offline: 'true',
    }
    const npx = (...args: readonly string[]) =>
      run('npx', ['--yes', `--package=${tarball}`, '--', 'runner-mesh', ...args], { cwd: empty, env })
    const { version } = z.object({ version: z.string() }).parse(JSON.parse(read('package.json')))
    assert.equal((await npx('--version')).stdout.trim(), version)
    assert.match((await npx('submit', '--help')).stdout, /--cancel-on-interrupt/)
  },
)

/** One instruction with its arguments, continuation lines joined. */
function instructionsOf(text: string): [string, string][] {
  const lines = text.replaceAll(/\\\n/g, ' ').split('\n')
  return lines
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => [line.split(/\s+/, 1)[0] ?? '', line.replace(/^\S+\s+/, '').replaceAll(/\s+/g, ' ')])
}

test('the container recipe keeps to the rules: a named base, no root, what it copies is there and let in', () => {
  const instructions = instructionsOf(read('Dockerfile'))
  const all = (name: string): string[] => instructions.filter(([one]) => one === name).map(([, rest]) => rest)
  const known = 'ARG FROM LABEL COPY RUN USER ENV VOLUME EXPOSE STOPSIGNAL HEALTHCHECK ENTRYPOINT CMD'.split(' ')
  for (const [name] of instructions) assert.ok(known.includes(name), `${name} is not used here`)
  assert.deepEqual(all('FROM'), ['${BASE}'])
  assert.match(all('ARG')[0] ?? '', /^BASE=node:24-[a-z]+-slim$/, 'a tag that names version and system')
  const user = instructions.findLastIndex(([name]) => name === 'USER')
  assert.equal(instructions[user]?.[1], 'node')
  assert.ok(instructions.findIndex(([name]) => name === 'ENTRYPOINT') > user)
  for (const name of ['ENTRYPOINT', 'CMD'])
    assert.ok(Array.isArray(JSON.parse(all(name)[0] ?? '')), `${name} needs no shell`)
  const letIn = read('.dockerignore').split('\n')
  for (const copy of all('COPY')) {
    for (const source of copy.split(' ').slice(0, -1)) {
      assert.ok(existsSync(join(ROOT, source)), `${source} is there`)
      assert.ok(letIn.includes(`!${source}`), `.dockerignore lets ${source} in`)
    }
  }
  for (const step of all('RUN'))
    assert.doesNotMatch(step, /curl|wget|apt-get|npm|sudo/, 'nothing is fetched while it is built')
})

const workflow = z.looseObject({
  permissions: z.record(z.string(), z.string()),
  jobs: z.record(
    z.string(),
    z.looseObject({
      'timeout-minutes': z.number(),
      steps: z.array(
        z.looseObject({ uses: z.string().optional(), run: z.string().optional(), with: z.looseObject({}).optional() }),
      ),
    }),
  ),
})

test('every workflow has the least rights, ends by itself and pins each action by its commit', () => {
  const folder = '.github/workflows'
  const files = readdirSync(join(ROOT, folder)).filter((file) => /\.ya?ml$/.test(file))
  for (const expected of ['check.yml', 'codeql.yml', 'dependency-review.yml', 'release.yml'])
    assert.ok(files.includes(expected), expected)
  for (const file of files) {
    const text = read(`${folder}/${file}`)
    const { permissions, jobs } = workflow.parse(parse(text))
    assert.deepEqual(permissions, { contents: 'read' }, file)
    for (const { steps } of Object.values(jobs)) {
      for (const { uses, run: script, with: inputs } of steps) {
        if (uses !== undefined && !uses.startsWith('./')) {
          assert.match(uses, /@[0-9a-f]{40}$/, `${file}: ${uses}`)
          assert.match(
            text,
            new RegExp(`${uses.replaceAll('/', '\\/')} # v[0-9]+\\.[0-9]+\\.[0-9]+`),
            `${file}: the version of ${uses} stands beside it`,
          )
        }
        if (uses?.startsWith('actions/checkout@') === true)
          assert.equal(inputs?.['persist-credentials'], false, `${file}: checkout leaves no token behind`)
        // What stands in an expression becomes part of the script: only the environment is safe.
        assert.doesNotMatch(script ?? '', /\$\{\{/, `${file}: an expression in a script`)
      }
    }
  }
})

test('a release is attested, published with provenance, and moves the tag of its major version', () => {
  const text = read('.github/workflows/release.yml')
  const { jobs } = workflow.parse(parse(text))
  const job = z.looseObject({ needs: z.string(), permissions: z.record(z.string(), z.string()) }).parse(jobs['package'])
  assert.equal(job.needs, 'check', 'nothing is released that is red')
  assert.deepEqual(job.permissions, { contents: 'write', 'id-token': 'write', attestations: 'write' })
  assert.match(text, /attest-build-provenance@[\s\S]*dist\/\*\.js[\s\S]*release\/\*\.tgz/)
  assert.match(text, /npm publish --provenance/)
  assert.match(text, /git\/refs\/tags\/\$major/)
})
