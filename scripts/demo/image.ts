/** The image the demo runs: alpine where Docker Hub can be reached, else one made of this machine's static busybox. */
import Docker from 'dockerode'
import { ensureBusyboxImage } from '../../test/support/busybox-image.ts'

const HUB_IMAGE = 'alpine:3.20'
const OWN_IMAGE = 'runner-mesh-demo/busybox:1'
const PATIENCE_MS = 30_000

export async function findDemoImage(): Promise<{ readonly image: string; readonly note: string }> {
  const docker = new Docker()
  const problem = await pull(docker)
  if (problem === undefined) return { image: HUB_IMAGE, note: 'from Docker Hub' }
  await ensureBusyboxImage(docker, OWN_IMAGE)
  return { image: OWN_IMAGE, note: `made of this machine’s busybox, because Docker Hub cannot be reached: ${problem}` }
}

/** @returns why it could not be had */
async function pull(docker: Docker): Promise<string | undefined> {
  if (
    await docker
      .getImage(HUB_IMAGE)
      .inspect()
      .catch(() => undefined)
  )
    return undefined
  try {
    const abortSignal = AbortSignal.timeout(PATIENCE_MS)
    const stream = await docker.pull(HUB_IMAGE, { abortSignal })
    await new Promise<void>((resolve, reject) => {
      docker.modem.followProgress(stream, (error) => {
        if (error === null) resolve()
        else reject(error)
      })
    })
    return undefined
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error)
    return /no such host|timeout|refused|429/i.exec(text)?.[0] ?? 'no answer'
  }
}
