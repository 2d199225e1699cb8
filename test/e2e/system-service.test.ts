import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import Docker from 'dockerode'
import { installService } from '../../src/app/system-service/install.ts'
import { DIST } from '../support/action-ground.ts'
import { ensureBusyboxImage } from '../support/busybox-image.ts'
import { IMAGE } from '../support/demo-peers.ts'
import { NODE, SystemdWorld, whyNoSystemd } from '../support/systemd-world.ts'

const CLI = '/usr/local/lib/runner-mesh/cli.js'
const UNIT = 'runner-mesh.service'
const why = whyNoSystemd()

test(
  'a real systemd starts the installed service, confined; a job of GitHub pauses it, a kill restarts it, a stop is graceful',
  { skip: why ?? false },
  async (t) => {
    const docker = new Docker()
    await ensureBusyboxImage(docker, IMAGE)
    const world = await SystemdWorld.open(t)
    const keyFile = join(world.install, '..', 'key')
    await writeFile(keyFile, `${Buffer.alloc(32, 7).toString('base64url')}\n`)
    await installService({
      ...{ root: world.install, user: 'runner', node: NODE, cli: join(DIST, 'cli.js'), keyFile, runnerDirs: [] },
      settings: {
        RUNNER_MESH_HTTP: 'off',
        RUNNER_MESH_LISTEN: '/ip4/127.0.0.1/tcp/0',
        RUNNER_MESH_PIN_IMAGES: 'false',
      },
    })
    await world.boot(t)
    const cli = async (...words: string[]) => {
      const { code, stdout } = await world.asRunner(
        NODE,
        CLI,
        '--state-dir',
        '/var/lib/runner-mesh',
        '--json',
        ...words,
      )
      return { code, json: JSON.parse(stdout === '' ? '{}' : stdout) as Record<string, unknown> }
    }
    const answers = async (): Promise<void> => {
      while ((await cli('status')).code !== 0) await pause(200)
    }

    assert.equal((await world.run('systemctl', 'start', UNIT)).code, 0)
    await answers()
    assert.deepEqual(await world.run(NODE, CLI, 'service', 'status'), { code: 0, stdout: 'active\n' })

    const pid = await world.mainPid(UNIT)
    const status = await readFile(`/proc/${pid}/status`, 'utf8')
    for (const line of [
      /^Uid:\t1001\t1001\t/m,
      /^CapBnd:\t0+$/m,
      /^CapEff:\t0+$/m,
      /^NoNewPrivs:\t1$/m,
      /^Seccomp:\t2$/m,
    ])
      assert.match(status, line)
    const mounts = await readFile(`/proc/${pid}/mounts`, 'utf8')
    const flagsOf = (at: string): string => mounts.split('\n').findLast((line) => line.split(' ')[1] === at) ?? ''
    assert.match(flagsOf('/'), / ro,/)
    assert.match(flagsOf('/home'), /^tmpfs \/home tmpfs /)
    assert.match(flagsOf('/var/lib/runner-mesh'), / rw,/)

    const hook = (name: string) =>
      world.asRunner('/usr/bin/env', '-i', 'RUNNER_NAME=build 1', `/etc/runner-mesh/${name}.sh`)
    assert.match((await hook('job-started')).stdout, /^paused by runner build 1 until /)
    const submitted = await cli('submit', IMAGE, '--', 'echo', 'hello')
    const task = String(submitted.json['task_id'])
    const stateOf = async (): Promise<unknown> => ((await cli('get', task)).json['task'] as { status?: string }).status
    const explained = JSON.stringify((await cli('explain', task)).json)
    assert.deepEqual([submitted.code, await stateOf()], [0, 'queued'], explained)
    assert.equal((await hook('job-completed')).stdout, 'claiming tasks\n')
    while ((await stateOf()) !== 'completed') await pause(100)

    process.kill(pid, 'SIGKILL')
    while ((await world.run('systemctl', 'show', '-P', 'NRestarts', UNIT)).stdout !== '1\n') await pause(200)
    await answers()
    assert.equal(await stateOf(), 'completed')
    assert.equal((await world.run('systemctl', 'stop', UNIT)).code, 0)
    const { stdout } = await world.run('systemctl', 'show', '-P', 'Result', '-P', 'ActiveState', UNIT)
    assert.equal(stdout, 'success\ninactive\n')
    assert.deepEqual(await world.run(NODE, CLI, 'service', 'status'), { code: 3, stdout: 'inactive\n' })
    const { stdout: log } = await world.run('ls', '/etc/runner-mesh/mesh.key', '-ln')
    assert.match(log, /^-rw------- 1 0 0 /)
  },
)
