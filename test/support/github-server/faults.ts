/** What goes wrong between a client and GitHub, by script. */

export type Fault =
  /** The change is made, and the answer is a 502 all the same. */
  | { readonly kind: 'commit-then-502' }
  /** Nothing is changed, and this is the answer. */
  | { readonly kind: 'status'; readonly status: 500 | 502 | 503 }
  /** The connection breaks before GitHub saw the request. */
  | { readonly kind: 'reset' }
  /** The connection breaks after the change was made. */
  | { readonly kind: 'commit-then-reset' }
  /** The answer is cut in the middle of its JSON. */
  | { readonly kind: 'truncate' }
  /** The answer comes this much later. */
  | { readonly kind: 'slow'; readonly ms: number }
  /** A secondary limit, whatever was sent before. */
  | { readonly kind: 'secondary'; readonly status: 403 | 429; readonly retryAfter?: number }

export interface FaultRule {
  /** Of GitHub's description, such as `issues/create-comment`. Unset: any. */
  readonly operation?: string
  readonly fault: Fault
  /** How often; once by default. */
  readonly times?: number
}

export class FaultScript {
  readonly #rules: { rule: FaultRule; left: number }[] = []

  add(rule: FaultRule): void {
    this.#rules.push({ rule, left: rule.times ?? 1 })
  }

  /** The first rule that matches is used up by one. */
  take(operation: string): Fault | undefined {
    const found = this.#rules.find(({ rule, left }) => left > 0 && (rule.operation ?? operation) === operation)
    if (found === undefined) return undefined
    found.left -= 1
    return found.rule.fault
  }
}
