/**
 * A container registry of the test's own on loopback, which engines take for insecure and so speak plain HTTP to. Before
 * it stands a gate that can make it slow, silent or broken, and that may ask for a login.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createSocketServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type Docker from 'dockerode'

/** pass: to the registry · stall: no answer, ever · cut: half of the answer, then silence · a number: that status */
export type Gate = 'pass' | 'stall' | 'cut' | number

export type GateKeeper = (path: string) => Gate | Promise<Gate>

export interface Login {
  readonly username: string
  readonly password: string
}

export interface TestRegistry extends AsyncDisposable {
  /** `127.0.0.1:<port>`, as an image name begins. */
  readonly host: string
  /** Paths asked for, in order. */
  readonly asked: string[]
  /** Each `authorization` that was shown, in order. */
  readonly shown: string[]
  /** From now on only who shows this is let in. */
  keepPrivate(login: Login): void
  /** Decides about each request from now on; one that waits for the decision waits. */
  gate(decide: GateKeeper): void
  stop(): Promise<void>
}

const START_MS = 20_000

export async function startRegistry(): Promise<TestRegistry> {
  const folder = await mkdtemp(join(tmpdir(), 'runner-mesh-registry-'))
  const port = await freePort()
  const configuration = join(folder, 'config.yml')
  await writeFile(configuration, configurationFor(port))
  const registry = spawn('docker-registry', ['serve', configuration], { stdio: 'ignore' })
  const failed = once(registry, 'error')
  await Promise.race([
    untilServing(port, registry),
    failed.then(([error]) => {
      throw new Error('Cannot start docker-registry. Install the package docker-registry.', { cause: error })
    }),
  ])

  let decide: GateKeeper = () => 'pass'
  const asked: string[] = []
  const shown: string[] = []
  let wanted: string | undefined
  const server = createServer((incoming, answer) => {
    asked.push(incoming.url ?? '')
    const { authorization } = incoming.headers
    if (authorization !== undefined) shown.push(authorization)
    if (wanted !== undefined && authorization !== wanted) {
      incoming.resume()
      answer.writeHead(401, { 'content-type': 'application/json', 'www-authenticate': 'Basic realm="test"' })
      answer.end(JSON.stringify({ errors: [{ code: 'UNAUTHORIZED', message: 'authentication required' }] }))
      return
    }
    void Promise.resolve(decide(incoming.url ?? '')).then((gate) => {
      pass(incoming, answer, gate, port)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')

  const stop = async () => {
    server.closeAllConnections()
    server.close()
    if (registry.exitCode === null && registry.signalCode === null) {
      registry.kill('SIGKILL')
      await once(registry, 'exit')
    }
    await rm(folder, { recursive: true, force: true })
  }
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    shown,
    keepPrivate: ({ username, password }) => {
      wanted = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`
    },
    gate: (decision) => {
      decide = decision
    },
    stop,
    [Symbol.asyncDispose]: stop,
  }
}

/** Pushes a tagged image that the engine has to the registry in its name, then takes it off the engine. */
export async function moveToRegistry(docker: Docker, tag: string): Promise<void> {
  const image = docker.getImage(tag)
  const answers = await image.push({ authconfig: { username: 'test', password: 'test', serveraddress: '' } })
  let text = ''
  for await (const chunk of answers) text += String(chunk)
  if (text.includes('"error"')) throw new Error(`Cannot push ${tag}: ${text.trim().slice(-500)}`)
  await image.remove()
}

function pass(incoming: IncomingMessage, answer: ServerResponse, gate: Gate, port: number): void {
  if (gate === 'stall') return
  if (typeof gate === 'number') {
    const code = gate === 429 ? 'TOOMANYREQUESTS' : 'UNAVAILABLE'
    answer.writeHead(gate, { 'content-type': 'application/json' })
    answer.end(JSON.stringify({ errors: [{ code, message: 'as the test wants it' }] }))
    return
  }
  const { method, url, headers } = incoming
  const onward = request({ host: '127.0.0.1', port, method, path: url, headers }, (reply) => {
    answer.writeHead(reply.statusCode ?? 502, reply.headers)
    if (gate === 'pass') reply.pipe(answer)
    else reply.once('data', (chunk: Buffer) => answer.write(chunk.subarray(0, chunk.length / 2)))
  })
  onward.on('error', () => answer.destroy())
  incoming.pipe(onward)
}

function configurationFor(port: number): string {
  return [
    'version: 0.1',
    'log: { level: error }',
    'storage: { inmemory: {} }',
    `http: { addr: "127.0.0.1:${port}", secret: test }`,
    '',
  ].join('\n')
}

async function untilServing(port: number, registry: ChildProcess): Promise<void> {
  const until = Date.now() + START_MS
  while (Date.now() < until) {
    if (registry.exitCode !== null) throw new Error(`docker-registry ended with code ${registry.exitCode}.`)
    try {
      if ((await fetch(`http://127.0.0.1:${port}/v2/`)).ok) return
    } catch {
      // Not listening yet.
    }
    await sleep(50)
  }
  throw new Error(`docker-registry did not answer within ${START_MS / 1_000} s.`)
}

async function freePort(): Promise<number> {
  const server = createSocketServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
