/** Where a task stands, as the stores write it down. */

/** Codes of `task.state`. Literal in partial indexes; states from `completed` on are terminal. */
export const STATE = {
  blocked: 0,
  delayed: 1,
  ready: 2,
  running: 3,
  completed: 4,
  failed: 5,
  cancelled: 6,
} as const
export type State = (typeof STATE)[keyof typeof STATE]

export const STATE_COUNT = 7

export function isEnded(state: State): boolean {
  return state >= STATE.completed
}

/** For its needs or for its instant. */
export function waits(state: State): boolean {
  return state === STATE.blocked || state === STATE.delayed
}

/** `task.stop`: what a running task is to end as once its worker has stopped it. */
export const STOP = { none: 0, cancel: 1, totalTime: 2 } as const
export type Stop = (typeof STOP)[keyof typeof STOP]
