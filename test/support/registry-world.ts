/** A simulated GitHub with one repository, and peers whose registry it is, on a clock that a test moves. */
import { GitHubServer, type GitHubServerOptions } from './github-server/server.ts'
import { newFleetPeer, type FleetPeer, type FleetPeerOptions } from './registry-fleet.ts'
import { VirtualTime } from './virtual-time.ts'

export const MINUTE = 60_000
export const HOUR = 60 * MINUTE

export function registryWorld(options: Partial<GitHubServerOptions> = {}) {
  const clock = new VirtualTime()
  const server = new GitHubServer({ clock, during: (work) => clock.during(work), ...options })
  const repository = server.addRepository('octo/runners')
  const actions = server.accounts.addApp('github-actions')
  const token = server.accounts.token(actions)
  let seed = 0
  return {
    clock,
    server,
    repository,
    actions,
    token,
    peer: (change: Partial<FleetPeerOptions> = {}) =>
      newFleetPeer({ server, token: server.accounts.token(actions), clock, seed: (seed += 1), ...change }),
    comments: (issue = 1) => repository.getIssue(issue).comments,
    operations: () => server.seen.map(({ operation, status }) => `${operation} ${status}`),
    joined: async (...peers: FleetPeer[]) => {
      for (const peer of peers) await peer.join()
      await clock.pass(20_000)
    },
  }
}
