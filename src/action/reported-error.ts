/** An end of the step whose annotations have been written already. */
export class ReportedError extends Error {
  override readonly name = 'ReportedError'
  readonly exitCode: number

  constructor(exitCode: number, message: string) {
    super(message)
    this.exitCode = exitCode
  }
}
