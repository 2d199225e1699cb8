/** The process in the hub, and how it is asked. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { FaultRule } from '../support/github-server/faults.ts'
import type { HubReady, HubWish } from './hub-process.ts'
import { HUB_IP, type SwitchedNetwork } from '../support/switched-network.ts'

/** Whose issue is the registry. */
export const REPOSITORY = 'octo/runners'
const PROGRAM = new URL('hub-process.ts', import.meta.url).pathname

export interface Hub extends AsyncDisposable {
  readonly gitHubUrl: string
  readonly token: string
  /** @returns the port in the hub that leads to this one */
  proxy(name: string, host: string, port: number): Promise<number>
  cut(name: string): Promise<unknown>
  delay(name: string, ms: number): Promise<unknown>
  heal(name: string): Promise<unknown>
  gitHubFault(rule: FaultRule): Promise<unknown>
  /** Comments in the registry. */
  comments(): Promise<number>
}

export async function openHub({ hub }: SwitchedNetwork): Promise<Hub> {
  const [command, ...args] = hub.prefix
  const child = spawn(command, [...args, process.execPath, PROGRAM], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  const gone = once(child, 'exit')
  const [{ gitHubPort, token }] = (await once(child, 'message')) as [HubReady]
  const open = new Map<number, (answer: number) => void>()
  let last = 0
  child.on('message', ({ number, answer }: { number: number; answer: number }) => {
    open.get(number)?.(answer)
    open.delete(number)
  })
  const ask = (wish: HubWish): Promise<number> => {
    const number = (last += 1)
    return new Promise((resolve) => {
      open.set(number, resolve)
      child.send({ number, wish })
    })
  }
  return {
    gitHubUrl: `http://${HUB_IP}:${String(gitHubPort)}`,
    token,
    proxy: (name, host, port) => ask({ kind: 'proxy', name, host, port }),
    cut: (name) => ask({ kind: 'cut', name }),
    delay: (name, ms) => ask({ kind: 'delay', name, ms }),
    heal: (name) => ask({ kind: 'heal', name }),
    gitHubFault: (rule) => ask({ kind: 'github-fault', rule }),
    comments: () => ask({ kind: 'comments' }),
    [Symbol.asyncDispose]: async () => {
      child.disconnect()
      await gone
    },
  }
}
