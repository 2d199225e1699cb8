/** Every payload that GitHub has published, signed and delivered to a listener, and what a pinned rules file makes of them. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { test } from 'node:test'
import { deliver, deliveryId } from '../../support/webhook-sender.ts'
import { WebhookHouse } from '../../support/webhook-house.ts'

interface Example {
  readonly name: string
  readonly examples: readonly { readonly action?: string; readonly repository?: { readonly full_name?: string } }[]
}

const examples = createRequire(import.meta.url)('@octokit/webhooks-examples/api.github.com/index.json') as Example[]
const rules = readFileSync(new URL('../../unit/webhook/golden-rules.yml', import.meta.url), 'utf8')

test('delivered with a signature, none is answered 5xx, and those make tasks that the golden list names', async (t) => {
  const all = examples.flatMap(({ name, examples: payloads }) =>
    payloads.map((payload, at) => ({ id: deliveryId(), name, payload, at })),
  )
  const owners = all.flatMap(({ payload }) => payload.repository?.full_name?.split('/')[0] ?? [])
  const house = await WebhookHouse.open(t, { rules, repositories: [...new Set(owners)].map((owner) => `${owner}/*`) })
  // Whoever is told of has write access: what is left is what rules and payloads decide.
  for (const { payload } of all) {
    const { full_name: name } = payload.repository ?? {}
    const { sender } = payload as { sender?: { login?: string } }
    const { github } = house
    if (name !== undefined && github.findRepository(name) === undefined) github.addRepository(name)
    if (sender?.login !== undefined && github.accounts.findByLogin(sender.login) === undefined)
      github.accounts.addUser({ login: sender.login })
  }
  const send = async ({ id, name, payload }: (typeof all)[number]): Promise<number> =>
    (await deliver({ url: house.url, id, event: name, body: JSON.stringify(payload) })).status
  const statuses: number[] = []
  for (let at = 0; at < all.length; at += 32) statuses.push(...(await Promise.all(all.slice(at, at + 32).map(send))))
  assert.deepEqual(
    statuses.filter((status) => status !== 200 && status !== 202),
    [],
  )
  await house.workedOff()
  const made = all.flatMap(({ id, name, payload, at }) => {
    const keys = house.inbox.tasksOf(id).filter(({ taskId }) => taskId !== undefined)
    const action = payload.action === undefined ? '' : `.${payload.action}`
    return keys.length === 0 ? [] : [`${name}${action} ${String(at)}: ${keys.map(({ key }) => key).join(' ')}`]
  })
  assert.ok(all.length > 300)
  t.assert.snapshot(made)
  assert.deepEqual(house.github.faultsOfContract, [])
})
