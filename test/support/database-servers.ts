/**
 * PostgreSQL and Redis for one run: on loopback, on a free port, behind a password made for the run, with their data in a
 * folder that goes with them. Debian's packages are installed where they are missing and we may; no service is left on.
 */
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { appendFile, chown, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { findCommand, runCommand, tail } from '../../scripts/setup/command.mjs'
import {
  accepts,
  findOrInstall,
  freePort,
  keepWords,
  newFolder,
  watchServer,
  type Leftovers,
  type Running,
} from './server-programs.ts'

export interface Server {
  readonly port: number
  readonly password: string
}

export interface Postgres extends Server {
  /**
   * Ends it and starts it again over the same data: told to go, which ends all connections, or killed, as a crash would.
   * Resolves once it takes connections again.
   */
  readonly restart: (how: 'told' | 'killed') => Promise<void>
}

export interface PostgresOptions {
  readonly fsync?: boolean
  /** Where it runs and whom it listens to; by default this machine's loopback alone. */
  readonly within?: {
    /** Words before a command that make it run there. */
    readonly prefix: readonly string[]
    readonly address: string
    /** Who may connect, beside the address itself. */
    readonly subnet: string
  }
}

interface User {
  readonly uid: number
  readonly gid: number
}

/** @throws Error when it is not there and cannot be had */
export async function startRedis(leftovers: Leftovers): Promise<Server> {
  const program = await findOrInstall(() => Promise.resolve(findCommand('redis-server')), {
    name: 'redis-server',
    service: 'redis-server',
  })
  const [folder, port, password] = [await newFolder(leftovers), await freePort(), newPassword()]
  const settings = [
    ...['bind 127.0.0.1', `port ${String(port)}`, `dir ${folder}`, `requirepass ${password}`],
    ...['appendonly yes', 'appendfsync always', 'save ""', 'maxmemory-policy noeviction'],
  ]
  // The settings come by stdin: a password on the command line is everybody's to read.
  const server = spawn(program, ['-'], { stdio: ['pipe', 'pipe', 'pipe'] })
  server.stdin.end(settings.join('\n'))
  const running = watchServer('Redis', server, () => accepts(port))
  leftovers.add(() => running.stop())
  await running.ready()
  return { port, password }
}

/** @throws Error when it is not there and cannot be had */
export async function startPostgres(
  leftovers: Leftovers,
  { fsync = true, within }: PostgresOptions = {},
): Promise<Postgres> {
  const initdb = await findOrInstall(findInitdb, { name: 'postgresql', service: 'postgresql' })
  const [folder, port, password] = [await newFolder(leftovers), await freePort(), newPassword()]
  // PostgreSQL refuses to run as root.
  const user = process.getuid?.() === 0 ? await findUser('postgres') : undefined
  const passwordFile = join(folder, 'password')
  await writeFile(passwordFile, password, { mode: 0o600 })
  if (user !== undefined) {
    await chown(folder, user.uid, user.gid)
    await chown(passwordFile, user.uid, user.gid)
  }
  const data = join(folder, 'data')
  const making = spawn(
    initdb,
    [
      ...['-D', data, '-U', 'bench', '--auth=scram-sha-256', '--pwfile', passwordFile],
      ...['--encoding=UTF8', '--no-locale', ...(fsync ? [] : ['--no-sync'])],
    ],
    { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'], ...user },
  )
  const said = keepWords(making)
  const [code] = (await once(making, 'exit')) as [number | null]
  if (code !== 0) throw new Error(`initdb failed: ${tail(said(), 3)}`)
  if (within !== undefined) await appendFile(join(data, 'pg_hba.conf'), `host all all ${within.subnet} scram-sha-256\n`)
  const address = within?.address ?? '127.0.0.1'
  const settings = {
    listen_addresses: address,
    unix_socket_directories: '',
    synchronous_commit: fsync ? 'on' : 'off',
    fsync: fsync ? 'on' : 'off',
    max_connections: '200',
  }
  const command = [
    ...[join(initdb, '..', 'postgres'), '-D', data, '-p', String(port)],
    ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
  ]
  const isReady = ['-q', '-h', address, '-p', String(port)]
  const start = (): Running => {
    // Another network is entered by root alone, who then becomes the user.
    const as = user === undefined ? [] : [`--setuid=${String(user.uid)}`, `--setgid=${String(user.gid)}`]
    const [program = '', ...args] = within === undefined ? command : [...within.prefix, ...as, ...command]
    const options = { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] as ['ignore', 'pipe', 'pipe'] }
    const server = spawn(program, args, { ...options, ...(within === undefined ? user : {}) })
    const [asks = '', ...asking] = [...(within?.prefix ?? []), join(initdb, '..', 'pg_isready'), ...isReady]
    // It accepts connections, only to refuse them, before it is ready.
    return watchServer('PostgreSQL', server, async () => (await runCommand(asks, asking)).code === 0)
  }
  let running = start()
  leftovers.add(() => running.stop())
  await running.ready()
  return {
    port,
    password,
    restart: async (how) => {
      // An immediate shutdown leaves what a crash leaves, and takes its children along.
      if (how === 'killed') await running.stop('SIGQUIT')
      else await running.stop()
      running = start()
      await running.ready()
    },
  }
}

/** The server whoever started this process has for it, or one of its own without a sync to the disk. */
export async function givenPostgres(leftovers: Leftovers): Promise<Server> {
  const given = process.env['RUNNER_MESH_TEST_POSTGRES']
  return given === undefined ? startPostgres(leftovers, { fsync: false }) : (JSON.parse(given) as Server)
}

async function findInitdb(): Promise<string | undefined> {
  // Debian keeps the server's programs off the PATH, one folder per version.
  const root = '/usr/lib/postgresql'
  const versions = await readdir(root).catch(() => [])
  const [newest] = versions.filter((name) => /^\d+$/.test(name)).sort((a, b) => Number(b) - Number(a))
  return newest === undefined ? findCommand('initdb') : join(root, newest, 'bin', 'initdb')
}

async function findUser(name: string): Promise<User> {
  const [uid, gid] = await Promise.all(['-u', '-g'].map((flag) => runCommand('id', [flag, name])))
  if (uid?.code !== 0 || gid?.code !== 0)
    throw new Error(`PostgreSQL needs the user ${name}, who is not on this machine`)
  return { uid: Number(uid.output), gid: Number(gid.output) }
}

function newPassword(): string {
  return randomBytes(24).toString('hex')
}
