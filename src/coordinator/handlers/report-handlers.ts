/** The handler of a peer's report of itself. */
import type { Handlers } from '../../core/operations/catalog.ts'
import type { HandlerDeps } from './context.ts'

export function createReportHandlers(deps: HandlerDeps): Pick<Handlers, 'p2p_peer_report'> {
  const { mesh, peers, home, claims, version, executorStatus, waysOfDiscovery = () => [] } = deps
  return {
    p2p_peer_report: () =>
      Promise.resolve({
        peer_id: mesh.self,
        runner_name: peers.runnerName(mesh.self) ?? mesh.self,
        version,
        features: [...(home === undefined ? [] : ['home']), ...(claims === undefined ? [] : ['worker'])],
        addresses: [...mesh.addresses()],
        connected_peers: mesh.peers().length,
        discovery: waysOfDiscovery().map(({ problemCode, ...way }) => ({
          ...way,
          ...(problemCode === undefined ? {} : { problem_code: problemCode }),
        })),
        targets: mesh.targets().map(({ address, source, state, lastError }) => ({
          ...{ address, source, state },
          ...(lastError === undefined ? {} : { last_error: lastError }),
        })),
        executor: { ...executorStatus() },
      }),
  }
}
