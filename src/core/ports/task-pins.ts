/** What names mean at the moment a task is accepted, so that every attempt of it runs the same bytes. */
export interface TaskPins {
  /**
   * @param image a reference without a digest
   * @returns `sha256:…`; undefined when its registry does not say, which is no fault: a runner may have the image
   */
  digestOf(image: string, signal: AbortSignal): Promise<string | undefined>
  /**
   * @returns 40 hexadecimal digits
   * @throws RunnerMeshError bad_request (no such repository or ref), forbidden, unauthorized, rate_limited, peer_unreachable
   */
  commitOf(repository: string, ref: string, signal: AbortSignal): Promise<string>
}
