import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as pause } from 'node:timers/promises'
import { test } from 'node:test'
import { IMAGE, peerGround, until } from '../support/demo-peers.ts'
import { deliver, deliveryId, SECRET } from '../support/webhook-sender.ts'

const RULES = `
version: 1
limits: { open-tasks: 10000 }
rules:
  each:
    on: push
    task: { image: '${IMAGE}', environment: { DELIVERY: '\${{ github.delivery }}' } }
`
const BODY = JSON.stringify({
  ...{ ref: 'refs/heads/main', after: 'a'.repeat(40), commits: [] },
  repository: { full_name: 'octo/app', default_branch: 'main' },
  sender: { login: 'octo', type: 'User' },
})

test('killed under 200 deliveries a second, a peer makes one task of each delivery that it acknowledged', async (t) => {
  const ground = await peerGround(t)
  const [secretFile, rulesFile] = [join(ground.folder, 'secret'), join(ground.folder, 'rules.yml')]
  await writeFile(secretFile, SECRET, { mode: 0o600 })
  await writeFile(rulesFile, RULES)
  const args = [
    ...['--webhook-secret-file', secretFile, '--webhook-repositories', 'octo/app'],
    ...['--webhook-rules-file', rulesFile, '--pin-images', 'false'],
  ]
  const first = await ground.up('a', args)
  const url = (first.ready.mcp_url ?? '').replace(/\/mcp$/, '/webhook')
  const acknowledged: string[] = []
  const sent: Promise<void>[] = []
  for (let n = 0; n < 300; n += 1) {
    const id = deliveryId()
    const sending = deliver({ url, id, body: BODY }).then(
      ({ status }) => {
        if (status < 300) acknowledged.push(id)
      },
      () => undefined,
    )
    sent.push(sending)
    if (n === 200) first.child.kill('SIGKILL')
    await pause(5)
  }
  await Promise.all(sent)
  assert.ok(acknowledged.length >= 50 && acknowledged.length < 300, String(acknowledged.length))

  const second = await ground.up('a', args)
  const inbox = new DatabaseSync(join(second.ready.state_dir, 'webhook.db'), { readOnly: true })
  const queue = new DatabaseSync(join(second.ready.state_dir, 'queue.db'), { readOnly: true })
  t.after(() => {
    inbox.close()
    queue.close()
  })
  await until(
    () =>
      inbox.prepare("SELECT count(*) AS waiting FROM delivery WHERE state = 'waiting'").get() as { waiting: number },
    ({ waiting }) => waiting === 0,
  )
  const rows = queue.prepare('SELECT body FROM task JOIN spec USING (seq)').all() as { body: string }[]
  const ids = rows.map(({ body }) => /"DELIVERY":"([0-9a-f-]+)"/.exec(body)?.[1] ?? '')
  assert.equal(new Set(ids).size, ids.length)
  assert.deepEqual(
    acknowledged.filter((id) => !ids.includes(id)),
    [],
  )
})
