/** Environment variables and how settings are named in them. */

export type Environment = Readonly<Record<string, string | undefined>>

/** @param stem as on the command line, such as `state-dir` */
export function environmentName(stem: string): string {
  return `RUNNER_MESH_${stem.replaceAll('-', '_').toUpperCase()}`
}
