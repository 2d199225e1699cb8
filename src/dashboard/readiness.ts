/** Whether this peer can serve: what it checks, and what is missing. */
import { errorText } from '../core/errors.ts'

export interface ReadinessCheck {
  readonly name: string
  /** Told, and no condition: a peer without it serves what it can. */
  readonly optional?: true
  /** @returns what is missing, in a sentence; undefined when nothing is. A throw is a fault too. */
  readonly problem: () => Promise<string | undefined> | string | undefined
}

export interface Readiness {
  readonly status: 'ready' | 'not_ready'
  readonly checks: readonly { readonly name: string; readonly ok: boolean; readonly problem?: string }[]
}

export async function checkReadiness(checks: readonly ReadinessCheck[]): Promise<Readiness> {
  const looked = await Promise.all(
    checks.map(async ({ name, optional, problem }) => {
      const found = await Promise.resolve()
        .then(problem)
        .catch((error: unknown) => errorText(error))
      return { name, required: optional !== true, ...(found === undefined ? {} : { problem: found }) }
    }),
  )
  const isReady = looked.every(({ required, problem }) => !required || problem === undefined)
  return {
    status: isReady ? 'ready' : 'not_ready',
    checks: looked.map(({ name, problem }) => ({
      name,
      ok: problem === undefined,
      ...(problem === undefined ? {} : { problem }),
    })),
  }
}
