/** One thing that must be so before a peer is of use, looked at without changing anything. */
import type { ErrorCode } from '../../core/errors.ts'

export type CheckResult =
  | { readonly name: string; readonly state: 'ok'; readonly detail: string }
  | {
      readonly name: string
      /** `error`: it would be of no use to start; `warning`: less works than could. */
      readonly state: 'warning' | 'error'
      readonly code: ErrorCode
      /** One line: what is wrong. */
      readonly detail: string
      /** One line: what to do. */
      readonly fix: string
    }

export type FailedCheck = Exclude<CheckResult, { readonly state: 'ok' }>

/** What is wrong and what to do, as one line. */
export function lineOf({ name, detail, fix }: FailedCheck): string {
  return `${name}: ${detail} ${fix}`
}
