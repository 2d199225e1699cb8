/** Runs in the hub: a simulated GitHub, and a fault proxy before it and before each port that was asked for. */
import { systemClock } from '../../src/app/system.ts'
import type { FaultRule } from '../support/github-server/faults.ts'
import { GitHubServer } from '../support/github-server/server.ts'
import { FaultProxy } from './fault-proxy.ts'
import { REPOSITORY } from './hub.ts'
import { HUB_IP } from '../support/switched-network.ts'

export type HubWish =
  | { readonly kind: 'proxy'; readonly name: string; readonly host: string; readonly port: number }
  | { readonly kind: 'cut' | 'heal'; readonly name: string }
  | { readonly kind: 'delay'; readonly name: string; readonly ms: number }
  | { readonly kind: 'github-fault'; readonly rule: FaultRule }
  | { readonly kind: 'comments' }

/** The first message, before any answer. */
export interface HubReady {
  readonly gitHubPort: number
  readonly token: string
}

const gitHub = await new GitHubServer({ clock: systemClock }).listen()
const repository = gitHub.addRepository(REPOSITORY)
const token = gitHub.accounts.token(gitHub.accounts.addApp('github-actions'))
const proxies = new Map<string, FaultProxy>()

async function openProxy(name: string, host: string, port: number): Promise<number> {
  const proxy = await FaultProxy.to(host, port, HUB_IP)
  proxies.set(name, proxy)
  return proxy.port
}

async function fulfil(wish: HubWish): Promise<number> {
  switch (wish.kind) {
    case 'proxy':
      return openProxy(wish.name, wish.host, wish.port)
    case 'cut':
      proxies.get(wish.name)?.cut()
      return 0
    case 'heal':
      proxies.get(wish.name)?.heal()
      return 0
    case 'delay':
      proxies.get(wish.name)?.delay(wish.ms)
      return 0
    case 'github-fault':
      gitHub.addFault(wish.rule)
      return 0
    case 'comments':
      return repository.issues.reduce((sum, { comments }) => sum + comments.length, 0)
  }
}

process.on('message', ({ number, wish }: { number: number; wish: HubWish }) => {
  void fulfil(wish).then((answer) => process.send?.({ number, answer }))
})
process.once('disconnect', () => process.exit())
const ready: HubReady = { gitHubPort: await openProxy('github', '127.0.0.1', Number(new URL(gitHub.url).port)), token }
process.send?.(ready)
