/**
 * Bugs to plant, one for each promise of the targets: what stands in the source exactly once, what a careless hand would
 * leave of it, and what must then be told as broken.
 */
export interface PlantedBug {
  readonly bug: string
  readonly file: string
  readonly from: string
  readonly to: string
  readonly target: string
  readonly tells: RegExp
}

function plant(
  bug: string,
  [file, from, to]: readonly [file: string, from: string, to: string],
  target: string,
  tells: RegExp,
): PlantedBug {
  return { bug, file: `src/${file}`, from, to, target, tells }
}

const FORGED = /what is taken for announced was announced/
const KEPT =
  'const whole = this.#body\n        ;((globalThis as { kept?: unknown[] }).kept ??= []).push(new Uint8Array(1e6))'

export const PLANTED: readonly PlantedBug[] = [
  plant(
    'a length is not limited',
    ['core/frames.ts', 'if (length > this.maxBytes) {', 'if (false) {'],
    'frames',
    /allocat/,
  ),
  plant(
    'a pattern goes round in circles',
    ['docker/images/ignore-patterns.ts', 'starItem += 1', 'starItem += 0'],
    'dockerignore',
    /hangs/,
  ),
  plant('a decoder keeps memory', ['core/frames.ts', 'const whole = this.#body', KEPT], 'frames', /MiB are held|crash/),
  plant(
    'a length is read wrongly',
    ['docker/containers/output-demuxer.ts', 'getUint32(4)', 'getUint16(6)'],
    'container-output',
    /output is what the frames carry/,
  ),
  plant(
    'a length of two bytes is not limited',
    ['mesh/negotiation-guard.ts', '(this.#length ?? 0) > MAX_MESSAGE_BYTES', 'false'],
    'negotiation',
    /comes to an end/,
  ),
  plant(
    'a rejection is handled by nobody',
    ['peers/legacy/session-server.ts', 'await this.#fail(thrown)', 'throw thrown'],
    'legacy-stranger',
    /refused: /,
  ),
  plant(
    'every token is good',
    [
      'peers/legacy/requests.ts',
      "timingSafeEqual(digest(textOf(request['token'])), expected)",
      'timingSafeEqual(expected, expected)',
    ],
    'legacy-stranger',
    /without the token/,
  ),
  plant(
    'any proof will do',
    ['mesh/hello.ts', 'timingSafeEqual(a, b)', 'timingSafeEqual(a, a)'],
    'hello',
    /nobody is admitted/,
  ),
  plant(
    'a proof may be sent back to its maker',
    ['mesh/hello.ts', '[role, nonces.dialer', '[role.slice(9), nonces.dialer'],
    'hello',
    /nobody is admitted/,
  ),
  plant(
    'a code of the mesh is not compared',
    ['mesh/mesh-key.ts', 'timingSafeEqual(given, wanted)', 'timingSafeEqual(given, given)'],
    'announcements',
    FORGED,
  ),
  plant(
    'one may announce for another',
    ['core/announcement.ts', 'if (said.peer !== expected.signer)', 'if (said.peer === undefined)'],
    'announcements',
    FORGED,
  ),
  plant(
    'anybody may write into the registry',
    ['github/comment-reader.ts', 'if (!isTrustedAuthor(comment, trustedApps))', 'if (trustedApps.length > 99)'],
    'comments',
    /only who may write/,
  ),
  plant(
    'a code of Fernet is not compared',
    [
      'peers/legacy/fernet.ts',
      '!timingSafeEqual(mac(signed, key), bytes.subarray(-MAC_BYTES))',
      'mac(signed, key).length < 1',
    ],
    'fernet',
    /was encrypted with the key/,
  ),
  plant(
    'any signature of a delivery will do',
    ['webhook/signatures.ts', 'return verdicts.includes(true)', 'return verdicts.length > 0'],
    'webhook',
    /passes for signed/,
  ),
  plant(
    'a damaged log record is taken',
    ['core/log-record.ts', ' || view.getUint32(0) !== crc32(encoded.subarray(CRC_BYTES))', ''],
    'log-records',
    /has one form/,
  ),
  plant(
    'words on a stream are not counted',
    ['peers/stream-talk.ts', 'this.#words < MOST_WORDS', 'MOST_WORDS > 0'],
    'stream-protocol',
    /has few words/,
  ),
  plant(
    'who talks nonsense is heard for ever',
    ['peers/rpc-connection.ts', 'this.#malformed += 1', 'this.#malformed += 0'],
    'rpc',
    /is given up/,
  ),
  plant(
    'what is no MCP message throws',
    [
      'mcp/peers/channel-transport.ts',
      'this.#channel.abort(new Error(`not an MCP message: ${errorText(cause).slice(0, 200)}`))',
      'throw cause',
    ],
    'mcp',
    /SyntaxError|ZodError/,
  ),
  plant(
    'an alias bomb is no fault of the file',
    ['app/policy/policy-file.ts', 'throw faulty(name, [errorText(error)], words)', 'throw error'],
    'host-policy',
    /alias/i,
  ),
  plant(
    'a tar may name files outside',
    ['docker/containers/artifact-collection.ts', 'if (!isInside || path', 'if (path'],
    'artifact-tar',
    /only what lies below/,
  ),
  plant(
    'a repository may name files outside',
    ['docker/images/build-context.ts', " || whole.includes('..')", ''],
    'context-tar',
    /no name leads out/,
  ),
  plant(
    'rules that need each other are taken',
    ['webhook/rules/rules-schema.ts', 'if (orderOf(rules) === undefined)', 'if (false)'],
    'rules',
    /have an order/,
  ),
  plant(
    'an expression of nothing is evaluated',
    ['webhook/rules/template.ts', "if (source.trim() === '')", 'if (false)'],
    'expressions',
    /TypeError/,
  ),
  plant(
    'nobody asks what the sender may',
    [
      'webhook/trust.ts',
      'if (PERMISSIONS.indexOf(permission) < PERMISSIONS.indexOf(least))',
      'if (PERMISSIONS.length === 0)',
    ],
    'webhook-events',
    /who has no permission starts nothing/,
  ),
  plant(
    'whatever token is shown, somebody is let in',
    ['mcp/access/admission.ts', 'await authenticate(token)', "await authenticate('agent-token')"],
    'mcp-http',
    /without a token nothing is/,
  ),
]
