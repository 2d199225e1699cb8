/** What GitHub last said of the hour's requests. */
export interface RequestBudget {
  readonly limit: number
  readonly remaining: number
  readonly resetInMs: number
}
