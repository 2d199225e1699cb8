/** Each fault that is planted is found, by its code, with what to do about it. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { test, type TestContext } from 'node:test'
import { z } from 'zod'
import { loadConfig } from '../../src/app/config.ts'
import { checkImageRegistry } from '../../src/app/preflight/deeper-checks.ts'
import { checkDocker } from '../../src/app/preflight/machine-checks.ts'
import { peerGround } from '../support/demo-peers.ts'

const CLI = new URL('../../src/cli/main.ts', import.meta.url).pathname
const NEVER = new AbortController().signal
const report = z.object({
  checks: z.array(
    z.object({
      name: z.string(),
      state: z.enum(['ok', 'warning', 'error']),
      code: z.string().optional(),
      detail: z.string(),
      fix: z.string().optional(),
    }),
  ),
})

async function doctor(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  through: readonly string[] = [],
) {
  const [command = '', ...words] = [...through, process.execPath, CLI, 'doctor', '--json', ...args]
  const options = { env: { PATH: process.env['PATH'], HOME: '/nonexistent', ...env } }
  return new Promise<{ code: number; find: (name: string) => z.output<typeof report>['checks'][number] }>((resolve) => {
    execFile(command, words, options, (failure, stdout, stderr) => {
      const find = (name: string) => {
        const { checks } = report.parse(JSON.parse(stdout))
        const found = checks.find((check) => check.name === name && check.state !== 'ok')
        assert.ok(found !== undefined, `${name} is not found to be wrong: ${stdout}${stderr}`)
        assert.ok((found.fix ?? '').length > 10, `${name} has no fix`)
        return found
      }
      resolve({ code: failure === null ? 0 : Number(failure.code), find })
    })
  })
}

async function scratch(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'runner-mesh-doctor-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  return folder
}

/** Something that answers every request with the same JSON, at a port or a socket. */
async function answering(t: TestContext, where: string | number, body: unknown, headers: Record<string, string> = {}) {
  const server = createServer((_, res) => {
    res.writeHead(200, { 'content-type': 'application/json', ...headers })
    res.end(JSON.stringify(body))
  })
  if (typeof where === 'string') server.listen(where)
  else server.listen(where, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  return (server.address() as AddressInfo | null)?.port ?? 0
}

test(
  'Docker that is absent, a wrong key, a taken port and a directory that cannot be used are found at once',
  { timeout: 120_000 },
  async (t) => {
    const folder = await scratch(t)
    await writeFile(join(folder, 'file'), 'not a folder')
    const port = await answering(t, 0, {})
    const { code, find } = await doctor(
      [
        ...['--state-dir', join(folder, 'file', 'state'), '--docker-host', `unix://${folder}/nothing.sock`],
        ...['--http', `127.0.0.1:${String(port)}`, '--listen', '/ip4/127.0.0.1/tcp/0'],
      ],
      { RUNNER_MESH_KEY: 'no key' },
    )
    assert.equal(code, 78)
    assert.equal(find('disk').code, 'config_invalid')
    assert.match(find('disk').fix ?? '', /--state-dir/)
    assert.match(find('docker').detail, /nothing\.sock \(ENOENT\)/)
    assert.match(find('docker').fix ?? '', /apt-get install docker\.io/)
    assert.equal(find('port').code, 'address_in_use')
    assert.match(find('port').fix ?? '', /ss -ltnp/)
    assert.equal(find('mesh key').code, 'config_invalid')
  },
)

test('an engine that is too old, and one that this user may not use, are told apart', async (t) => {
  const folder = await scratch(t)
  const old = join(folder, 'old.sock')
  await answering(t, old, {
    ...{ ServerVersion: '19.03.15', OSType: 'linux', Architecture: 'x86_64', NCPU: 2, MemTotal: 1, Driver: 'overlay2' },
    ...{ DockerRootDir: '/', DriverStatus: [], MemoryLimit: true, CpuCfsQuota: true, PidsLimit: true },
    SecurityOptions: ['name=seccomp'],
  })
  const tooOld = await checkDocker(loadConfig({ RUNNER_MESH_DOCKER_HOST: `unix://${old}` }))
  assert.equal(tooOld.state, 'error')
  assert.match(tooOld.detail, /Docker 19\.03\.15 is too old\. Install 20\.10 or newer/)

  const closed = join(folder, 'closed.sock')
  await answering(t, closed, {})
  await chmod(closed, 0o000)
  await chmod(folder, 0o755)
  const asNobody = process.geteuid?.() === 0
  if (asNobody) process.seteuid?.(65_534)
  const refused = await checkDocker(loadConfig({ RUNNER_MESH_DOCKER_HOST: `unix://${closed}` })).finally(() => {
    if (asNobody) process.seteuid?.(0)
  })
  assert.equal(refused.state, 'error')
  assert.match(refused.detail, /EACCES/)
  assert.match(refused.fix, /usermod -aG docker/)
})

test('a disk that is full, a clock that is off and a token without the right are found', async (t) => {
  const folder = await scratch(t)
  const hourAgo = new Date(Date.now() - 3_600_000).toUTCString()
  const port = await answering(t, 0, [], { date: hourAgo, 'x-oauth-scopes': 'gist, read:org' })
  const small = `mount -t tmpfs -o size=60m none ${folder} && exec "$@"`
  const { find } = await doctor(
    [
      '--state-dir',
      join(folder, 'state'),
      '--registry',
      'octo/mesh',
      '--github-api-url',
      `http://127.0.0.1:${String(port)}`,
    ],
    { GITHUB_TOKEN: 'a-token' },
    ['unshare', '--mount', 'sh', '-c', small, 'sh'],
  )
  assert.equal(find('disk').code, 'storage_low')
  assert.match(find('disk').fix ?? '', /Free some space/)
  assert.match(find('clock').detail, /36\d\d s ahead of GitHub/)
  assert.match(find('clock').fix ?? '', /NTP/)
  assert.equal(find('registry').code, 'forbidden')
  assert.match(find('registry').detail, /scopes are gist, read:org/)
  assert.match(find('registry').fix ?? '', /scope repo/)
})

test('a mesh key that is not that of the others is found by asking one of them', { timeout: 120_000 }, async (t) => {
  const ground = await peerGround(t)
  const a = await ground.up('a')
  const other = await ground.up('other')
  const bootstrap = a.ready.addresses[0] ?? ''
  const args = ['--bootstrap', bootstrap, '--listen', '/ip4/127.0.0.1/tcp/0', '--http', 'off']
  const wrong = await doctor([
    ...args,
    '--state-dir',
    join(ground.folder, 'x'),
    '--key-file',
    join(other.ready.state_dir, 'mesh.key'),
  ])
  assert.equal(wrong.find('membership').code, 'not_admitted')
  assert.match(wrong.find('membership').fix ?? '', /mesh\.key/)
  assert.notEqual(wrong.code, 0)
  const right = await doctor([
    ...args,
    '--state-dir',
    join(ground.folder, 'x'),
    '--key-file',
    join(a.ready.state_dir, 'mesh.key'),
  ])
  assert.equal(right.code, 0)
})

test('a registry of images that does not answer and a name that leads nowhere have different fixes', async () => {
  const closed = await checkImageRegistry({ host: '127.0.0.1', port: 1 }, NEVER)
  assert.deepEqual([closed.name, closed.state], ['images', 'warning'])
  assert.match(closed.detail, /127\.0\.0\.1:1 does not answer \(ECONNREFUSED\)/)
  const nameless = await checkImageRegistry({ host: 'nowhere.invalid', port: 443 }, NEVER)
  assert.deepEqual([nameless.name, nameless.state], ['dns', 'warning'])
  assert.match(nameless.state === 'warning' ? nameless.fix : '', /resolv\.conf/)
})
