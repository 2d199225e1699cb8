import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { launchBrowser, logInAs, openPage } from '../support/browser.ts'
import { IMAGE, peerGround, until } from '../support/demo-peers.ts'

const submit = 'p2p_taskqueue_submit_docker_hub'

test('a person sees a task from submit to done, its log as it is written, and cancels another', async (t) => {
  const ground = await peerGround(t)
  const browser = await launchBrowser(t)
  const home = await ground.up('home')
  const agent = await ground.agent(home)
  const url = new URL('/', home.ready.mcp_url).href
  const token = (await readFile(home.ready.token_file ?? '', 'utf8')).trim()
  const { page, faults, foreign } = await openPage(browser, url)

  await page.getByLabel('Token of this runner').fill('rmt_wrong')
  await page.getByRole('button', { name: 'Log in' }).click()
  await page.getByRole('alert').getByText('not known here').waitFor()
  assert.equal(faults.splice(0).filter((fault) => !fault.includes('401')).length, 0)
  await logInAs(page, token)

  const script = 'echo "\u001b[32mfirst\u001b[0m line"; until [ -e /tmp/go ]; do sleep 0.1; done; echo last >&2'
  const { task_id: id } = await agent.call(submit, { image: IMAGE, command: ['sh', '-c', script] })
  await page.getByRole('link', { name: 'Queue', exact: true }).click()
  await page.getByRole('listitem').getByText('queued').waitFor()
  await page.getByTitle(String(id)).click()
  await page.getByRole('heading', { name: 'Why it waits' }).waitFor()

  await ground.worker('worker', home)
  await page.locator('main .badge.is-running').waitFor()
  await page.locator('.line .fg-2').getByText('first').waitFor()
  assert.equal(await page.getByText('last', { exact: true }).count(), 0, 'its last line is not yet written')
  const [container] = await until(ground.containers, (found) => found.some(({ State }) => State === 'running'))
  const touch = await ground.docker.getContainer(container?.Id ?? '').exec({ Cmd: ['touch', '/tmp/go'] })
  const touched = await touch.start({})
  touched.destroy()
  await page.locator('.line.is-stderr').getByText('last').waitFor()
  await page.locator('main .badge.is-completed').waitFor()
  await page.locator('.timeline li').filter({ hasText: 'attempt 1' }).getByText('worker').waitFor()
  await page.locator('.timeline li').filter({ hasText: 'run' }).first().waitFor()

  const { task_id: other } = await agent.call(submit, { image: IMAGE, command: ['sleep', '300'] })
  await page.goto(`${url}#/task/${String(other)}`)
  await page.locator('main .badge.is-running').waitFor()
  await page.getByRole('button', { name: 'Cancel' }).click()
  await page.locator('main .badge.is-cancelled').waitFor({ timeout: 30_000 })
  await page.getByRole('button', { name: 'Retry' }).waitFor()

  await page.getByRole('link', { name: 'Overview' }).click()
  await page.locator('.mesh .peer').nth(1).waitFor()
  await page.locator('.tile.is-completed').getByText('1', { exact: true }).waitFor()
  await page.getByRole('button', { name: 'Log out' }).click()
  await page.getByLabel('Token of this runner').waitFor()
  assert.deepEqual([faults, foreign], [[], []])

  const metrics = await (
    await fetch(new URL('/metrics', url), { headers: { authorization: `Bearer ${token}` } })
  ).text()
  assert.match(metrics, /^runner_mesh_settles_total\{status="completed",reason="none"\} 1$/m)
  assert.match(metrics, /^runner_mesh_settles_total\{status="cancelled",reason="cancelled"\} 1$/m)
  assert.match(metrics, /^runner_mesh_attempt_seconds_count 2$/m)
  assert.match(metrics, /^runner_mesh_peers\{connection="direct"\} 1$/m)
  assert.match(metrics, /^runner_mesh_log_bytes_total [1-9]/m)
  assert.match(metrics, /^runner_mesh_store_sync_seconds_count [1-9]/m)
  const refused = await fetch(new URL('/metrics', url))
  assert.deepEqual([refused.status, (await refused.text()).includes('runner_mesh_')], [401, false])
  const audit = (await readFile(`${home.ready.state_dir}/audit.jsonl`, 'utf8')).trim().split('\n')
  const told = audit.map((line) => JSON.parse(line) as Record<string, unknown>)
  const ofDashboard = told.filter(({ door }) => door === 'dashboard')
  assert.deepEqual(
    ofDashboard.map(({ principal, operation, verdict }) => [principal, operation, verdict]),
    [
      ['unknown', 'login', 'unauthorized'],
      ['token:default', 'login', 'ok'],
      ['token:default', 'p2p_taskqueue_cancel', 'ok'],
    ],
  )
  assert.ok(told.some(({ operation, task_id }) => operation === submit && task_id === id))
})
