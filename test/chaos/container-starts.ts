/** Every start of a container of a task, as an engine tells it, also when that engine goes away and comes back. */
import { setTimeout as pause } from 'node:timers/promises'
import type Docker from 'dockerode'
import { z } from 'zod'

const event = z.looseObject({
  Actor: z.looseObject({ ID: z.string(), Attributes: z.record(z.string(), z.string()) }),
})

const REOPEN_MS = 50

export interface Watching {
  stop(): void
}

/** Begins before it returns. */
export async function watchStarts(docker: Docker, tell: (task: string, container: string) => void): Promise<Watching> {
  const told = new Set<string>()
  const over = new AbortController()
  let from = Math.floor(Date.now() / 1000)
  let stream: NodeJS.ReadableStream & { destroy(): void }
  const open = async (): Promise<void> => {
    stream = (await docker.getEvents({
      since: from,
      filters: { type: ['container'], event: ['start'], label: ['runner-mesh.task'] },
    })) as typeof stream
  }
  const read = async (): Promise<void> => {
    let rest = ''
    for await (const chunk of stream) {
      from = Math.floor(Date.now() / 1000)
      const lines = `${rest}${String(chunk)}`.split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) {
        const { Actor } = event.parse(JSON.parse(line))
        // What happened since may be told twice.
        if (told.has(Actor.ID)) continue
        told.add(Actor.ID)
        tell(Actor.Attributes['runner-mesh.task'] ?? '', Actor.ID.slice(0, 12))
      }
    }
  }
  const isOver = (): boolean => over.signal.aborted
  const reopened = async (): Promise<boolean> => {
    while (!isOver()) {
      const isOpen = await open().then(
        () => true,
        () => false,
      )
      if (isOpen) return true
      await pause(REOPEN_MS)
    }
    return false
  }
  const followOn = async (): Promise<void> => {
    do await read().catch(() => undefined)
    while (await reopened())
  }
  await open()
  void followOn()
  return {
    stop: () => {
      over.abort()
      stream.destroy()
    },
  }
}
