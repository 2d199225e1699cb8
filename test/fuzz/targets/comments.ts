/** Comments of the registry's issue: the first line says who wrote it, the rest is the body. */
import { isDeepStrictEqual } from 'node:util'
import { findRecord, LARGEST_COMMENT, renderRecord, type PeerRecord } from '../../../src/github/comment-codec.ts'
import { CommentReader } from '../../../src/github/comment-reader.ts'
import type { GitHubComment } from '../../../src/github/github-client.ts'
import { RecordingLog } from '../../support/recording-log.ts'
import { readVectors } from '../../support/vectors.ts'
import { z } from 'zod'
import { hold, type FuzzTarget } from '../engine/target.ts'
import { announcing, NOW } from './signed.ts'

const vectors = z.object({ parse: z.array(z.object({ body: z.string() })) })

export async function openComments(): Promise<FuzzTarget> {
  const { seal, sealed, isGenuine } = await announcing()
  const record: PeerRecord = {
    ...{ peer_id: 'a', runner_name: 'runner-7', public_ip: null, listen_port: 1, multiaddr: '/ip4/192.0.2.7/tcp/1' },
    ...{ last_seen: '2026-11-23T00:00:00+00:00', metadata: {} },
  }
  const bodies = sealed.map((each) => renderRecord({ ...record, metadata: { runner_mesh: each } }))
  const reader = new CommentReader({ seal, trustedApps: ['a'], now: () => NOW, log: new RecordingLog() })
  return {
    name: 'comments',
    form: 'text',
    largest: 65_536,
    seeds: [
      ...bodies.map((body) => `OWNER User\n${body}`),
      ...bodies.slice(0, 2).map((body) => `NONE User\n${body}`),
      `NONE Bot\n${bodies[0] ?? ''}`,
      ...readVectors('registry_comment', vectors).parse.map(({ body }) => `MEMBER User\n${body}`),
      `OWNER User\n${bodies[0] ?? ''}${' '.repeat(LARGEST_COMMENT)}`,
    ],
    words: [
      'OWNER',
      'MEMBER',
      'NONE',
      'Bot',
      '```json\n',
      '```',
      '<!-- p2p-peer-registry:',
      '-->',
      '"runner_mesh"',
      '"mac"',
    ],
    attempt: async (input) => {
      const text = Buffer.from(input).toString('utf8')
      const end = text.indexOf('\n')
      const [association = '', type = ''] = text.slice(0, Math.max(0, end)).split(' ')
      const body = text.slice(end + 1)
      const comment = {
        ...{ id: 1, body, updated_at: '2026-11-23T00:00:00Z', created_at: '2026-11-23T00:00:00Z' },
        ...{
          user: { login: type === 'Bot' ? `${association}[bot]` : 'somebody', type },
          author_association: association,
        },
      } as GitHubComment
      reader.forget()
      const { announcement, refused } = await reader.judge(comment)
      checkRoundTrip(body, record)
      if (announcement === undefined) return refused?.rule ?? 'nothing'
      const isPerson = ['OWNER', 'MEMBER', 'COLLABORATOR'].includes(association)
      hold(type === 'Bot' ? association === 'a' : isPerson, 'only who may write on the issue is read')
      hold(isGenuine(announcement), 'what is taken for announced was announced')
      hold(body.length <= LARGEST_COMMENT, 'no longer comment is read')
      hold(
        announcement.addresses.every((each) => each.endsWith(`/p2p/${announcement.peer}`)),
        'a peer names itself alone',
      )
      return 'taken'
    },
  }
}

/** Whatever JSON an input holds comes back out of a comment that carries it. */
function checkRoundTrip(body: string, record: PeerRecord): void {
  const found = findRecord(body)
  if (found === undefined) return
  const again = findRecord(renderRecord({ ...record, metadata: { ...found } }))
  hold(isDeepStrictEqual(again?.['metadata'], { ...found }), 'what is written to a comment is read from it')
}
