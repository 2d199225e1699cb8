/**
 * libp2p makes a logger for every connection and every stream, each with three debug functions that have a colour and a
 * timer, whether anybody listens or not: a fifth of what a stream costs. What is worth telling is told by ours.
 */
import type { ComponentLogger, Logger } from '@libp2p/interface'

const nothing = (): void => undefined

const silent: Logger = Object.assign(nothing.bind(undefined), {
  error: nothing,
  trace: nothing,
  enabled: false,
  newScope: (): Logger => silent,
})

export const SILENT_LIBRARY: ComponentLogger = { forComponent: () => silent }
