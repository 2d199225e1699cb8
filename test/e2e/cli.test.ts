/** The command line as a person uses it: following a task, leaving it, coming back; on a terminal and in a pipe. */
import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { z } from 'zod'
import type { PeerProcess } from '../../scripts/demo/peer-process.ts'
import { IMAGE, peerGround, until } from '../support/demo-peers.ts'
import { onTerminal, piped } from '../support/terminal.ts'

const at = (home: PeerProcess, ...args: readonly string[]) => ['--state-dir', home.ready.state_dir, ...args]
const shown = z.looseObject({
  task: z.looseObject({ task_id: z.string(), status: z.string(), exit_code: z.number().optional() }),
})

test(
  'run shows output as it is written, streams apart, and passes the exit code on',
  { timeout: 150_000 },
  async (t) => {
    const ground = await peerGround(t)
    const a = await ground.up('a', ['--work', 'true'])
    const script =
      'echo begun; echo aside >&2; while [ ! -e /tmp/go ]; do i=$((i+1)); [ $i -gt 8 ] && touch /tmp/go; sleep 0.5; done; echo done; exit 3'
    const run = piped(t, at(a, 'run', IMAGE, '--', 'sh', '-c', script))
    await until(
      () => run.text.stdout,
      (text) => text.includes('begun'),
    )
    assert.doesNotMatch(run.text.stdout, /done/, 'the container still runs')
    assert.equal(await run.ended, 3)
    assert.equal(run.text.stdout, 'begun\ndone\n')
    assert.match(run.text.stderr, /^aside$/m)
    assert.match(run.text.stderr, /failed \(exit\)[\s\S]*exit {4}3/)
    // eslint-disable-next-line no-control-regex -- what must not be in a pipe
    assert.doesNotMatch(run.text.stdout + run.text.stderr, /\u001b/)

    const json = piped(t, at(a, '--json', 'run', IMAGE, '--', 'echo', 'hello'))
    assert.equal(await json.ended, 0, json.text.stderr)
    assert.equal(shown.parse(JSON.parse(json.text.stdout)).task.status, 'completed')
    assert.equal(json.text.stderr, '')

    const file = join(ground.folder, 'task.yml')
    await writeFile(file, `image: ${IMAGE}\ncommand: [sh, -c, 'echo from a file; exit 4']\npriority: 7\n`)
    const fromFile = piped(t, at(a, 'submit', '-f', file, '--follow'))
    assert.equal(await fromFile.ended, 4, fromFile.text.stderr)
    assert.equal(fromFile.text.stdout, 'from a file\n')
    const both = piped(t, at(a, 'submit', '-f', file, '--cpus', '2'))
    assert.equal(await both.ended, 64)
    assert.match(both.text.stderr, /--cpus stands beside --file/)
  },
)

test(
  'submit --follow outlives a restart of the peer and goes on where the log was',
  { timeout: 150_000 },
  async (t) => {
    const ground = await peerGround(t)
    const listen = ['--listen', `/ip4/127.0.0.1/tcp/${String(20_000 + (process.pid % 20_000))}`]
    const a = await ground.up('a', listen)
    await ground.worker('b', a)
    const count = 'i=1; while [ $i -le 16 ]; do echo "line $i"; i=$((i+1)); sleep 0.5; done; exit 5'
    const follower = piped(t, at(a, 'submit', IMAGE, '--follow', '--', 'sh', '-c', count))
    await until(
      () => follower.text.stdout,
      (text) => text.includes('line 2'),
    )
    await a.kill()
    await until(
      () => follower.text.stderr,
      (text) => text.includes('The peer is away'),
    )
    await ground.up('a', listen)
    assert.equal(await follower.ended, 5, follower.text.stderr)
    const lines = Array.from({ length: 16 }, (_, index) => `line ${String(index + 1)}\n`).join('')
    assert.equal(follower.text.stdout, lines, 'every line once')
    assert.match(follower.text.stderr, /The peer is back/)
  },
)

test(
  'Ctrl-C on a terminal leaves the task alone and says how to go on; follow goes on',
  { timeout: 150_000 },
  async (t) => {
    const ground = await peerGround(t)
    const a = await ground.up('a', ['--work', 'true'])
    const script =
      'echo begun; while [ ! -e /tmp/go ]; do i=$((i+1)); [ $i -gt 14 ] && touch /tmp/go; sleep 0.5; done; echo done; exit 6'
    const run = onTerminal(t, at(a, 'run', IMAGE, '--', 'sh', '-c', script))
    await until(
      () => run.text.stdout,
      (text) => text.includes('begun'),
    )
    run.interrupt()
    assert.equal(await run.ended, 69, run.text.stdout)
    const id = /runner-mesh follow (\S+)/.exec(run.text.stdout)?.[1] ?? ''
    assert.match(run.text.stdout, /Detached; the task goes on\..*runner-mesh cancel/)
    const follow = onTerminal(t, at(a, 'follow', id))
    assert.equal(await follow.ended, 6, follow.text.stdout)
    assert.match(follow.text.stdout, /begun\r\n[\s\S]*done\r\n/)
    // eslint-disable-next-line no-control-regex -- a colour
    assert.match(follow.text.stdout, /\u001b\[31mfailed\u001b\[39m \(exit\)/)
    const plain = onTerminal(t, at(a, 'follow', id), { NO_COLOR: '1' })
    assert.equal(await plain.ended, 6)
    // eslint-disable-next-line no-control-regex -- what NO_COLOR must keep out
    assert.doesNotMatch(plain.text.stdout, /\u001b\[3[0-9]m/)
  },
)

test(
  'with --cancel-on-interrupt Ctrl-C cancels the task and waits until it is gone',
  { timeout: 150_000 },
  async (t) => {
    const ground = await peerGround(t)
    const a = await ground.up('a', ['--work', 'true'])
    const run = onTerminal(
      t,
      at(a, 'run', '--cancel-on-interrupt', IMAGE, '--', 'sh', '-c', 'echo begun; exec sleep 300'),
    )
    await until(
      () => run.text.stdout,
      (text) => text.includes('begun'),
    )
    run.interrupt()
    assert.equal(await run.ended, 69, run.text.stdout)
    assert.match(run.text.stdout, /cancelled/)
    assert.deepEqual(await ground.containers(), [])
  },
)

test('top is live on a terminal until Ctrl-C, and one snapshot in a pipe', { timeout: 150_000 }, async (t) => {
  const ground = await peerGround(t)
  const a = await ground.up('a')
  const queued = piped(t, at(a, 'submit', IMAGE))
  assert.equal(await queued.ended, 0, queued.text.stderr)
  const once = piped(t, at(a, 'top'))
  assert.equal(await once.ended, 0, once.text.stderr)
  assert.match(once.text.stdout, /^queued 1 {2}running 0/)
  assert.match(once.text.stdout, new RegExp(`${queued.text.stdout.trim()} +queued/ready`))
  const json = piped(t, at(a, 'top', '--json'))
  assert.equal(await json.ended, 0)
  const snapshot = z.object({ status: z.looseObject({}), tasks: z.array(z.unknown()), peers: z.array(z.unknown()) })
  assert.equal(snapshot.parse(JSON.parse(json.text.stdout)).tasks.length, 1)

  const live = onTerminal(t, at(a, 'top', '--every-seconds', '0.2'))
  await until(
    () => live.text.stdout.split('queued 1').length,
    (frames) => frames > 3,
  )
  live.interrupt()
  assert.equal(await live.ended, 0)
  assert.ok(live.text.stdout.trimEnd().endsWith('\u001b[?1049l'), 'the terminal is as it was')
})

test(
  'a fetch is told as it goes on, and a peer tells when it has joined the mesh and when it is alone',
  { timeout: 150_000 },
  async (t) => {
    const ground = await peerGround(t)
    const a = await ground.up('a')
    const key = join(a.ready.state_dir, 'mesh.key')
    const names = ['--state-dir', join(ground.folder, 'b'), '--runner-name', 'b', '--log-level', 'silent']
    const b = piped(t, ['worker', ...names, '--key-file', key, '--bootstrap', a.ready.addresses[0] ?? ''])
    await until(
      () => b.text.stderr,
      (text) => /^Joined the mesh: connected directly with a 12D3Koo/m.test(text),
    )
    const make = 'mkdir /out; dd if=/dev/zero of=/out/big bs=1048576 count=12 2>/dev/null'
    const run = piped(t, at(a, 'run', IMAGE, '--artifact', '/out/big', '--', 'sh', '-c', make))
    assert.equal(await run.ended, 0, run.text.stderr)
    const get = ['artifacts', 'get', /^task (\S+)/m.exec(run.text.stderr)?.[1] ?? '', '--output']
    const fetched = piped(t, at(a, ...get, join(ground.folder, 'pipe')))
    assert.equal(await fetched.ended, 0, fetched.text.stderr)
    assert.match(fetched.text.stderr, /^[\d.]+ of 12\.0 MiB, \/out\/big$/m)
    assert.match(fetched.text.stdout, /big {2}12582912 bytes\n$/)
    const seen = onTerminal(t, at(a, ...get, join(ground.folder, 'terminal')))
    assert.equal(await seen.ended, 0, seen.text.stdout)
    assert.match(seen.text.stdout, /\[#{24}\] 100 % 12\.0 of 12\.0 MiB/)

    // Twice as long on its way as progress takes to be told, on the fastest of machines.
    const much = 'dd if=/dev/zero of=/out bs=1048576 count=128 2>/dev/null'
    const upload = piped(t, at(a, 'run', IMAGE, '--artifact', '/out', '--', 'sh', '-c', much))
    assert.equal(await upload.ended, 0, upload.text.stderr)
    assert.match(upload.text.stderr, /^collecting on b: [\d.]+ of 128\.0 MiB of artifacts are at the home, now \/out$/m)

    await a.kill()
    await until(
      () => b.text.stderr,
      (text) => text.includes('No peer of the mesh is connected any more'),
    )
    b.interrupt()
    assert.equal(await b.ended, 0)
  },
)

test('what is misspelt is answered with the nearest command or flag, and exit code 64', async (t) => {
  const command = piped(t, ['subit'])
  assert.equal(await command.ended, 64)
  assert.match(command.text.stderr, /unknown command 'subit'\n\(Did you mean submit\?\)/)
  const flag = piped(t, ['submit', '--folow'])
  assert.equal(await flag.ended, 64)
  assert.match(flag.text.stderr, /unknown option '--folow'\n\(Did you mean --follow\?\)/)
})
