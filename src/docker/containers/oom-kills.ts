/**
 * How many processes the kernel of this machine has ended for want of memory, in whatever control group: `oom_kill` of
 * /proc/vmstat (Linux 4.13 and later). The engine's own word comes from a notice that its runtime drops when the container
 * is gone before it is read (containerd's OOM watcher passes over control groups that are deleted); the count stays.
 */
import { readFile } from 'node:fs/promises'

export type CountOomKills = () => Promise<number | undefined>

/** @returns undefined where the kernel does not tell */
export const countOomKills: CountOomKills = async () => {
  const text = await readFile('/proc/vmstat', 'latin1').catch(() => '')
  const count = /^oom_kill ([0-9]+)$/m.exec(text)?.[1]
  return count === undefined ? undefined : Number(count)
}
