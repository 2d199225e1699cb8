/** Where the machine shows processes to others: command lines, environments, and what they log. No secret is there. */
import assert from 'node:assert/strict'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { IMAGE, peerGround, until } from '../support/demo-peers.ts'

const OF_TASK = 'a-secret-of-the-host-9f3c71'
const OF_GITHUB = 'ghp_aTokenThatOnlyThePeerItselfIsToHave00'

interface Shown {
  readonly pid: number
  readonly commandLine: string
  readonly environment: string
}

/** Every process of this machine, as root sees it. One that ends meanwhile shows nothing. */
async function processes(): Promise<readonly Shown[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const read = (pid: string, file: string) => readFile(`/proc/${pid}/${file}`, 'latin1').catch(() => '')
  return Promise.all(
    pids.map(async (pid) => ({
      pid: Number(pid),
      commandLine: await read(pid, 'cmdline'),
      environment: await read(pid, 'environ'),
    })),
  )
}

test('no secret stands in a command line, in the environment of another process, or in a log', async (t) => {
  const ground = await peerGround(t)
  const ofWorker = join(ground.folder, 'b')
  await mkdir(ofWorker, { recursive: true, mode: 0o700 })
  await writeFile(join(ofWorker, 'policy.yml'), 'secrets:\n  TOKEN_OF_HOST: {}\n', { mode: 0o600 })
  await writeFile(join(ofWorker, 'secrets.yml'), JSON.stringify({ TOKEN_OF_HOST: OF_TASK }), { mode: 0o600 })
  const a = await ground.up('a')
  const b = await ground.worker('b', a, [], { RUNNER_MESH_GITHUB_TOKEN: OF_GITHUB })
  const agent = await ground.agent(a)
  const payload = { image: IMAGE, command: 'sleep 600', secrets: { TOKEN: 'TOKEN_OF_HOST' } }
  const { task_id: id } = await agent.call('p2p_taskqueue_submit', { task_type: 'docker.hub', payload })
  await until(ground.containers, ([first]) => first?.State === 'running')

  const keyFile = await readFile(join(a.ready.state_dir, 'mesh.key'), 'utf8')
  const bearer = await readFile(a.ready.token_file ?? '', 'utf8')
  const secrets = { OF_TASK, OF_GITHUB, meshKey: keyFile.trim(), bearer: bearer.trim() }
  for (const [name, secret] of Object.entries(secrets)) assert.ok(secret.length > 20, `${name} is one`)

  const shown = await processes()
  const peers = [a.child.pid, b.child.pid]
  assert.ok(
    peers.every((pid) => shown.some((each) => each.pid === pid)),
    'the peers are among what is searched',
  )
  const children = shown.filter(({ commandLine }) => commandLine.split('\0').includes('guard'))
  assert.ok(children.length > 0, 'a guardian is among what is searched')
  assert.ok(
    shown.find(({ pid }) => pid === b.child.pid)?.environment.includes(OF_GITHUB),
    'the control: what its owner gave to the peer in its environment is found there',
  )
  for (const [name, secret] of Object.entries(secrets)) {
    for (const { pid, commandLine, environment } of shown) {
      assert.ok(!commandLine.includes(secret), `${name} stands in the command line of ${pid}`)
      const isItsOwn = pid === b.child.pid && name === 'OF_GITHUB'
      if (!isItsOwn)
        assert.ok(!environment.includes(secret), `${name} stands in the environment of ${pid}: ${commandLine}`)
    }
    for (const peer of [a, b]) assert.ok(!peer.log().includes(secret), `${name} stands in a log`)
  }
  await agent.call('p2p_taskqueue_complete_task', { task_id: id, status: 'cancelled' })
  await until(ground.containers, (left) => left.length === 0)
})
