/** Where this machine keeps files in memory, for secrets of tasks: the user's own runtime directory, else everybody's. */
import type { Config } from '../config.ts'

export function memoryFolders({ surroundings }: Pick<Config, 'surroundings'>): readonly string[] {
  return [...(surroundings.runtimeDir === undefined ? [] : [surroundings.runtimeDir]), '/dev/shm']
}
