import assert from 'node:assert/strict'
import { test } from 'node:test'
import { IMAGE, peerGround, until } from '../support/demo-peers.ts'
import { otlpReceiver } from '../support/otlp-receiver.ts'

test(
  'a task is one trace from its submit to its container, told by home and worker to a collector',
  { timeout: 150_000 },
  async (t) => {
    const collector = await otlpReceiver(t)
    const ground = await peerGround(t)
    const env = { RUNNER_MESH_OTLP_TRACES_URL: collector.url, RUNNER_MESH_OTLP_HEADERS: 'authorization=Bearer abc' }
    const home = await ground.up('home', [], env)
    await ground.worker('worker', home, [], env)
    const agent = await ground.agent(home)
    const command = ['sh', '-c', 'echo $TRACEPARENT; sleep 0.3; exit 3']
    const { task_id: id } = await agent.call('p2p_taskqueue_submit_docker_hub', { image: IMAGE, command })
    const ended = await agent.call('p2p_taskqueue_wait_task', { task_id: id, timeout_s: 30, log_tail_lines: 1 })
    await until(
      () => collector.spans.map(({ name }) => name),
      (names) => ['task docker.hub', 'submit', 'wait', 'attempt 1', 'container'].every((name) => names.includes(name)),
    )
    const of = (name: string) => {
      const found = collector.spans.filter((span) => span.name === name)
      assert.equal(found.length, 1, name)
      return found[0] as (typeof found)[0]
    }
    const [whole, submit, wait, attempt, container] = [
      ...[of('task docker.hub'), of('submit'), of('wait'), of('attempt 1'), of('container')],
    ] as const
    assert.equal(new Set(collector.spans.map(({ traceId }) => traceId)).size, 1)
    assert.deepEqual(
      [whole, submit, wait, attempt, container].map(({ parent }) => parent),
      [undefined, whole.spanId, whole.spanId, whole.spanId, attempt.spanId],
    )
    assert.deepEqual([whole.runner, submit.runner, wait.runner, attempt.runner], ['home', 'home', 'home', 'worker'])
    assert.deepEqual([whole.failed, attempt.failed, container.failed], ['exit', 'exit', undefined])
    assert.equal(whole.attributes['runner_mesh.task.id'], id)
    assert.equal(attempt.attributes['process.exit.code'], 3)
    assert.equal(submit.attributes['runner_mesh.door'], 'mcp')
    assert.ok(container.end - container.start >= 300_000_000n, 'as long as the container ran, in nanoseconds')
    // Both peers share this machine's clock.
    assert.ok(whole.start <= submit.end && submit.start <= wait.end && wait.end <= container.start)
    assert.equal(String(ended['log_tail']).trim(), `00-${attempt.traceId}-${attempt.spanId}-01`)
    assert.ok(collector.tokens.every((token) => token === 'Bearer abc'))
  },
)
