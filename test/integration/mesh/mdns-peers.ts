/** Three peers on one network, the third of another mesh; prints whom each has found and ends by itself. */
import { systemClock as clock, systemRandom as random } from '../../../src/app/system.ts'
import type { PeerId } from '../../../src/core/ids.ts'
import { createMdns } from '../../../src/mesh/discovery/mdns.ts'
import { eventually } from '../../support/eventually.ts'

const PEERS = {
  one: { meshId: 'aaaaaaaaaaaaaaaa', self: '12D3KooWKKecaxb1crCMkAqqcY1NBCnWSav8HESsqBJXfMkXxEyJ', host: '10.0.0.1' },
  two: { meshId: 'aaaaaaaaaaaaaaaa', self: '12D3KooWBgKXM4ukigLAPGv1iGHrHLo1s3QN1nDUCnv5suckcAgC', host: '10.0.0.2' },
  foreign: {
    meshId: 'bbbbbbbbbbbbbbbb',
    self: '12D3KooWB3YFmaVRsyJdidFoCQwWKFYSSNgsCDACnovfwutLkYbe',
    host: '10.0.0.3',
  },
}

const peers = Object.entries(PEERS).map(([name, { meshId, self, host }]) => {
  const discovery = createMdns({
    meshId,
    self: self as PeerId,
    addresses: () => [`/ip4/${host}/tcp/9720/p2p/${self}`],
    clock,
    random,
    everyMs: 200,
  })
  const known = { addresses: [] as string[] }
  discovery.onFound((found) => (known.addresses = found.flatMap(({ addresses }) => [...addresses])))
  return { name, discovery, known }
})

for (const { discovery } of peers) await discovery.start()
const look = () =>
  Object.fromEntries(peers.map(({ name, known, discovery }) => [name, discovery.problem() ?? known.addresses]))
const isSettled = (seen: ReturnType<typeof look>) => [seen['one'], seen['two']].every((known) => known?.length !== 0)
const found = await eventually('one and two have found each other, or know why not', look, isSettled)
for (const { discovery } of peers) {
  await discovery.stop()
  await discovery.stop()
}
console.log(JSON.stringify(found))
