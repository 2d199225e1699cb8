/** The command line and a peer on another machine: over HTTP with a token, and as a member of its mesh. */
import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { IMAGE, peerGround, until } from '../support/demo-peers.ts'
import { piped } from '../support/terminal.ts'

/** As it stands behind the folder of a user who has no peer. */
const elsewhere = (folder: string, name: string) => ({ XDG_STATE_HOME: join(folder, name) })

test(
  'every command that asks a peer asks one elsewhere by URL and token, as far as the token goes',
  { timeout: 150_000 },
  async (t) => {
    const ground = await peerGround(t)
    const port = String(20_000 + (process.pid % 20_000))
    const http = ['--http', `127.0.0.1:${port}`, '--listen', `/ip4/127.0.0.1/tcp/${String(Number(port) + 1)}`]
    const a = await ground.up('a', ['--work', 'true', ...http])
    const url = new URL('/', a.ready.mcp_url).href
    const env = elsewhere(ground.folder, 'user')
    const with_ = (tokenFile: string, ...args: readonly string[]) =>
      piped(t, ['--url', url, '--token-file', tokenFile, ...args], env)
    const owner = (...args: readonly string[]) => with_(a.ready.token_file ?? '', ...args)

    const run = owner(
      'run',
      IMAGE,
      '--artifact',
      '/out',
      '--',
      'sh',
      '-c',
      'mkdir /out; echo 42 > /out/x; cat /out/x; exit 3',
    )
    assert.equal(await run.ended, 3, run.text.stderr)
    assert.equal(run.text.stdout, '42\n')
    const id = /^task (\S+)/m.exec(run.text.stderr)?.[1] ?? ''
    const folder = join(ground.folder, 'fetched')
    for (const [args, shown] of [
      [['list'], new RegExp(id)],
      [['explain', id], /./],
      [['logs', id], /^42$/m],
      [['artifacts', 'get', id, '--output', folder], /out\/x {2}3 bytes/],
      [['peers'], /self/],
      [['top'], /running 0/],
      [['cache', 'set', 'k', 'v'], /stored/],
      [['pause'], /paused by operator/],
      [['resume'], /claiming tasks/],
    ] as const) {
      const asked = owner(...args)
      assert.equal(await asked.ended, 0, `${args.join(' ')}: ${asked.text.stderr}`)
      assert.match(asked.text.stdout, shown)
    }
    assert.equal(await readFile(join(folder, 'out/x'), 'utf8'), '42\n')

    // What a peer that goes away cuts off is waited for, here as on the machine itself.
    const count = 'i=1; while [ $i -le 12 ]; do echo "line $i"; i=$((i+1)); sleep 0.5; done; exit 5'
    const follower = owner('submit', IMAGE, '--follow', '--', 'sh', '-c', count)
    await until(
      () => follower.text.stdout,
      (text) => text.includes('line 2'),
    )
    await a.kill()
    await until(
      () => follower.text.stderr,
      (text) => text.includes('The peer is away'),
    )
    await ground.up('a', ['--work', 'true', ...http])
    assert.equal(await follower.ended, 5, follower.text.stderr)
    assert.equal(follower.text.stdout, Array.from({ length: 12 }, (_, n) => `line ${String(n + 1)}\n`).join(''))

    const made = piped(t, ['--state-dir', a.ready.state_dir, 'token', 'create', 'looker', '--scopes', 'tasks:read'])
    assert.equal(await made.ended, 0)
    const looker = join(ground.folder, 'looker.token')
    await writeFile(looker, made.text.stdout)
    assert.equal(await with_(looker, 'list').ended, 0)
    const wrong = join(ground.folder, 'wrong.token')
    await writeFile(wrong, 'rmt_wrong\n')
    for (const [session, code, told] of [
      [with_(looker, 'submit', IMAGE), 65, /error forbidden: .*tasks:submit/],
      [with_(wrong, 'list'), 65, /error unauthorized: .*token create/],
      [with_(join(ground.folder, 'none'), 'list'), 78, /error config_invalid: --url needs a token/],
      [
        piped(t, ['--url', 'http://127.0.0.1:1', '--token-file', looker, 'list'], env),
        67,
        /peer_unreachable: No peer answers/,
      ],
      [
        piped(t, ['--url', `${url}mcp`, '--token-file', looker, 'list'], env),
        67,
        /protocol_mismatch: .*takes no commands/,
      ],
    ] as const) {
      assert.equal(await session.ended, code, session.text.stderr)
      assert.match(session.text.stderr, told)
    }

    // An address of this machine, but none that says so.
    const plain = piped(t, ['--url', 'http://0.0.0.0:1', '--token-file', looker, '--json', 'list'], env)
    assert.equal(await plain.ended, 67, plain.text.stderr)
    assert.match(
      plain.text.stderr,
      /^warning: the token goes to http:\/\/0\.0\.0\.0:1 unencrypted, .*https:.*--peer.*\nerror /,
    )
    assert.doesNotMatch(run.text.stderr, /warning/)

    const audit = piped(t, [
      '--state-dir',
      a.ready.state_dir,
      'audit',
      '--json',
      '--refused',
      '--principal',
      'token:looker',
    ])
    assert.equal(await audit.ended, 0, audit.text.stderr)
    const { entries } = JSON.parse(audit.text.stdout) as { readonly entries: readonly Record<string, unknown>[] }
    assert.deepEqual(
      entries.map(({ door, operation, verdict }) => [door, operation, verdict]),
      [['cli', 'p2p_taskqueue_submit', 'forbidden']],
    )
  },
)

test(
  'as a member of its mesh the command line asks a peer by its address, several commands at a time',
  { timeout: 150_000 },
  async (t) => {
    const ground = await peerGround(t)
    const a = await ground.up('a', ['--work', 'true', '--http', 'off'])
    const env = elsewhere(ground.folder, 'user')
    const key = ['--key-file', join(a.ready.state_dir, 'mesh.key')]
    const asked = (...args: readonly string[]) => piped(t, ['--peer', a.ready.addresses[0] ?? '', ...key, ...args], env)

    const script = 'echo begun; while [ ! -e /tmp/go ]; do i=$((i+1)); [ $i -gt 60 ] && exit 9; sleep 0.5; done; exit 4'
    const run = asked('run', IMAGE, '--', 'sh', '-c', script)
    await until(
      () => run.text.stdout,
      (text) => text.includes('begun'),
    )
    const id = /^task (\S+)/m.exec(run.text.stderr)?.[1] ?? ''
    const follow = asked('follow', id)
    await until(
      () => follow.text.stdout,
      (text) => text.includes('begun'),
    )
    const list = asked('list')
    assert.equal(await list.ended, 0, list.text.stderr)
    assert.match(list.text.stdout, new RegExp(`${id} +running`))
    const [container] = await ground.containers()
    const exec = await ground.docker.getContainer(container?.Id ?? '').exec({ Cmd: ['touch', '/tmp/go'] })
    ;(await exec.start({})).destroy()
    assert.deepEqual([await run.ended, await follow.ended], [4, 4], run.text.stderr + follow.text.stderr)
    assert.doesNotMatch(run.text.stderr, /is away/, 'the commands shared one connection')

    const refused = asked('pause')
    assert.equal(await refused.ended, 65)
    assert.match(refused.text.stderr, /error forbidden: .*admin/)
    const foreign = join(ground.folder, 'foreign.key')
    await writeFile(foreign, `${Buffer.alloc(32, 7).toString('base64url')}\n`)
    const stranger = piped(t, ['--peer', a.ready.addresses[0] ?? '', '--key-file', foreign, 'list'], env)
    assert.equal(await stranger.ended, 65, stranger.text.stderr)
    assert.match(stranger.text.stderr, /error not_admitted: /)
    const nobody = a.ready.addresses[0]?.replace(/\/tcp\/\d+/, '/tcp/1') ?? ''
    const lost = piped(t, ['--peer', nobody, ...key, 'list'], env)
    assert.equal(await lost.ended, 67, lost.text.stderr)
    const both = piped(t, ['--peer', nobody, '--url', 'http://127.0.0.1:1', 'list'], env)
    assert.equal(await both.ended, 78)
    assert.match(both.text.stderr, /--url and --peer both name a peer/)
  },
)
