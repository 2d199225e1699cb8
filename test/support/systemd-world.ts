/**
 * A systemd of this machine as process 1 of namespaces of its own: it knows the units of one folder and nothing else, so it
 * starts what is installed there and touches nothing of this machine. Its file system is this machine's /usr, read-only,
 * and memory; its network is a loopback of its own; the engine's socket is this machine's.
 */
import { execFile, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { TestContext } from 'node:test'

/** Where node is in there. */
export const NODE = '/opt/node/node'
const SYSTEMD = '/usr/lib/systemd/systemd'
const TARGETS = ['sysinit', 'basic', 'multi-user', 'shutdown', 'umount', 'network-online']

/** @returns why not */
export function whyNoSystemd(): string | undefined {
  if (process.getuid?.() !== 0) return 'it takes root'
  return existsSync(SYSTEMD) && existsSync('/usr/bin/unshare') ? undefined : 'systemd is not installed'
}

const script = (folder: string): string => `
set -e
R=${folder}/root
mount -t tmpfs -o mode=755 tmpfs $R
mkdir -p $R/{usr,etc/systemd/system,run,tmp,var/lib,proc,sys,dev,home/runner,opt/node,root,old}
mount --rbind /usr $R/usr
mount -t tmpfs -o mode=755 tmpfs $R/usr/local
mount -o remount,bind,ro $R/usr
for l in bin sbin lib lib64; do ln -s usr/$l $R/$l; done
ln -s ../run $R/var/run
mount --bind ${dirname(process.execPath)} $R/opt/node
mount -t proc proc $R/proc
mount -t sysfs sysfs $R/sys
mount -t tmpfs -o mode=755 tmpfs $R/run
mount -t tmpfs tmpfs $R/sys/fs/cgroup
mkdir $R/sys/fs/cgroup/systemd
mount -t cgroup -o none,name=systemd cgroup $R/sys/fs/cgroup/systemd
mount -t tmpfs -o mode=755 tmpfs $R/dev
for n in null zero full random urandom tty; do touch $R/dev/$n; mount --bind /dev/$n $R/dev/$n; done
mkdir $R/dev/{shm,pts,mqueue,hugepages}
mount -t devpts devpts $R/dev/pts
ln -s pts/ptmx $R/dev/ptmx
ip link set lo up
cp -r ${folder}/install/etc/. $R/etc/
cp -r ${folder}/install/usr/local/. $R/usr/local/
touch $R/run/docker.sock
mount --bind /var/run/docker.sock $R/run/docker.sock
printf 'root:x:0:0::/root:/bin/sh\\nrunner:x:1001:1001::/home/runner:/bin/sh\\n' > $R/etc/passwd
printf "root:x:0:\\nrunner:x:1001:\\ndocker:x:$(stat -c %g /var/run/docker.sock):\\n" > $R/etc/group
echo 0123456789abcdef0123456789abcdef > $R/etc/machine-id
U=$R/etc/systemd/system
for t in ${TARGETS.join(' ')}; do printf "[Unit]\\nDescription=$t\\nDefaultDependencies=no\\n" > $U/$t.target; done
cd $R
pivot_root . old
umount -l /old
mount --make-rshared /
exec /usr/bin/env -i container=other PATH=/usr/bin:/bin:/usr/sbin SYSTEMD_UNIT_PATH=/etc/systemd/system \\
  ${SYSTEMD} --system --unit=multi-user.target --log-target=null --show-status=0
`

export interface Ended {
  readonly code: number
  readonly stdout: string
}

export class SystemdWorld {
  /** Whose etc and usr/local it starts with. */
  readonly install: string
  readonly #folder: string
  #pid = 0

  static async open(t: TestContext): Promise<SystemdWorld> {
    const folder = await mkdtemp(join(tmpdir(), 'runner-mesh-systemd-'))
    const world = new SystemdWorld(folder)
    await mkdir(join(folder, 'root'))
    await mkdir(join(world.install, 'usr/local'), { recursive: true })
    await mkdir(join(world.install, 'etc'))
    t.after(() => rm(folder, { recursive: true, force: true }))
    return world
  }

  constructor(folder: string) {
    this.#folder = folder
    this.install = join(folder, 'install')
  }

  /** Begins; at the end of the test all of its processes are gone, and its file systems with them. */
  async boot(t: TestContext): Promise<void> {
    const path = join(this.#folder, 'world.sh')
    await writeFile(path, script(this.#folder))
    const namespaces = ['--mount', '--pid', '--fork', '--uts', '--ipc', '--cgroup', '--net', '--propagation', 'private']
    const outside = spawn('unshare', [...namespaces, '--kill-child=KILL', 'bash', path], {
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    let said = ''
    outside.stderr.setEncoding('utf8').on('data', (text: string) => (said += text))
    const ended = new Promise<void>((resolve) => outside.once('close', () => resolve()))
    t.after(async () => {
      if (this.#pid > 0) process.kill(this.#pid, 'SIGKILL')
      outside.kill('SIGKILL')
      await ended
    })
    while ((await this.run('systemctl', 'show', '--property=Version')).code !== 0) {
      if (outside.exitCode !== null) throw new Error(`the world did not begin: ${said}`)
      const [child] = (await readFile(`/proc/${outside.pid}/task/${outside.pid}/children`, 'utf8')).trim().split(' ')
      this.#pid = Number(child ?? 0)
    }
  }

  /** A command in there, as root. */
  run(...command: readonly string[]): Promise<Ended> {
    if (this.#pid === 0) return Promise.resolve({ code: -1, stdout: '' })
    const inside = ['-t', String(this.#pid), ...['-m', '-p', '-u', '-i', '-n', '-C', '-r', '-w']]
    return ending('nsenter', [...inside, ...command])
  }

  /** As the user whose runner it is. */
  asRunner(...command: readonly string[]): Promise<Ended> {
    return this.run('setpriv', '--reuid=1001', '--regid=1001', '--clear-groups', ...command)
  }

  /** The main process of a unit, as this machine counts them. */
  async mainPid(unit: string): Promise<number> {
    const { stdout } = await this.run('systemctl', 'show', '--property=MainPID', '--value', unit)
    const wanted = stdout.trim()
    for (const pid of await readdir('/proc')) {
      const status = /^\d+$/.test(pid) ? await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '') : ''
      const [, ids = ''] = /^NSpid:\t(.*)$/m.exec(status) ?? []
      const [, parent] = /^PPid:\t(\d+)$/m.exec(status) ?? []
      if (parent === String(this.#pid) && ids.split('\t').at(-1) === wanted) return Number(pid)
    }
    throw new Error(`${unit} has no main process`)
  }
}

function ending(program: string, args: readonly string[]): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(program, [...args], { env: { PATH: '/usr/bin:/bin:/usr/sbin:/sbin' } }, (error, stdout) => {
      resolve({ code: error === null ? 0 : Number(error.code ?? -1), stdout })
    })
  })
}
