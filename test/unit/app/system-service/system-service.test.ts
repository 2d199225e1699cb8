import assert from 'node:assert/strict'
import { execFile, execFileSync, spawnSync } from 'node:child_process'
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { promisify } from 'node:util'
import { installService, uninstallService, type ServicePlan } from '../../../../src/app/system-service/install.ts'
import { withHooks } from '../../../../src/app/system-service/job-hooks.ts'
import { renderUnit } from '../../../../src/app/system-service/unit-file.ts'

async function planIn(t: TestContext, change: Partial<ServicePlan> = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'runner-mesh-service-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  const cli = join(folder, 'cli.js')
  // Stands where the command line would, and says how it was called.
  await writeFile(cli, 'console.log(JSON.stringify(process.argv.slice(2)))')
  await writeFile(join(folder, 'key'), 'the key\n')
  await mkdir(join(folder, 'runner'))
  await writeFile(join(folder, 'runner', '.env'), 'LANG=C.UTF-8\n')
  const plan: ServicePlan = {
    root: join(folder, 'root'),
    user: 'runner',
    node: process.execPath,
    cli,
    settings: { RUNNER_MESH_REGISTRY: 'octo/runners', RUNNER_MESH_GITHUB_TOKEN: 'a"b$c' },
    keyFile: join(folder, 'key'),
    runnerDirs: [join(folder, 'runner')],
    ...change,
  }
  return { folder, plan }
}

const DIRECTIVES = {
  ProtectHome: 'tmpfs',
  ProtectSystem: 'strict',
  NoNewPrivileges: 'yes',
  CapabilityBoundingSet: '',
  StateDirectory: 'runner-mesh',
  PrivateTmp: 'yes',
  RestrictNamespaces: 'yes',
  SystemCallArchitectures: 'native',
}

test('the unit may write its state directory alone, sees no home but what it runs from, and has no capability', () => {
  const unit = renderUnit({
    user: 'runner',
    node: '/home/runner/externals/node24/bin/node',
    cli: '/usr/local/lib/runner-mesh/cli.js',
    environmentFile: '/etc/runner-mesh/environment',
    keyFile: '/etc/runner-mesh/mesh.key',
    hasDockerGroup: true,
  })
  const lines = unit.split('\n')
  for (const [name, value] of Object.entries(DIRECTIVES)) assert.ok(lines.includes(`${name}=${value}`), name)
  assert.ok(lines.includes('BindReadOnlyPaths=/home/runner/externals/node24/bin/node'))
  assert.ok(lines.includes('LoadCredential=mesh.key:/etc/runner-mesh/mesh.key'))
  assert.equal(
    lines.some((line) => line.startsWith('ReadWritePaths') || line === 'User=root'),
    false,
  )
})

const analyze = spawnSync('systemd-analyze', ['--version']).status === 0

test(
  'systemd itself finds no fault in the unit, and grades its exposure as low',
  {
    skip: analyze ? false : 'systemd-analyze is not installed',
  },
  async (t) => {
    const { folder } = await planIn(t)
    const cli = '/usr/bin/true'
    const environmentFile = '/etc/hostname'
    const unit = renderUnit({
      user: 'root',
      node: '/usr/bin/env',
      cli,
      environmentFile,
      keyFile: undefined,
      hasDockerGroup: false,
    })
    const path = join(folder, 'runner-mesh.service')
    await writeFile(path, unit)
    const verified = spawnSync('systemd-analyze', ['verify', '--man=no', path], { encoding: 'utf8' })
    assert.equal(
      verified.stderr
        .split('\n')
        .filter((line) => line.includes('runner-mesh.service'))
        .join('\n'),
      '',
    )
    const graded = execFileSync('systemd-analyze', ['security', '--offline=true', '--no-pager', path], {
      encoding: 'utf8',
    })
    const exposure = Number(/exposure level for [^:]+: ([0-9.]+)/.exec(graded)?.[1])
    assert.ok(exposure < 4, graded.split('\n').slice(-3).join('\n'))
  },
)

test('what is installed is whole, secrets are root’s alone, and it all goes again', async (t) => {
  const { folder, plan } = await planIn(t)
  const written = await installService(plan)
  const modeOf = async (path: string): Promise<number> => (await stat(join(plan.root, path))).mode & 0o777
  assert.deepEqual(
    [await modeOf('etc/runner-mesh/mesh.key'), await modeOf('etc/runner-mesh/environment')],
    [0o600, 0o600],
  )
  assert.equal(
    await readFile(join(plan.root, 'etc/runner-mesh/environment'), 'utf8'),
    'RUNNER_MESH_REGISTRY="octo/runners"\nRUNNER_MESH_GITHUB_TOKEN="a\\"b\\$c"\n',
  )
  assert.ok(written.some((path) => path.endsWith('/etc/systemd/system/runner-mesh.service')))
  const env = await readFile(join(folder, 'runner', '.env'), 'utf8')
  assert.match(env, /^LANG=C.UTF-8\nACTIONS_RUNNER_HOOK_JOB_STARTED=\/etc\/runner-mesh\/job-started.sh\n/)
  await uninstallService(plan.root, plan.runnerDirs)
  assert.equal(await readFile(join(folder, 'runner', '.env'), 'utf8'), 'LANG=C.UTF-8\n')
  for (const path of written) await assert.rejects(stat(path), { code: 'ENOENT' })
})

test('the program is installed with all that it loads; what a former one left goes, and a machine without the group of the engine is served', async (t) => {
  const { folder, plan } = await planIn(t)
  const program = join(plan.root, 'usr/local/lib/runner-mesh')
  const names = async (): Promise<string[]> => (await readdir(program)).toSorted()
  await writeFile(join(folder, 'chunk-old.js'), '')
  await installService(plan)
  assert.deepEqual(await names(), ['chunk-old.js', 'cli.js', 'package.json'])
  await rm(join(folder, 'chunk-old.js'))
  await writeFile(join(folder, 'chunk-new.js'), '')
  const unit = (): Promise<string> => readFile(join(plan.root, 'etc/systemd/system/runner-mesh.service'), 'utf8')
  assert.match(await unit(), /^SupplementaryGroups=docker$/m)
  await writeFile(join(plan.root, 'etc/group'), 'root:x:0:\n')
  await installService(plan)
  assert.deepEqual(await names(), ['chunk-new.js', 'cli.js', 'package.json'])
  assert.doesNotMatch(await unit(), /SupplementaryGroups/)
})

test('the hooks pause and resume under the name of the runner, and never fail its job', async (t) => {
  const { plan } = await planIn(t)
  await installService(plan)
  const hook = join(plan.root, 'etc/runner-mesh/job-started.sh')
  const text = await readFile(hook, 'utf8')
  await writeFile(hook, text.replace('/usr/local/lib/runner-mesh/cli.js', plan.cli))
  await chmod(hook, 0o755)
  const env = { PATH: '', RUNNER_NAME: 'build 1' }
  const { stdout } = await promisify(execFile)(hook, { env })
  assert.deepEqual(JSON.parse(stdout), [
    ...['pause', '--for-seconds', '432000'],
    ...['--state-dir', '/var/lib/runner-mesh', '--as', 'runner build 1'],
  ])
  await rm(plan.cli)
  assert.match((await promisify(execFile)(hook, { env })).stdout, /no peer answers/)
})

test('hooks are set once however often they are set, and other lines of the file stay', () => {
  const twice = withHooks(withHooks('A=1\n', '/etc/one'), '/etc/two')
  assert.equal(twice.match(/HOOK_JOB_STARTED/g)?.length, 1)
  assert.equal(withHooks(twice, undefined), 'A=1\n')
})

test('a user that is none and a command line that is no bundle are refused before anything is written', async (t) => {
  const { plan } = await planIn(t)
  await assert.rejects(installService({ ...plan, user: 'root\nExecStart=/bin/sh' }), { code: 'bad_request' })
  await assert.rejects(installService({ ...plan, cli: '/src/cli/main.ts' }), { code: 'bad_request' })
  await assert.rejects(stat(plan.root), { code: 'ENOENT' })
})
