/**
 * The GPUs of this machine by their UUIDs, as NVIDIA's driver tells them in /proc: no program has to be installed and
 * started for it. Other makers' devices have no UUID there.
 * @see https://download.nvidia.com/XFree86/Linux-x86_64/580.95.05/README/procinterface.html
 */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { cleanLine } from '../../core/clean-text.ts'

export interface Gpu {
  readonly uuid: string
  readonly model?: string
}

const DRIVER_FOLDER = '/proc/driver/nvidia/gpus'

/** @returns none on a machine without them, or without the driver */
export async function findGpus(folder = DRIVER_FOLDER): Promise<readonly Gpu[]> {
  const devices = await readdir(folder).catch(() => [])
  const gpus = await Promise.all(
    devices.sort().map(async (device) => {
      const text = await readFile(join(folder, device, 'information'), 'utf8').catch(() => '')
      const [uuid, model] = [fieldOf(text, 'GPU UUID'), fieldOf(text, 'Model')]
      if (uuid === undefined || !/^GPU-[0-9a-fA-F-]{36}$/.test(uuid)) return []
      return [{ uuid, ...(model === undefined ? {} : { model: cleanLine(model, 128) }) }]
    }),
  )
  return gpus.flat()
}

function fieldOf(text: string, name: string): string | undefined {
  const line = text.split('\n').find((each) => each.startsWith(`${name}:`))
  return line?.slice(name.length + 1).trim()
}
