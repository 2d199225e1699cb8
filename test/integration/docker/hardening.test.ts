/** What a task finds inside its container. Each promise stands beside a control that shows the check can fail. */
import assert from 'node:assert/strict'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import type { ImageTask } from '../../../src/core/container-task.ts'
import { mayMount } from '../../../src/core/policy/verdict.ts'
import { traceparentOf } from '../../../src/core/trace-context.ts'
import { SecretFolders } from '../../../src/docker/containers/secret-folders.ts'
import {
  BUSYBOX,
  containerExists,
  docker,
  findEngineProblem,
  newExecutor,
  newRun,
  prepareBusybox,
  runToEnd,
  startRun,
} from '../../support/container-runs.ts'

const skip = await findEngineProblem()

suite('what a task finds inside its container', { skip, timeout: 120_000 }, () => {
  const executor = newExecutor({
    trusted: () => ({ capabilities: ['NET_BIND_SERVICE'], mayMount: () => false, mayUseDevice: () => false }),
  })
  before(prepareBusybox)
  after(async () => {
    assert.deepEqual(await executor.left(), [], 'a test left a container behind')
  })

  const inside = async (script: string, task: Partial<ImageTask> = {}): Promise<string> => {
    const { heard } = await runToEnd(executor, { command: ['sh', '-c', script], ...task })
    return heard.stdout() + heard.stderr()
  }

  /** The same script in a container as the engine makes it when nobody asks for anything. */
  const unhardened = async (script: string): Promise<string> => {
    const container = await docker.createContainer({ Image: BUSYBOX, Cmd: ['sh', '-c', script], Tty: true })
    try {
      await container.start()
      await container.wait()
      return (await container.logs({ stdout: true, stderr: true })).toString()
    } finally {
      await container.remove({ force: true })
    }
  }

  const STATUS = 'grep -E "^(CapEff|CapBnd|NoNewPrivs|Seccomp):" /proc/self/status'

  test('capabilities are those of the profile, no privilege can be gained, and system calls are filtered', async () => {
    const of = async (profile: ImageTask['profile']) => fieldsOf(await inside(STATUS, { profile }))
    const filtered = { NoNewPrivs: '1', Seccomp: '2' }
    assert.deepEqual(await of('strict'), { CapEff: NONE, CapBnd: NONE, ...filtered })
    assert.deepEqual(await of('standard'), { CapEff: STANDARD, CapBnd: STANDARD, ...filtered })
    assert.deepEqual(await of('trusted'), { CapEff: NET_BIND, CapBnd: NET_BIND, ...filtered })

    const control = fieldsOf(await unhardened(STATUS))
    assert.equal(control['NoNewPrivs'], '0')
    assert.notEqual(control['CapBnd'], STANDARD)
  })

  test('strict runs as nobody on a read-only system with a place of limited size to write to', async () => {
    const script =
      'id -u; id -g; touch /bin/x 2>&1; touch /x 2>&1; dd if=/dev/zero of=/tmp/big bs=1M count=9 2>&1; ls -l /tmp/big'
    const strict = await inside(script, { profile: 'strict', disk_mb: 4 })
    assert.match(strict, /^65534\n65534\n/)
    assert.equal(strict.match(/Read-only file system/g)?.length, 2, strict)
    assert.match(strict, /No space left on device/)
    assert.match(strict, / 4194304 .*\/tmp\/big/)

    const control = await inside(script, { profile: 'standard', disk_mb: 4 })
    assert.match(control, /^0\n0\n/)
    assert.doesNotMatch(control, /Read-only/)
  })

  test('without a network there is the loopback alone; bridge has one, and trusted unless it says none', async () => {
    const script = 'ls /sys/class/net; ip route'
    const bridged = /eth0\n(?:.*\n)?lo\ndefault via /
    assert.equal(await inside(script), 'lo\n')
    assert.match(await inside(script, { network: 'bridge' }), bridged)
    assert.match(await inside(script, { profile: 'trusted' }), bridged)
    assert.equal(await inside(script, { profile: 'trusted', network: 'none' }), 'lo\n')
    assert.equal(await inside(script, { profile: 'strict' }), 'lo\n')
  })

  test('the number of processes is limited to what the task may have', async () => {
    const script = 'i=0; while [ $i -lt 40 ]; do sleep 5 & i=$((i+1)); done; echo all'
    assert.match(await inside(script, { pids: 20 }), /can't fork/)
    assert.equal(await inside(script, { pids: 64 }), 'all\n')
  })

  test('memory, processor time and core files are limited in the kernel', async () => {
    const script = [
      'cat /sys/fs/cgroup/memory/memory.limit_in_bytes || cat /sys/fs/cgroup/memory.max',
      '(cat /sys/fs/cgroup/cpu/cpu.cfs_quota_us /sys/fs/cgroup/cpu/cpu.cfs_period_us || cat /sys/fs/cgroup/cpu.max) | tr "\\n" " "',
      'echo; ulimit -c',
    ].join('; ')
    const lines = (await inside(`exec 2>/dev/null; ${script}`, { memory_mb: 48, cpus: 0.5 })).split('\n')
    assert.deepEqual(
      lines.slice(0, 3).map((line) => line.trim()),
      [String(48 * 1_048_576), '50000 100000', '0'],
    )
  })

  test('nothing of the host shows: no other processes, no engine socket, no devices, no mounts of ours', async () => {
    const script =
      'ps | wc -l; ls /var/run/docker.sock /run/docker.sock 2>/dev/null; ls /dev | grep -cE "^(kmsg|mem|sd|vd|nvme)"; cat /proc/1/comm'
    const [processes, devices, first] = (await inside(script)).split('\n')
    assert.ok(Number(processes) <= 7, `${String(processes)} lines of ps`)
    assert.equal(devices, '0')
    assert.equal(first, 'docker-init')
  })

  test('the environment holds the image’s, the task’s and the names of the attempt, and nothing of ours', async () => {
    process.env['RUNNER_MESH_TEST_SECRET'] = 'must not leak'
    const { heard, run } = await runToEnd(executor, { command: 'env', environment: { GREETING: 'hello  world' } })
    delete process.env['RUNNER_MESH_TEST_SECRET']
    const lines = heard
      .stdout()
      .trim()
      .split('\n')
      .filter((line) => !line.startsWith('HOSTNAME='))
    assert.deepEqual(lines.sort(), [
      'GREETING=hello  world',
      'HOME=/root',
      'PATH=/bin:/usr/bin:/sbin:/usr/sbin',
      'RUNNER_MESH_TASK_ATTEMPT=1',
      `RUNNER_MESH_TASK_FENCE=${run.fence}`,
      `RUNNER_MESH_TASK_ID=${run.taskId}`,
      `TRACEPARENT=${traceparentOf(run.taskId, run.fence)}`,
    ])
  })

  suite('folders and devices of the host', () => {
    const folder = mkdtempSync(join(tmpdir(), 'runner-mesh-mounts-'))
    const [open, closed] = [join(folder, 'open'), join(folder, 'closed')]
    const allowing = newExecutor({
      trusted: () => ({
        capabilities: [],
        mayMount: (asked) =>
          mayMount([{ path: open, write: false }], { source: asked.source, write: !asked.read_only }),
        mayUseDevice: (path) => path === '/dev/fuse',
      }),
    })
    before(() => {
      for (const path of [open, closed]) {
        mkdirSync(path)
        writeFileSync(join(path, 'file'), 'of the host\n')
      }
      symlinkSync(closed, join(open, 'way-out'))
    })
    after(() => rmSync(folder, { recursive: true }))
    const mounting = (source: string, task: Partial<ImageTask> = {}) =>
      runToEnd(allowing, {
        profile: 'trusted',
        command: ['sh', '-c', 'cat /in/file; echo x > /in/file'],
        mounts: [{ source, target: '/in', read_only: true }],
        ...task,
      })

    test('a listed folder is mounted read-only; others, and what links lead to, are not', async () => {
      const listed = await mounting(open)
      assert.equal(listed.heard.stdout(), 'of the host\n')
      assert.match(listed.heard.stderr(), /Read-only file system/)
      for (const source of [closed, join(open, 'way-out'), '/etc', '/var/run/docker.sock', join(folder, 'missing')]) {
        const { end, heard } = await mounting(source)
        assert.deepEqual([end.status, end.reason, heard.bytes()], ['failed', 'policy', 0], source)
      }
      const writing = await mounting(open, { mounts: [{ source: open, target: '/in', read_only: false }] })
      assert.match(writing.end.message ?? '', /for writing/)
      assert.match((await mounting(open, { profile: 'standard' })).end.message ?? '', /^Profile standard mounts no/)
    })

    test('a listed device is there; others are not', async () => {
      const asking = (path: string, profile: ImageTask['profile'] = 'trusted') =>
        runToEnd(allowing, { profile, command: 'ls /dev/fuse /dev/kmsg', devices: [path] })
      assert.match((await asking('/dev/fuse')).heard.stdout(), /^\/dev\/fuse\n$/)
      assert.match(
        (await asking('/dev/kmsg')).end.message ?? '',
        /^The policy of this host gives no device \/dev\/kmsg/,
      )
      assert.match((await asking('/dev/fuse', 'strict')).end.message ?? '', /^Profile strict gives no device/)
    })
  })

  test('devices for computing reach the engine by their ids, and an engine without them says so', async () => {
    const id = 'GPU-aaaaaaaa-0000-1111-2222-333333333333'
    const having = newExecutor({ findGpus: () => Promise.resolve([id]) })
    assert.equal((await having.probe()).gpus, 1)
    const { end, run } = await runToEnd(having, { command: 'true', gpus: 1 })
    // This machine has none: the engine has understood the request, and has no driver for it.
    assert.deepEqual([end.status, end.reason], ['failed', 'exit'])
    assert.match(end.message ?? '', /could not select device driver "nvidia" with capabilities: \[\[gpu\]\]/)
    assert.equal(await containerExists(run), false)

    const container = await docker.createContainer({
      Image: BUSYBOX,
      HostConfig: { DeviceRequests: [{ Driver: 'nvidia', DeviceIDs: [id], Capabilities: [['gpu']] }] },
    })
    const { HostConfig } = await container.inspect()
    await container.remove({ force: true })
    assert.deepEqual(HostConfig.DeviceRequests?.[0]?.DeviceIDs, [id])
    const { end: refused } = await runToEnd(newExecutor(), { command: 'true', gpus: 1 })
    assert.match(refused.message ?? '', /^This runner has 0 GPUs for tasks, this one asks for 1/)
  })

  test('a host without a file system in memory gives no secrets, and says so', async () => {
    const disks = newExecutor({ memoryFolders: ['/proc', '/nowhere'] })
    const run = { ...newRun({ command: 'true' }), secrets: [{ name: 'A', value: 'hunter2hunter2', env: false }] }
    const { end } = startRun(disks, run)
    const { status, reason, message } = await end
    assert.deepEqual([status, reason], ['failed', 'policy'])
    assert.match(message ?? '', /no file system in memory for secrets; looked at \/proc, \/nowhere/)
  })

  test('secrets are readable for whoever the container runs as, and gone with it, also when it is swept', async () => {
    const delivering = newExecutor({ memoryFolders: ['/dev/shm'] })
    const run = {
      ...newRun({ command: ['sh', '-c', 'id -u; cat /run/secrets/A'], profile: 'strict' }),
      secrets: [{ name: 'A', value: 'hunter2hunter2', env: false }],
    }
    const { heard, end } = startRun(delivering, run)
    assert.equal((await end).status, 'completed')
    assert.equal(heard.stdout(), '65534\nhunter2hunter2')
    assert.deepEqual(await delivering.deliveredSecrets(run.taskId, run.fence), [])

    // A peer that was killed left a folder; its container is no more.
    const folders = new SecretFolders(delivering.runner, ['/dev/shm'])
    const folder = (await folders.make('runner-mesh-gone-1', run.secrets)) ?? ''
    assert.equal(readFileSync(join(folder, 'A'), 'utf8'), 'hunter2hunter2')
    assert.equal(statSync(dirname(folder)).mode & 0o777, 0o700)
    await delivering.forgetSecrets()
    assert.ok(!existsSync(folder))
  })
})

const NONE = '0000000000000000'
/** CHOWN, DAC_OVERRIDE, FOWNER, SETGID, SETUID: bits 0, 1, 3, 6, 7. */
const STANDARD = '00000000000000cb'
/** Bit 10. */
const NET_BIND = '0000000000000400'

function fieldsOf(status: string): Record<string, string> {
  return Object.fromEntries(
    status
      .trim()
      .split(/\r?\n/)
      .map((line) => line.split(/:\s+/) as [string, string]),
  )
}
