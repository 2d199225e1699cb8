import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'

/** In a network of its own, of which loopback is all there is: nothing leaves the machine. */
const ALONE = ['unshare', '--net', '--map-root-user', 'sh', '-c'] as const
const WITH_LOOPBACK = 'ip link set lo up && ip route add 224.0.0.0/4 dev lo && exec "$0" "$@"'

const WITHOUT_MULTICAST = 'exec "$0" "$@"'

const [command, ...rest] = ALONE
const skip =
  spawnSync(command, [...rest, WITH_LOOPBACK, 'true']).status === 0
    ? false
    : 'this machine lets no process have a network of its own (unshare --net, ip)'

function runPeers(network: string): Record<string, readonly string[] | string> {
  const program = new URL('./mdns-peers.ts', import.meta.url).pathname
  const ended = spawnSync(command, [...rest, network, process.execPath, program], { encoding: 'utf8', timeout: 20_000 })
  assert.equal(ended.status, 0, ended.stderr)
  return JSON.parse(ended.stdout) as Record<string, readonly string[] | string>
}

test(
  'peers of one network find each other by multicast, those of another mesh and themselves they do not',
  { skip },
  () => {
    assert.deepEqual(runPeers(WITH_LOOPBACK), {
      one: ['/ip4/10.0.0.2/tcp/9720/p2p/12D3KooWBgKXM4ukigLAPGv1iGHrHLo1s3QN1nDUCnv5suckcAgC'],
      two: ['/ip4/10.0.0.1/tcp/9720/p2p/12D3KooWKKecaxb1crCMkAqqcY1NBCnWSav8HESsqBJXfMkXxEyJ'],
      foreign: [],
    })
  },
)

test('on a network without multicast each peer says so, and ends as well as any', { skip }, () => {
  for (const said of Object.values(runPeers(WITHOUT_MULTICAST))) assert.match(String(said), /^No multicast arrives/)
})
