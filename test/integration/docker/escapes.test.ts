/**
 * What a hostile task tries in vain. Each attempt is made twice: in the container that a task gets, and in one that differs
 * by the one guard which is to stop it. There it succeeds, so the attempt is a real one.
 */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { after, before, suite, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { ContainerCreateOptions, HostConfig } from 'dockerode'
import type { ImageTask } from '../../../src/core/container-task.ts'
import { containerSpec, STANDARD_CAPABILITIES } from '../../../src/docker/containers/container-spec.ts'
import { ensureBusyboxImage } from '../../support/busybox-image.ts'
import { docker, findEngineProblem, newExecutor, newRun, startRun } from '../../support/container-runs.ts'
import { Masks, StepLog } from '../../support/runner-harness/workflow-commands.ts'

const skip = await findEngineProblem()
const IMAGE = `runner-mesh-test/escapes:${process.pid}`
const QUOTE = fileURLToPath(new URL('../../fixtures/quote-process.ts', import.meta.url))
const LABEL = `runner-mesh-test.escapes.${process.pid}`

/** The container that the executor asks the engine for. */
function specOf(script: string, task: Partial<ImageTask>): ContainerCreateOptions {
  const run = newRun({ image: IMAGE, command: ['sh', '-c', script], ...task })
  const facts = { id: IMAGE, tags: [], os: 'linux', arch: '', user: '', entrypoint: [], command: [], volumes: [] }
  const outcome = containerSpec(run, facts, {
    ...{ runner: 'escapes', deadline: 0, logMaxBytes: 100_000, capsDisk: false, gpuDevices: [] },
    trusted: { capabilities: [], mayMount: () => false, mayUseDevice: () => false },
  })
  assert.ok('spec' in outcome, JSON.stringify(outcome))
  // Not a task's: no sweep of a peer is to take it for one.
  return { ...outcome.spec, name: '', Labels: { [LABEL]: '1' }, Tty: true }
}

async function outputOf(spec: ContainerCreateOptions): Promise<string> {
  const container = await docker.createContainer(spec)
  try {
    await container.start()
    await container.wait()
    return (await container.logs({ stdout: true, stderr: true })).toString()
  } finally {
    await container.remove({ force: true, v: true })
  }
}

interface Attempt {
  readonly what: string
  readonly script: string
  readonly task?: Partial<ImageTask>
  /** The one guard that is taken away for the control. */
  readonly without: (host: HostConfig) => Partial<HostConfig>
  /** What the output says where it succeeds, and nowhere else. */
  readonly succeeded: RegExp
}

const withCapability =
  (name: string) =>
  ({ CapAdd: capabilities }: HostConfig) => ({
    CapAdd: [...((capabilities as readonly string[] | undefined) ?? []), name],
  })

const ATTEMPTS: readonly Attempt[] = [
  {
    what: 'to speak to the engine through its socket',
    script: 'for s in /var/run/docker.sock /run/docker.sock; do test -S $s && echo "found $s"; done; true',
    without: () => ({ Binds: ['/var/run/docker.sock:/var/run/docker.sock'] }),
    succeeded: /found \/var\/run\/docker\.sock/,
  },
  {
    what: 'to mount a file system',
    script: 'mkdir /m && mount -t tmpfs none /m && echo mounted',
    without: withCapability('SYS_ADMIN'),
    succeeded: /^mounted/m,
  },
  {
    what: 'to make a device of the host’s disk',
    script: 'mknod /disk b 8 0 && echo made',
    without: withCapability('MKNOD'),
    succeeded: /^made/m,
  },
  {
    what: 'to send raw packets',
    script: 'traceroute -I -m 1 -q 1 -w 1 127.0.0.1 && echo sent',
    without: withCapability('NET_RAW'),
    succeeded: /^sent/m,
  },
  {
    what: 'to become root by a setuid program',
    // Only a program that became root gets past its own check.
    script: '/suid/su root -c true </dev/null 2>&1 | grep -q "must be suid" || echo "became root"',
    task: { user: '1000:1000' },
    without: () => ({ SecurityOpt: [] }),
    succeeded: /^became root/m,
  },
  {
    what: 'to see processes of the host',
    script: 'cat /proc/[0-9]*/comm | grep -x dockerd',
    without: () => ({ PidMode: 'host' }),
    succeeded: /^dockerd/m,
  },
  {
    what: 'to listen on the network of the host',
    script: 'ls /sys/class/net | grep -vx lo',
    without: () => ({ NetworkMode: 'host' }),
    succeeded: /^\S+/m,
  },
  {
    what: 'to reach the memory that programs of the host share',
    script: 'df -k /dev/shm | tail -n 1',
    without: () => ({ IpcMode: 'host' }),
    // The host's is half of its memory, a container's is 64 MiB.
    succeeded: /\s(?!65536\s)[0-9]{5,}\s+[0-9]+\s+[0-9]+\s+[0-9]+%/,
  },
  {
    what: 'to load a system call that is filtered',
    script: 'unshare -U true && echo unshared',
    without: ({ SecurityOpt = [] }) => ({ SecurityOpt: [...(SecurityOpt as string[]), 'seccomp=unconfined'] }),
    succeeded: /^unshared/m,
  },
  {
    what: 'to write to its own system in profile strict',
    script: 'touch /bin/x && echo written',
    task: { profile: 'strict' },
    // The image's /bin belongs to root; who may write is not what is in question.
    without: () => ({ ReadonlyRootfs: false }),
    succeeded: /^written|Permission denied/m,
  },
  {
    what: 'to fill the memory of the machine',
    script: 'dd if=/dev/zero of=/dev/null bs=90000000 count=1 && echo held',
    task: { memory_mb: 24 },
    without: () => ({ Memory: 256 * 1_048_576, MemorySwap: 256 * 1_048_576 }),
    succeeded: /^held/m,
  },
]

suite('what a hostile task tries in vain', { skip, timeout: 60_000 }, () => {
  before(() => {
    const busybox = ['/bin/busybox', '/usr/bin/busybox'].flatMap((place) => {
      try {
        return [readFileSync(place)]
      } catch {
        return []
      }
    })[0]
    assert.ok(busybox !== undefined)
    return ensureBusyboxImage(docker, IMAGE, { files: [{ name: 'suid/su', content: busybox, mode: 0o4755 }] })
  })
  after(async () => {
    const left = await docker.listContainers({ all: true, filters: { label: [LABEL] } })
    await Promise.all(left.map(({ Id }) => docker.getContainer(Id).remove({ force: true })))
    await docker.getImage(IMAGE).remove({ force: true })
    assert.equal(left.length, 0)
  })

  for (const { what, script, task = {}, without, succeeded } of ATTEMPTS) {
    test(what, async () => {
      const spec = specOf(script, task)
      const HostConfig = { ...spec.HostConfig, ...without(spec.HostConfig ?? {}) }
      const [guarded, unguarded] = await Promise.all([outputOf(spec), outputOf({ ...spec, HostConfig })])
      assert.doesNotMatch(guarded, succeeded)
      assert.match(unguarded, succeeded, 'the control failed: this attempt proves nothing')
    })
  }

  test('to ask the metadata service of a cloud', async () => {
    // A neighbour that plays the service, in a network that has nobody else.
    const serve = 'ip addr add 169.254.169.254/32 dev lo; echo credentials > /m; httpd -f -p 80 -h / & sleep 30'
    const served = specOf(serve, {})
    const CapAdd = [...STANDARD_CAPABILITIES, 'NET_ADMIN', 'NET_BIND_SERVICE']
    const service = await docker.createContainer({ ...served, HostConfig: { ...served.HostConfig, CapAdd } })
    try {
      await service.start()
      const once = 'printf "GET /m HTTP/1.0\\r\\n\\r\\n" | nc -w 1 169.254.169.254 80'
      const ask = `i=0; while [ $i -lt 20 ] && ! ${once} | grep credentials; do i=$((i+1)); sleep 0.1; done`
      const spec = specOf(ask, {})
      const shared = { ...spec.HostConfig, NetworkMode: `container:${service.id}` }
      const [guarded, unguarded] = await Promise.all([outputOf(spec), outputOf({ ...spec, HostConfig: shared })])
      assert.doesNotMatch(guarded, /credentials/)
      assert.match(guarded, /unreachable/i)
      assert.match(unguarded, /credentials/, 'the control failed: this attempt proves nothing')
    } finally {
      await service.remove({ force: true })
    }
  })

  test('to command the runner of the workflow that shows its output', async () => {
    const lines = [
      '::add-mask::everything',
      '::error title=forged::not of ours',
      '  ::group::hidden',
      // It may print what it likes, but not the word that ends the fence: that is made after the text.
      '::stop-commands::mine',
      '::mine::',
      '::endgroup::',
      '::error::at last',
    ]
    const print = newRun({ image: IMAGE, command: ['sh', '-c', lines.map((line) => `echo "${line}"`).join('; ')] })
    const { heard, end } = startRun(newExecutor(), print)
    assert.equal((await end).status, 'completed')
    const written = heard.stdout()
    const shown = execFileSync(process.execPath, [QUOTE], { input: written, encoding: 'utf8' })
    const logOf = (text: string): StepLog => {
      const log = new StepLog(new Masks())
      log.push(text)
      log.end()
      return log
    }
    const guarded = logOf(shown)
    assert.deepEqual([guarded.commands, guarded.annotations, guarded.groups], [['stop-commands'], [], []])
    assert.equal(guarded.text.trim(), written.trim(), 'and yet it is shown as it is')
    const unguarded = logOf(written)
    assert.ok(unguarded.commands.includes('add-mask') && unguarded.commands.includes('stop-commands'))
    assert.equal(unguarded.annotations.length, 2, 'the control failed: this attempt proves nothing')
  })
})
