/** `runner-mesh doctor`: what would keep a peer with these settings from working, and what to do about it. */
import { loadConfig } from '../../app/config.ts'
import { examine, failed } from '../../app/preflight/preflight.ts'
import { ERRORS } from '../../core/errors.ts'
import type { CommandContext } from '../run-command.ts'

const SIGNS = { ok: '✓', warning: '!', error: '✗' } as const

/** @returns the exit code of the first error; warnings have none */
export async function doctor({ environment, output, signal }: CommandContext): Promise<number> {
  const config = loadConfig(environment)
  const checks = await examine(config, { home: true, worker: config.work }, signal)
  output.result({ checks }, () =>
    checks
      .flatMap((check) => [
        `${SIGNS[check.state]} ${check.name.padEnd(10)} ${check.detail}`,
        ...(check.state === 'ok' ? [] : [`${' '.repeat(13)}${check.fix}`]),
      ])
      .join('\n'),
  )
  const [first] = failed(checks, 'error')
  return first === undefined ? 0 : ERRORS[first.code].exit
}
