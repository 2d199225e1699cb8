/** Every start of a container of a task, as the engine tells it. */
import type Docker from 'dockerode'

export async function watchStarts(
  docker: Docker,
  tell: (task: string, container: string, fence: string) => void,
): Promise<Disposable & { stop(): void }> {
  const events = (await docker.getEvents({
    filters: { type: ['container'], event: ['start'], label: ['runner-mesh.task'] },
  })) as unknown as NodeJS.ReadableStream & { destroy(): void }
  let rest = ''
  events.on('data', (chunk: Buffer) => {
    const lines = `${rest}${chunk.toString()}`.split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) {
      const { Actor } = JSON.parse(line) as { Actor: { ID: string; Attributes: Record<string, string> } }
      const { ['runner-mesh.task']: task = '', ['runner-mesh.fence']: fence = '' } = Actor.Attributes
      tell(task, Actor.ID.slice(0, 12), fence)
    }
  })
  const stop = (): void => events.destroy()
  return { stop, [Symbol.dispose]: stop }
}
