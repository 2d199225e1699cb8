/** The nodes of the predecessor that this peer has met, each a link for its worker. */
import type { SubmissionDeps } from '../../coordinator/submission.ts'
import type { HomeId, PeerId } from '../../core/ids.ts'
import type { Clock, Logger, Random, Startable } from '../../core/ports/clock.ts'
import type { LegacyNode, LegacyStreams } from '../../core/ports/legacy-streams.ts'
import type { JsonObject } from '../../core/task.ts'
import type { ClaimedTasks } from './claimed-tasks.ts'
import { createLegacyLink, homeOfNode, type LegacyLink } from './legacy-link.ts'
import { NodeCaller } from './node-caller.ts'
import { NodeWork } from './node-work.ts'
import type { PromptSeal } from './prompt-seal.ts'

export interface LegacyNodesDeps {
  readonly self: PeerId
  readonly streams: Pick<LegacyStreams, 'onNode'>
  readonly token: string
  readonly claimed: ClaimedTasks
  readonly prompts: PromptSeal
  readonly submission: SubmissionDeps
  readonly pin: (type: string, payload: JsonObject) => Promise<JsonObject>
  readonly onLink: (link: LegacyLink) => void
  readonly clock: Clock
  readonly random: Random
  readonly log: Logger
}

/** To be created before the mesh starts. */
export function createLegacyNodes(deps: LegacyNodesDeps): Startable {
  const links = new Map<HomeId, LegacyLink>()
  let stopped = false
  deps.streams.onNode((node) => {
    const home = homeOfNode(node.address)
    if (stopped || links.get(home)?.closed.aborted === false) return
    const link = linkTo(node, home, deps)
    links.set(home, link)
    link.closed.addEventListener('abort', () => {
      if (links.get(home) === link) links.delete(home)
    })
    deps.log.info('legacy.node_met', { address: node.address, home })
    deps.onLink(link)
  })
  return {
    start: () => Promise.resolve(),
    stop: async () => {
      stopped = true
      await Promise.all([...links.values()].map((link) => link.close()))
    },
  }
}

function linkTo(node: LegacyNode, home: HomeId, deps: LegacyNodesDeps): LegacyLink {
  const { token, clock, log } = deps
  const { address } = node
  const caller = new NodeCaller({ node, token, clock })
  const work = new NodeWork({ ...deps, home, address, caller })
  return createLegacyLink({ home, address, caller, work, log })
}
