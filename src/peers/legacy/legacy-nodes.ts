/** The nodes of the predecessor that this peer has met, each a link for its worker. */
import type { SubmissionDeps } from '../../coordinator/submission.ts'
import type { HomeId, PeerId } from '../../core/ids.ts'
import { SECOND } from '../../core/lease.ts'
import type { Clock, Logger, Random, Startable } from '../../core/ports/clock.ts'
import type { LegacyNode, LegacyStreams } from '../../core/ports/legacy-streams.ts'
import type { ReadyNotice } from '../../core/ports/link.ts'
import type { JsonObject } from '../../core/task.ts'
import type { ClaimedTasks } from './claimed-tasks.ts'
import { createLegacyLink, homeOfNode, type LegacyLink } from './legacy-link.ts'
import { NodeCaller } from './node-caller.ts'
import { NodeWork } from './node-work.ts'
import type { PromptSeal } from './prompt-seal.ts'
import { CONTAINER_SPELLINGS } from './wire-types.ts'

export interface LegacyNodesDeps {
  readonly self: PeerId
  readonly streams: Pick<LegacyStreams, 'onNode'>
  readonly token: string
  readonly claimed: ClaimedTasks
  readonly prompts: PromptSeal
  readonly submission: SubmissionDeps
  readonly pin: (type: string, payload: JsonObject) => Promise<JsonObject>
  readonly onLink: (link: LegacyLink) => void
  /** How many tasks of our kinds wait there: its nodes do not say so by themselves. */
  readonly onReady: (link: LegacyLink, notice: ReadyNotice) => void
  readonly clock: Clock
  readonly random: Random
  readonly log: Logger
}

const ASK_EVERY_MS = 3 * SECOND
const CONTAINER_NAMES = Object.values(CONTAINER_SPELLINGS).flat()

/** To be created before the mesh starts. */
export function createLegacyNodes(deps: LegacyNodesDeps): Startable {
  const links = new Map<HomeId, LegacyLink>()
  let stopped = false
  deps.streams.onNode((node) => {
    const home = homeOfNode(node.address)
    if (stopped || links.get(home)?.closed.aborted === false) return
    const { link, work } = linkTo(node, home, deps)
    links.set(home, link)
    link.closed.addEventListener('abort', () => {
      if (links.get(home) === link) links.delete(home)
    })
    deps.log.info('legacy.node_met', { address: node.address, home })
    deps.onLink(link)
    watch(link, work, deps)
  })
  return {
    start: () => Promise.resolve(),
    stop: async () => {
      stopped = true
      await Promise.all([...links.values()].map((link) => link.close()))
    },
  }
}

/** Asks how full its queue is as long as the link stands, so that a worker with room waits where work is. */
function watch(link: LegacyLink, work: NodeWork, { clock, onReady }: LegacyNodesDeps): void {
  const ask = async (): Promise<void> => {
    try {
      const { queued_by_type: byType = {} } = await link.call('p2p_taskqueue_status', {})
      const ready = CONTAINER_NAMES.reduce((sum, name) => sum + (byType[name] ?? 0), 0)
      onReady(link, { ready: work.isPaused ? 0 : ready })
    } catch {
      // The link counts its silences itself.
    }
    if (!link.closed.aborted) clock.after(ASK_EVERY_MS, () => void ask())
  }
  void ask()
}

function linkTo(node: LegacyNode, home: HomeId, deps: LegacyNodesDeps): { link: LegacyLink; work: NodeWork } {
  const { token, clock, log } = deps
  const { address } = node
  const caller = new NodeCaller({ node, token, clock })
  const work = new NodeWork({ ...deps, home, address, caller })
  return { link: createLegacyLink({ home, address, caller, work, log }), work }
}
