/** Who takes deliveries in this benchmark, each a process of its own on loopback. */
import { fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { findCommand, runCommand } from '../../scripts/setup/command.mjs'
import {
  accepts,
  findOrInstall,
  freePort,
  newFolder,
  watchServer,
  type Leftovers,
} from '../../test/support/server-programs.ts'

export const SECRET = 'the secret of the benchmark'
export const REPOSITORY = 'octo/app'

export interface Receiver {
  readonly name: string
  /** What it has done when it answers. */
  readonly durability: string
  readonly url: string
  /** Status with which it acknowledges. */
  readonly status: number
}

export async function startOurs(leftovers: Leftovers): Promise<Receiver> {
  const url = await startProcess('ours', leftovers, await newFolder(leftovers))
  return { name: 'runner-mesh', durability: 'signature checked; on disk when answered, each once', url, status: 202 }
}

export async function startBare(leftovers: Leftovers): Promise<Receiver> {
  const url = await startProcess('bare', leftovers)
  return { name: 'bare node:http', durability: 'checks no signature, keeps nothing', url, status: 202 }
}

async function startProcess(kind: string, leftovers: Leftovers, folder = ''): Promise<string> {
  const child = fork(new URL('server-process.ts', import.meta.url), [kind, folder, SECRET, REPOSITORY])
  const gone = once(child, 'exit')
  leftovers.add(async () => {
    child.disconnect()
    await gone
  })
  const [url] = (await once(child, 'message')) as [string]
  return url
}

/** Writes the payload under the delivery's id, and the file and its folder to the disk. */
const KEEP = '#!/bin/sh\nprintf %s "$2" > "$1.json" && exec sync "$1.json" .\n'

/**
 * adnanh/webhook of Debian, once with the cheapest command there is and answering before it has run, as it does by default;
 * once answering when its command has put the payload on the disk.
 * @see https://github.com/adnanh/webhook/blob/2.8.0/docs/Hook-Definition.md
 * @throws Error when it is not there and cannot be had
 */
export async function startAdnanhWebhook(leftovers: Leftovers): Promise<readonly Receiver[]> {
  const wanted = { name: 'webhook', service: 'webhook' }
  const program = await findOrInstall(() => Promise.resolve(findCommand('webhook')), wanted)
  const { output } = await runCommand(program, ['-version'])
  const version = /\d+\.\d+\.\d+/.exec(output)?.[0] ?? 'of this machine'
  const [folder, port] = [await newFolder(leftovers), await freePort()]
  const script = join(folder, 'keep')
  await writeFile(script, KEEP, { mode: 0o700 })
  const shared = {
    'command-working-directory': folder,
    'success-http-response-code': 202,
    'trigger-rule': {
      match: {
        type: 'payload-hmac-sha256',
        secret: SECRET,
        parameter: { source: 'header', name: 'X-Hub-Signature-256' },
      },
    },
  }
  const hooks = [
    { id: 'runs', 'execute-command': findCommand('true') ?? '/bin/true', 'response-message': 'ok', ...shared },
    {
      ...{ id: 'keeps', 'execute-command': script, 'include-command-output-in-response': true, ...shared },
      'pass-arguments-to-command': [{ source: 'header', name: 'X-GitHub-Delivery' }, { source: 'entire-payload' }],
    },
  ]
  const file = join(folder, 'hooks.json')
  await writeFile(file, JSON.stringify(hooks), { mode: 0o600 })
  const server = spawn(program, ['-hooks', file, '-ip', '127.0.0.1', '-port', String(port)], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const running = watchServer('webhook', server, () => accepts(port))
  leftovers.add(() => running.stop())
  await running.ready()
  const name = `adnanh/webhook ${version}`
  const url = (id: string): string => `http://127.0.0.1:${String(port)}/hooks/${id}`
  return [
    {
      ...{ name: `${name}, which keeps nothing`, url: url('runs'), status: 202 },
      durability: 'signature checked; runs true after the answer',
    },
    {
      ...{ name: `${name}, whose command keeps the payload`, url: url('keeps'), status: 202 },
      durability: 'signature checked; a command has put the payload on disk when answered',
    },
  ]
}
