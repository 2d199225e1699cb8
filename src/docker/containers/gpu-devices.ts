/**
 * The GPUs of this machine and who has them. A task gets whole devices, named by their UUIDs, and no other task gets them
 * until its container is gone. They are found by NVIDIA's own tool, which comes with the driver.
 * @see https://docs.nvidia.com/deploy/nvidia-smi/
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { SECOND } from '../../core/lease.ts'
import type { Clock } from '../../core/ports/clock.ts'
import { TimeLimit } from '../../core/time-limit.ts'

const QUERY = ['--query-gpu=uuid', '--format=csv,noheader']
const UUID = /^(?:GPU|MIG)-[0-9a-fA-F-]{8,64}$/
const ANSWER_MS = 10 * SECOND

/** @param path where the tool is looked for @returns UUIDs; none where there is no tool, driver or device */
export async function findGpus(path: string, clock: Clock): Promise<readonly string[]> {
  using limit = new TimeLimit(clock, ANSWER_MS, 'no answer')
  try {
    const child = spawn('nvidia-smi', QUERY, {
      stdio: ['ignore', 'pipe', 'ignore'],
      env: { PATH: path },
      signal: limit.signal,
    })
    let output = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text
    })
    const [code] = (await once(child, 'close')) as [number | null]
    const lines = code === 0 ? output.split('\n').map((line) => line.trim()) : []
    return lines.filter((line) => UUID.test(line))
  } catch {
    return []
  }
}

/** Which devices are whose. */
export class GpuDevices {
  #all: readonly string[] = []
  readonly #holders = new Map<string, string>()

  get count(): number {
    return this.#all.length
  }

  /** What was found now; a device that has gone stays with its holder until that lets go. */
  found(uuids: readonly string[]): void {
    this.#all = uuids
  }

  /** @returns as many as there are free, at most `count` */
  take(holder: string, count: number): readonly string[] {
    const free = this.#all.filter((uuid) => !this.#holders.has(uuid)).slice(0, count)
    this.hold(holder, free)
    return free
  }

  /** For a container that has them since before this process. */
  hold(holder: string, uuids: readonly string[]): void {
    for (const uuid of uuids) this.#holders.set(uuid, holder)
  }

  release(holder: string): void {
    for (const [uuid, whose] of this.#holders) if (whose === holder) this.#holders.delete(uuid)
  }
}
