/** What the bridge gives, to whom, and what it does not; over real streams to a peer in a process of its own. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { multiaddr } from '@multiformats/multiaddr'
import { LEGACY_PROTOCOLS } from '../../../src/core/ports/legacy-streams.ts'
import { RPC_PROTOCOL } from '../../../src/mesh/protocols.ts'
import { until } from '../../support/demo-peers.ts'
import { callLegacy, frame, framesOf, freshNode, line, session } from '../../support/legacy-client.ts'
import { startLegacyPeer, TOKEN, type LegacyPeer } from '../../support/legacy-peer.ts'

type Reply = Record<string, unknown> & { readonly task?: Record<string, unknown> | null }

async function ask({ address }: LegacyPeer, request: object): Promise<Reply> {
  const { bytes } = await callLegacy(address, line(`${JSON.stringify({ token: TOKEN, ...request })}\n`))
  return JSON.parse(bytes.toString()) as Reply
}

test('without the setting the protocols are not spoken', async (t) => {
  const peer = await startLegacyPeer(t, { env: { RUNNER_MESH_LEGACY: 'off' } })
  for (const protocol of Object.values(LEGACY_PROTOCOLS)) {
    await assert.rejects(callLegacy(peer.address, { protocol, sent: [] }), { name: 'UnsupportedProtocolError' })
  }
})

test('without a token the peer does not start, and says what to do', async (t) => {
  await assert.rejects(
    startLegacyPeer(t, { env: { RUNNER_MESH_LEGACY_TOKEN: '' } }),
    /there is no token for it. Set RUNNER_MESH_LEGACY_TOKEN or write it to/,
  )
})

test('the bridge', async (t) => {
  const peer = await startLegacyPeer(t)

  await t.test('whoever shows no token, or a wrong one, is told so for every request', async () => {
    for (const token of [undefined, '', 'wrong', TOKEN.slice(1), 7, null, [TOKEN]]) {
      for (const op of ['status', 'submit', 'list', 'nope', 'cache.get', 'call_tool']) {
        const reply = await ask(peer, { op, token })
        assert.deepEqual([reply['ok'], reply['error']], [false, 'unauthorized'], `${op} ${JSON.stringify(token)}`)
      }
    }
    const opening = { jsonrpc: '2.0', id: 1, method: 'initialize', params: null }
    const call = {
      jsonrpc: '2.0',
      id: 1,
      method: 'tools/call',
      params: { name: 'task_queue.rpc', arguments: { op: 'list' } },
    }
    const { bytes } = await callLegacy(peer.address, session([opening, call], 2))
    assert.match(bytes.toString(), /"content":\{"ok":false,"error":"unauthorized"/)
  })

  await t.test('a connection without the token is closed within seconds, whatever streams it holds', async () => {
    const node = await freshNode()
    try {
      const connection = await node.dial(multiaddr(peer.address))
      const stream = await connection.newStream(LEGACY_PROTOCOLS.mcp)
      stream.send(frame({ jsonrpc: '2.0', id: 1, method: 'initialize' }))
      const started = performance.now()
      if (connection.status === 'open') await once(connection as unknown as EventTarget, 'close')
      assert.ok(performance.now() - started < 10_000)
    } finally {
      await node.stop()
    }
  })

  await t.test('a connection with the token is kept while calls come, and opens no door of the mesh', async () => {
    const node = await freshNode()
    try {
      const connection = await node.dial(multiaddr(peer.address))
      for (let call = 0; call < 3; call += 1) {
        const stream = await connection.newStream(LEGACY_PROTOCOLS.lines)
        stream.send(Buffer.from(`${JSON.stringify({ op: 'status', token: TOKEN })}\n`))
        const [event] = (await once(stream as unknown as EventTarget, 'message')) as [{ data: Uint8Array }]
        assert.match(Buffer.from(event.data.slice()).toString(), /^\{"ok":true/)
        await stream.close()
        // Longer than a connection has to prove itself.
        await pause(2_000)
      }
      assert.equal(connection.status, 'open')
      const rpc = await connection.newStream(RPC_PROTOCOL)
      const { promise, resolve } = Promise.withResolvers<undefined>()
      const answers: Uint8Array[] = []
      rpc.addEventListener('message', ({ data }) => answers.push(...(data instanceof Uint8Array ? [data] : data)))
      rpc.addEventListener('close', () => resolve(undefined))
      rpc.addEventListener('remoteCloseWrite', () => resolve(undefined))
      rpc.send(frame({ jsonrpc: '2.0', id: 1, method: 'p2p_taskqueue_status', params: {} }))
      await promise
      assert.ok(!Buffer.concat(answers).toString().includes('"queued"'))
    } finally {
      await node.stop()
    }
  })

  await t.test('bytes without the token are held up to a measure, and whoever has it is served meanwhile', async () => {
    for (let round = 0; round < 3; round += 1) {
      // A connection that has shown nothing may have but a few streams: it takes several.
      const nodes = await Promise.all(Array.from({ length: 5 }, freshNode))
      try {
        const opened = nodes.map(async (node) => {
          const connection = await node.dial(multiaddr(peer.address))
          return Promise.all(Array.from({ length: 6 }, () => connection.newStream(LEGACY_PROTOCOLS.lines)))
        })
        const streams = (await Promise.all(opened)).flat()
        let refused = 0
        for (const stream of streams) {
          stream.addEventListener('close', ({ error }) => {
            if (error !== undefined) refused += 1
          })
          stream.send(Buffer.alloc(900_000, 'x'))
        }
        await until(
          () => refused,
          (count) => count >= 30 - 18,
        )
        assert.equal((await ask(peer, { op: 'status' }))['ok'], true)
        // What came after a refusal is not held, and what was held is given back: the next round has as much room.
        assert.equal(refused, 30 - 18)
      } finally {
        await Promise.all(nodes.map(async (node) => node.stop()))
      }
    }
  })

  await t.test('the other dialect of the same protocol is refused in its own words', async () => {
    const request = { type: 'request', method: 'tools/list', params: {}, id: 'r1', sender: 'somebody', timestamp: 1 }
    const { bytes, closed } = await callLegacy(peer.address, session([request]))
    const [answer] = framesOf(bytes)
    assert.deepEqual([answer?.['type'], answer?.['id'], answer?.['result'], closed], ['response', 'r1', null, true])
    assert.match(String(answer?.['error']), /token/)
  })

  await t.test('a task submitted by one node is worked on by another', async () => {
    const { task_id: id } = await ask(peer, {
      op: 'submit',
      task_type: 'llm.generate',
      model_name: 'm',
      payload: { prompt: 'p' },
    })
    const { task } = await ask(peer, {
      op: 'claim',
      worker_id: 'py',
      peer_id: 'py',
      supported_task_types: ['llm_generate'],
    })
    assert.deepEqual([task?.['task_id'], task?.['task_type'], task?.['payload']], [id, 'llm.generate', { prompt: 'p' }])
    const waiting = ask(peer, { op: 'wait', task_id: id, timeout_s: 20 })
    assert.equal(
      (await ask(peer, { op: 'complete', task_id: id, status: 'completed', result: { text: 't' } }))['ok'],
      true,
    )
    const ended = (await waiting).task
    assert.deepEqual(
      [ended?.['status'], ended?.['result'], ended?.['assigned_worker']],
      ['completed', { text: 't' }, 'py'],
    )
  })

  await t.test('a container task of its words is one of ours, and is told again in its words', async () => {
    const payload = {
      image: 'alpine:3.20',
      cmd: ['true'],
      env: { A: '1' },
      memory_limit: '512m',
      timeout: 90,
      priority: '8',
    }
    const { task_id: id } = await ask(peer, { op: 'submit', task_type: 'docker.run', model_name: 'docker', payload })
    const { task } = await ask(peer, { op: 'get', task_id: id })
    assert.equal(task?.['priority'], 8)
    const told = task['payload'] as Record<string, unknown>
    assert.deepEqual(
      [
        told['image'],
        told['command'],
        told['environment'],
        told['memory_limit'],
        told['timeout'],
        told['network_mode'],
      ],
      ['alpine:3.20', ['true'], { A: '1' }, '512m', 90, 'none'],
    )
    const refused = await ask(peer, {
      op: 'submit',
      task_type: 'docker.run',
      payload: { ...payload, network_mode: 'host' },
    })
    assert.deepEqual([refused['ok'], refused['error']], [false, 'internal_error'])
    assert.match(String(refused['detail']), /network_mode "host"/)
    const flag = await ask(peer, { op: 'submit', task_type: 'docker.run', payload: { image: '--privileged' } })
    assert.equal(flag['error'], 'invalid_message')
  })

  await t.test('tools are the operations of the catalog, those of workers in its form', async () => {
    const tool = async (tool_name: string, args: object) => {
      const { ok, result, error } = await ask(peer, { op: 'call_tool', tool_name, args })
      return { ok, error, result: result as Record<string, unknown> | undefined }
    }
    const submitted = await tool('p2p_submit_task', { task_id: 't1', workflow_id: 'w', name: 'n', tags: ['p2p-only'] })
    assert.equal(submitted.result?.['success'], true)
    assert.equal((await tool('p2p_check_workflow_tags', { tags: ['p2p-only'] })).result?.['is_p2p_only'], true)
    const { result: next } = await tool('p2p_get_next_task', {})
    assert.equal((next?.['task'] as Record<string, unknown>)['task_id'], 't1')
    assert.equal((await tool('p2p_mark_task_complete', { task_id: 't1' })).result?.['success'], true)
    assert.equal(typeof (await tool('p2p_get_merkle_clock', {})).result?.['merkle_root'], 'string')
    assert.ok(Number((await tool('list_peers', {})).result?.['count']) >= 1)
    await ask(peer, { op: 'submit', task_type: 'by-tool', payload: {} })
    const claimed = await tool('p2p_taskqueue_claim_next', { worker_id: 'py', supported_task_types: ['by-tool'] })
    assert.equal((claimed.result?.['task'] as Record<string, unknown>)['task_type'], 'by-tool')
    assert.equal((await tool('p2p_taskqueue_prune', {})).error, 'unauthorized')
    assert.equal((await tool('p2p_taskqueue_cache_store', { key: 'k' })).error, 'unknown_tool')
    const late = await ask(peer, { op: 'submit', task_type: 'never', payload: {} })
    const waited = await ask(peer, {
      ...{ op: 'call_tool', tool_name: 'p2p_taskqueue_wait_task', timeout_s: 0.2 },
      args: { task_id: late['task_id'], timeout_s: 60 },
    })
    assert.equal(waited['error'], 'deadline_exceeded')
  })

  await t.test(
    'a line or frame that is too long is refused, and no answer is longer than its client reads',
    async () => {
      const long = await callLegacy(peer.address, line('x'.repeat(1_048_576)))
      assert.match(long.bytes.toString(), /"error":"frame_too_large"/)
      const value = 'y'.repeat(500_000)
      for (const key of ['a', 'b', 'c']) await ask(peer, { op: 'submit', task_type: 'large', payload: { key, value } })
      const { bytes } = await callLegacy(
        peer.address,
        line(`${JSON.stringify({ op: 'list', task_types: ['large'], token: TOKEN })}\n`),
      )
      assert.ok(bytes.length < 1_048_576)
      const reply = JSON.parse(bytes.toString()) as { readonly tasks: unknown[]; readonly truncated?: boolean }
      assert.deepEqual([reply.tasks.length, reply.truncated], [1, true])
    },
  )
})
