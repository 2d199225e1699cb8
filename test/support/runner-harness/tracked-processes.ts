/** Processes that belong to a job: those whose environment carries its RUNNER_TRACKING_ID. Linux only, as /proc is. */
import { readdir, readFile } from 'node:fs/promises'

export interface TrackedProcess {
  readonly pid: number
  readonly command: string
}

export async function findTracked(trackingId: string): Promise<readonly TrackedProcess[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const found = await Promise.all(
    pids.map(async (name): Promise<TrackedProcess | undefined> => {
      try {
        const environment = await readFile(`/proc/${name}/environ`, 'utf8')
        if (!environment.split('\0').includes(`RUNNER_TRACKING_ID=${trackingId}`)) return undefined
        const command = (await readFile(`/proc/${name}/cmdline`, 'utf8')).replaceAll('\0', ' ').trim()
        // A process that has ended and is not waited for yet has no command line.
        return command === '' ? undefined : { pid: Number(name), command }
      } catch {
        // Gone meanwhile, or another user's.
        return undefined
      }
    }),
  )
  return found.filter((each) => each !== undefined)
}

/** As the runner does at the end of a job: one look, and SIGKILL. @returns those it found */
export async function sweepOrphans(trackingId: string): Promise<readonly TrackedProcess[]> {
  const orphans = await findTracked(trackingId)
  for (const { pid } of orphans) {
    try {
      process.kill(pid, 'SIGKILL')
    } catch {
      // It ended between the look and now.
    }
  }
  return orphans
}
