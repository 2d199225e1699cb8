/**
 * A small internet on one machine: network namespaces behind routers that translate addresses, all hanging off one bridge
 * in a namespace of its own, so that nothing outside is touched. Each namespace lives as long as a process that waits for
 * the end of its input, which is this process's: whatever becomes of the tests, nothing is left.
 */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readlinkSync } from 'node:fs'
import type { TestContext } from 'node:test'
import { eventually } from './eventually.ts'

/** What a router does with connections that come from outside. */
export type Nat =
  /** One outside port for each inside one, whoever is spoken to, and an inside port open to all: forwarded by its owner. */
  | { readonly kind: 'forwarding'; readonly port: number }
  /** One outside port for each inside one; what nobody inside has asked for is dropped. */
  | { readonly kind: 'cone' }
  /** Another outside port for each connection. */
  | { readonly kind: 'symmetric' }

/** @throws Error in one line, where this process may not make network namespaces */
export function demandNamespaces(): void {
  if (process.getuid?.() !== 0) throw new Error('These tests make network namespaces: run them as root (CI does).')
  for (const [command, ...args] of [
    ['unshare', '--net', 'true'],
    ['iptables', '--version'],
    ['ip', '-V'],
  ] as const) {
    try {
      execFileSync(command, args, { stdio: 'pipe' })
    } catch (cause) {
      throw new Error(
        `These tests need \`${[command, ...args].join(' ')}\` to work: npm test installs what it takes.`,
        {
          cause,
        },
      )
    }
  }
}

export class Namespace {
  readonly name: string
  readonly #holder: ChildProcess

  private constructor(name: string, holder: ChildProcess) {
    this.name = name
    this.#holder = holder
  }

  static async make(name: string): Promise<Namespace> {
    const holder = spawn('unshare', ['--net', 'cat'], { stdio: ['pipe', 'ignore', 'inherit'] })
    await once(holder, 'spawn')
    const ours = readlinkSync('/proc/self/ns/net')
    const namespace = new Namespace(name, holder)
    await eventually(
      `namespace ${name}`,
      () => readlinkSync(`/proc/${String(holder.pid)}/ns/net`),
      (link) => link !== ours,
    )
    namespace.run('ip link set lo up')
    return namespace
  }

  get pid(): string {
    return String(this.#holder.pid)
  }

  /** The words before a command that make it run in here. */
  get prefix(): readonly [string, ...string[]] {
    return ['nsenter', '--target', this.pid, '--net']
  }

  /** @param script of sh, one command a line; the first that fails throws */
  run(script: string): void {
    const [command, ...args] = this.prefix
    execFileSync(command, [...args, 'sh', '-ec', script], { stdio: 'pipe' })
  }

  async end(): Promise<void> {
    const gone = once(this.#holder, 'exit')
    this.#holder.stdin?.end()
    await gone
  }
}

export interface Host {
  readonly namespace: Namespace
  /** Its address: on the internet, or behind its router. */
  readonly ip: string
  /** Under which the internet sees it. */
  readonly publicIp: string
  /** Takes the cable of its router, or its own, out and puts it in again. */
  unplug(): void
  plug(): void
}

/** Blocks that libp2p takes for public ones; nothing here has a way out. */
const INTERNET = '45.12.0'

export class NatWorld {
  readonly #core: Namespace
  readonly #namespaces: Namespace[]
  #last = 0

  private constructor(core: Namespace) {
    this.#core = core
    this.#namespaces = [core]
  }

  static async make(context: TestContext): Promise<NatWorld> {
    demandNamespaces()
    const core = await Namespace.make('internet')
    const world = new NatWorld(core)
    context.after(() => Promise.all(world.#namespaces.map((namespace) => namespace.end())))
    core.run('ip link add internet type bridge\nip link set internet up')
    return world
  }

  /** A machine with an address of its own on the internet. */
  async publicHost(name: string): Promise<Host> {
    const namespace = await this.#namespace(name)
    const { ip, link } = this.#cable(namespace)
    return { namespace, ip, publicIp: ip, ...this.#plug(link) }
  }

  /** A machine alone behind a router; every home has the same inside addresses. */
  async homeHost(name: string, nat: Nat): Promise<Host> {
    const router = await this.#namespace(`${name}-router`)
    const { ip: publicIp, link } = this.#cable(router)
    const namespace = await this.#namespace(name)
    const ip = '192.168.1.2'
    router.run(`
      ip link add lan type veth peer name eth0 netns ${namespace.pid}
      ip addr add 192.168.1.1/24 dev lan
      ip link set lan up
      echo 1 > /proc/sys/net/ipv4/ip_forward
      ${rules(nat, ip)}`)
    namespace.run(`
      ip addr add ${ip}/24 dev eth0
      ip link set eth0 up
      ip route add default via 192.168.1.1`)
    return { namespace, ip, publicIp, ...this.#plug(link) }
  }

  /** Gives a machine of the internet another address, as a provider does over night. */
  readdress(host: Host): Host {
    this.#last += 1
    const ip = `${INTERNET}.${String(this.#last)}`
    host.namespace.run(`ip addr flush dev eth0\n${alone(ip)}`)
    return { ...host, ip, publicIp: ip }
  }

  async #namespace(name: string): Promise<Namespace> {
    const namespace = await Namespace.make(name)
    this.#namespaces.push(namespace)
    return namespace
  }

  #cable(namespace: Namespace): { readonly ip: string; readonly link: string } {
    this.#last += 1
    const [ip, link] = [`${INTERNET}.${String(this.#last)}`, `port${String(this.#last)}`]
    this.#core.run(`
      ip link add ${link} type veth peer name eth0 netns ${namespace.pid}
      ip link set ${link} master internet up`)
    namespace.run(`ip link set eth0 up\n${alone(ip)}`)
    return { ip, link }
  }

  #plug(link: string) {
    return {
      unplug: () => this.#core.run(`ip link set ${link} down`),
      plug: () => this.#core.run(`ip link set ${link} up`),
    }
  }
}

/** A network of one: who is near enough to be asked for by name is no neighbour all the same. */
function alone(ip: string): string {
  return `ip addr add ${ip}/32 dev eth0\nip route add default dev eth0`
}

function rules(nat: Nat, inside: string): string {
  const translate = 'iptables -t nat -A POSTROUTING -o eth0 -j MASQUERADE'
  const closed = `
    iptables -P FORWARD DROP
    iptables -A FORWARD -i lan -j ACCEPT
    iptables -A FORWARD -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT
    iptables -A INPUT -i eth0 -m conntrack --ctstate NEW -j DROP`
  switch (nat.kind) {
    case 'forwarding':
      return `${closed}\n${translate}
    iptables -t nat -A PREROUTING -i eth0 -p tcp --dport ${String(nat.port)} -j DNAT --to-destination ${inside}
    iptables -A FORWARD -i eth0 -p tcp -d ${inside} --dport ${String(nat.port)} -j ACCEPT`
    case 'cone':
      return `${closed}\n${translate}`
    case 'symmetric':
      return `${closed}\n${translate} --random-fully`
  }
}
