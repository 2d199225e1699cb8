/** What people call this peer: what they set, else the name of the runner it sits on, else that of the machine. */
import { readFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import { cleanLine } from '../../core/clean-text.ts'
import type { Config } from '../config.ts'

/** Written by the runner's own `config.sh` into its folder, with a byte order mark. */
const runnerFile = z.object({ agentName: z.string().min(1) })
const LONGEST_NAME = 128

export async function findRunnerName({
  runnerName,
  surroundings,
}: Pick<Config, 'runnerName' | 'surroundings'>): Promise<string> {
  const given = [runnerName, surroundings.runnerName].map((name) => cleanLine(name ?? '', LONGEST_NAME))
  return (
    given.find((name) => name !== '') ??
    (await nameInRunnerFolder(surroundings.runnerTemp)) ??
    cleanLine(hostname(), LONGEST_NAME)
  )
}

/** @param runnerTemp `<runner>/_work/_temp`, as a job of the runner is told */
async function nameInRunnerFolder(runnerTemp: string | undefined): Promise<string | undefined> {
  if (runnerTemp === undefined || runnerTemp === '') return undefined
  try {
    const text = await readFile(join(dirname(dirname(runnerTemp)), '.runner'), 'utf8')
    const { agentName } = runnerFile.parse(JSON.parse(text.replace(/^\ufeff/, '')))
    return cleanLine(agentName, LONGEST_NAME) || undefined
  } catch {
    // Not a runner's folder, or of another form: the machine has a name as well.
    return undefined
  }
}
