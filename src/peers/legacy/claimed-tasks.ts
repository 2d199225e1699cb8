/** Which task of which node one of our numbers stands for: its ids do not fit into ours. Must outlive a restart. */
export interface ClaimedTask {
  /** The home id that stands for the node. */
  readonly home: string
  /** As the node names it. */
  readonly taskId: string
  /** The attempt that we were given, where the node told it. */
  readonly attempt: number | undefined
}

export interface ClaimedTasks {
  /** @returns a number that was never given out before, from 1. Resolves once it is on disk */
  add(task: ClaimedTask): Promise<number>
  find(number: number): ClaimedTask | undefined
  forget(number: number): Promise<void>
}
