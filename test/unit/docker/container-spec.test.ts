import assert from 'node:assert/strict'
import { test } from 'node:test'
import { imageTask } from '../../../src/core/container-task.ts'
import { makeFence, parseTaskId } from '../../../src/core/ids.ts'
import type { ContainerRun } from '../../../src/core/ports/executor.ts'
import { containerSpec, type ImageFacts, type SpecSettings } from '../../../src/docker/containers/container-spec.ts'

const IMAGE: ImageFacts = {
  id: 'sha256:1',
  tags: [],
  os: 'linux',
  arch: 'amd64',
  user: '',
  entrypoint: ['/entry'],
  command: ['serve'],
  volumes: [],
}
const SETTINGS: SpecSettings = {
  runner: 'me',
  deadline: 5,
  trusted: { capabilities: ['NET_BIND_SERVICE'], mayMount: () => false, mayUseDevice: () => false },
  logMaxBytes: 1_000,
  capsDisk: false,
  gpuDevices: [],
}

function runOf(task: Partial<Parameters<typeof imageTask.encode>[0]>): ContainerRun {
  return {
    taskId: parseTaskId('aaaabbbbccccdddd.1.7'),
    fence: makeFence(1, 9),
    attempt: 2,
    container: { kind: 'image', ...imageTask.parse({ image: 'alpine', ...task }) },
    clocks: { queueMs: 1, prepareMs: 1, runMs: 1, totalMs: 1, graceMs: 1 },
  }
}

function specOf(
  task: Parameters<typeof runOf>[0],
  image: Partial<ImageFacts> = {},
  settings: Partial<SpecSettings> = {},
) {
  const outcome = containerSpec(runOf(task), { ...IMAGE, ...image }, { ...SETTINGS, ...settings })
  assert.ok('spec' in outcome, JSON.stringify(outcome))
  return outcome.spec
}

function faultOf(
  task: Parameters<typeof runOf>[0],
  image: Partial<ImageFacts> = {},
  settings: Partial<SpecSettings> = {},
) {
  const outcome = containerSpec(runOf(task), { ...IMAGE, ...image }, { ...SETTINGS, ...settings })
  return 'fault' in outcome ? outcome.fault : undefined
}

const ALWAYS = {
  IpcMode: 'private',
  Init: true,
  Privileged: false,
  CapDrop: ['ALL'],
  SecurityOpt: ['no-new-privileges'],
  Memory: 2048 * 1_048_576,
  MemorySwap: 2048 * 1_048_576,
  NanoCpus: 1e9,
  PidsLimit: 512,
  Ulimits: [{ Name: 'core', Soft: 0, Hard: 0 }],
  RestartPolicy: { Name: 'no' },
  AutoRemove: false,
  LogConfig: { Type: 'json-file', Config: { 'max-size': '500', 'max-file': '2' } },
}

test('profile standard is the table of the design, and asks for nothing else', () => {
  const { HostConfig, User } = specOf({})
  const CapAdd = ['CHOWN', 'DAC_OVERRIDE', 'FOWNER', 'SETUID', 'SETGID']
  assert.deepEqual(HostConfig, { ...ALWAYS, NetworkMode: 'none', CapAdd, ReadonlyRootfs: false })
  assert.equal(User, '')
})

test('profile strict is read-only, without capabilities, and runs as nobody', () => {
  const { HostConfig, User } = specOf({ profile: 'strict', disk_mb: 32 }, { volumes: ['/data'] })
  const Tmpfs = {
    '/data': 'rw,nosuid,nodev,mode=1777,size=32m',
    '/tmp': 'rw,nosuid,nodev,mode=1777,size=32m',
    '/var/tmp': 'rw,nosuid,nodev,mode=1777,size=32m',
    '/run': 'rw,nosuid,nodev,mode=1777,size=16m',
  }
  assert.deepEqual(HostConfig, { ...ALWAYS, NetworkMode: 'none', CapAdd: [], ReadonlyRootfs: true, Tmpfs })
  assert.equal(User, '65534:65534')
})

test('profile trusted gets the capabilities of the host policy and no others', () => {
  const { HostConfig } = specOf({ profile: 'trusted', network: 'bridge' })
  const CapAdd = ['NET_BIND_SERVICE']
  assert.deepEqual(HostConfig, { ...ALWAYS, NetworkMode: 'bridge', CapAdd, ReadonlyRootfs: false })
})

test('no field of a task reaches host namespaces, mounts, devices or the engine', () => {
  const everything = specOf({
    profile: 'trusted',
    network: 'bridge',
    shm_mb: 8,
    environment: { A: 'b' },
    working_dir: '/x',
    user: '1000',
    stdin: 'x',
  })
  const asked = new Set(Object.keys(everything.HostConfig ?? {}))
  for (const key of ['Binds', 'Mounts', 'VolumesFrom', 'Devices', 'PidMode', 'UTSMode', 'UsernsMode', 'CgroupParent']) {
    assert.ok(!asked.has(key), key)
  }
})

test('strict refuses a network and a user that cannot be proven harmless', () => {
  assert.equal(faultOf({ profile: 'strict', network: 'bridge' })?.reason, 'policy')
  for (const user of ['0', '0:5', '00', 'root', 'node']) {
    assert.match(faultOf({ profile: 'strict', user })?.message ?? '', /numeric user other than 0/, user)
  }
  assert.equal(specOf({ profile: 'strict', user: '1000:1000' }).User, '1000:1000')
  assert.equal(specOf({ profile: 'strict' }, { user: '1001' }).User, '1001')
  assert.equal(specOf({ profile: 'strict' }, { user: 'node' }).User, '65534:65534')
})

test('entrypoint and command combine as docker run combines them', () => {
  const words = (task: Parameters<typeof runOf>[0]) => {
    const { Entrypoint, Cmd } = specOf(task)
    return [Entrypoint, Cmd]
  }
  assert.deepEqual(words({}), [['/entry'], ['serve']])
  assert.deepEqual(words({ command: ['x', 'y z'] }), [['/entry'], ['x', 'y z']])
  assert.deepEqual(words({ entrypoint: 'sh -c' }), [['sh', '-c'], []])
  assert.deepEqual(words({ entrypoint: ['sh'], command: '-c "exit 3"' }), [['sh'], ['-c', 'exit 3']])
})

test('an image without a command of its own needs one of the task', () => {
  assert.match(faultOf({}, { entrypoint: [], command: [] })?.message ?? '', /neither entrypoint nor command/)
})

test('the container is told its task, fence and attempt, beside what the task sets', () => {
  assert.deepEqual(specOf({ environment: { A: 'b=c' } }).Env, [
    'TRACEPARENT=00-00000084211084218c63000800000007-0200010000000009-01',
    'A=b=c',
    'RUNNER_MESH_TASK_ID=aaaabbbbccccdddd.1.7',
    `RUNNER_MESH_TASK_FENCE=${2 ** 40 + 9}`,
    'RUNNER_MESH_TASK_ATTEMPT=2',
  ])
  const chosen = specOf({ environment: { TRACEPARENT: 'its own' } }).Env ?? []
  assert.deepEqual(
    chosen.filter((variable) => variable.startsWith('TRACEPARENT=')),
    ['TRACEPARENT=its own'],
  )
})

test('a writable layer is capped where the driver can', () => {
  assert.deepEqual(specOf({ disk_mb: 7 }, {}, { capsDisk: true }).HostConfig?.StorageOpt, { size: '7m' })
})

test('devices are named one by one, never all of them', () => {
  const { HostConfig } = specOf({ gpus: 1 }, {}, { gpuDevices: ['GPU-1'] })
  assert.match(faultOf({ gpus: 1 })?.message ?? '', /has 0 GPUs for tasks/)
  assert.deepEqual(HostConfig?.DeviceRequests, [{ Driver: 'nvidia', DeviceIDs: ['GPU-1'], Capabilities: [['gpu']] }])
})

test('scratch in memory is sized as the task asks, beside what its profile has', () => {
  const mine = { tmpfs: { '/scratch': 16, '/tmp': 3 } }
  const scratch = 'rw,nosuid,nodev,mode=1777,size=16m'
  assert.deepEqual(specOf(mine).HostConfig?.Tmpfs, { '/scratch': scratch, '/tmp': scratch.replace('16m', '3m') })
  assert.equal(specOf({ ...mine, profile: 'strict' }).HostConfig?.Tmpfs?.['/scratch'], scratch)
  assert.equal(specOf({ read_only: true }).HostConfig?.ReadonlyRootfs, true)
  assert.equal(specOf({ read_only: false, profile: 'strict' }).HostConfig?.ReadonlyRootfs, true)
})

test('folders of the host need the profile trusted and a host policy that names them', () => {
  const mounts = [{ source: '/data', target: '/in', read_only: true }]
  const mayMount: SpecSettings['trusted']['mayMount'] = ({ source, read_only: readOnly }) =>
    source === '/data' && readOnly
  assert.match(
    faultOf({ mounts }, {}, { trusted: { ...SETTINGS.trusted, mayMount } })?.message ?? '',
    /^Profile standard mounts no "\/data"/,
  )
  assert.match(faultOf({ mounts, profile: 'trusted' })?.message ?? '', /^The policy of this host mounts no "\/data"/)
  const writing = [{ source: '/data', target: '/in', read_only: false }]
  assert.match(
    faultOf({ mounts: writing, profile: 'trusted' }, {}, { trusted: { ...SETTINGS.trusted, mayMount } })?.message ?? '',
    /no "\/data" for writing/,
  )
  assert.deepEqual(
    specOf({ mounts, profile: 'trusted' }, {}, { trusted: { ...SETTINGS.trusted, mayMount } }).HostConfig?.Mounts,
    [{ Type: 'bind', Source: '/data', Target: '/in', ReadOnly: true, BindOptions: { Propagation: 'rprivate' } }],
  )
})

test('a task with GPUs does not steer who hands them out', () => {
  assert.match(
    faultOf({ gpus: 1, environment: { NVIDIA_VISIBLE_DEVICES: 'all' } }, {}, { gpuDevices: ['GPU-1'] })?.message ?? '',
    /NVIDIA_VISIBLE_DEVICES/,
  )
  assert.equal(faultOf({ environment: { LD_LIBRARY_PATH: '/x' } }), undefined)
})
