import assert from 'node:assert/strict'
import { test } from 'node:test'
import axe from 'axe-core'
import type { Page } from 'playwright-core'
import type { Handlers } from '../../src/core/operations/catalog.ts'
import type { PeerView, TaskView } from '../../src/core/operations/views.ts'
import { dashboardHouse } from '../fakes/dashboard-house.ts'
import { eventually } from '../support/eventually.ts'
import { launchBrowser, logInAs, openPage } from '../support/browser.ts'

const HOSTILE = '<img src=x onerror=alert(1)><script>alert(2)</script>\u202egpj.exe'
const START = 1_700_000_000_000
const STATUSES = ['queued', 'running', 'completed', 'failed', 'cancelled'] as const

interface Violation {
  readonly id: string
  readonly impact: string
  readonly nodes: readonly { readonly html: string }[]
}

function manyTasks(count: number): TaskView[] {
  return Array.from({ length: count }, (_, index) => ({
    task_id: `abcdefghijklmnop.1.${String(count - index)}`,
    task_type: 'docker.hub',
    model_name: index === 0 ? HOSTILE : `registry.example/team/image:${String(index)}`,
    status: STATUSES[index % 5] ?? 'queued',
    priority: 5,
    attempt: 1,
    failures: 0,
    lost: 0,
    created_at: START - index * 1000,
    updated_at: START,
    worker_name: index === 0 ? HOSTILE : 'runner-7',
    submitter: 'token:owner',
  }))
}

function manyPeers(count: number): PeerView[] {
  return Array.from({ length: count }, (_, index) => ({
    peer_id: `peer-${String(index)}`,
    runner_name: index === 1 ? HOSTILE : `runner-${String(index)}`,
    alive: true,
    ...(index === 0 ? { self: true } : { relayed: index % 3 === 0 }),
    homes: [],
    features: [],
    rtt_ms: 3.2,
    capabilities: {
      ...{ version: '1', protocols: [], os: 'linux', arch: 'amd64', cpus: 4, memory_bytes: 0, disk_bytes: 0 },
      ...{ gpus: [], labels: [], task_types: [] },
      load: { slots: 4, running: index % 5, free_cpus: 1, free_memory_bytes: 0, load_1m: 1 },
    },
  }))
}

const LOG = [
  '\u001b[32mgreen\u001b[0m and \u001b[1;31mred\u001b[0m',
  HOSTILE,
  '\u001b]0;title\u0007\u001b[2Jafter the screen was cleared',
  ...Array.from({ length: 20_000 }, (_, index) => `line ${String(index)} needle${String(index % 500)}.`),
]

function handlersFor(tasks: readonly TaskView[], peers: readonly PeerView[]): Partial<Handlers> {
  const find = (id: string): TaskView => tasks.find(({ task_id }) => task_id === id) ?? (tasks[0] as TaskView)
  return {
    p2p_taskqueue_list_tasks: ({ limit, cursor, status }) => {
      const matching = status === undefined ? tasks : tasks.filter((task) => task.status === status)
      const from = Number(cursor ?? 0)
      const next = from + limit < matching.length ? { next_cursor: String(from + limit) } : {}
      return Promise.resolve({ tasks: matching.slice(from, from + limit), ...next })
    },
    p2p_taskqueue_get_task: ({ task_id }) => Promise.resolve({ task: find(task_id), attempts: [] }),
    p2p_taskqueue_explain: ({ task_id }) =>
      Promise.resolve({
        ...{ task_id, status: 'queued' as const, summary: `Nobody fits ${HOSTILE}` },
        peers: [{ peer_id: 'peer-1', runner_name: HOSTILE, fits: false, message: 'needs 64 processors' }],
      }),
    list_peers: () => Promise.resolve({ self_peer_id: 'peer-0', count: peers.length, peers: [...peers] }),
    p2p_taskqueue_list_artifacts: ({ task_id }) =>
      Promise.resolve({ task_id, attempt: 1, artifacts: [{ path: HOSTILE, bytes: 3, sha256: 'a'.repeat(64) }] }),
    p2p_taskqueue_read_log: ({ task_id, from_seq: from = 0 }) =>
      Promise.resolve({
        ...{ task_id, status: 'completed' as const, attempt: 1, cuts: [], bytes: 1, lines: LOG.length },
        entries: LOG.slice(from, from + 2000).map((text, index) => ({
          ...{ seq: from + index, at: START, stream: 'stdout' as const, text: `${text}\n` },
        })),
        next_seq: Math.min(LOG.length, from + 2000),
        ended: from + 2000 >= LOG.length,
        complete: true,
      }),
  }
}

const nodesOf = (page: Page): Promise<number> => page.evaluate<number>(`document.querySelectorAll('*').length`)

/** The list or the log. */
const scroll = (page: Page, to: 'start' | 'end'): Promise<unknown> =>
  page.evaluate(`document.querySelector('.virtual').scrollTop = ${to === 'end' ? '1e9' : '0'}`)

/** How much wider the page is than the window. */
const overflowOf = (page: Page): Promise<number> =>
  page.evaluate<number>('document.documentElement.scrollWidth - document.documentElement.clientWidth')

/**
 * Run through the debugger, so that the page's own policy stays in force.
 * @param rules all, or by name those that may find something new
 */
async function seriousFindings(page: Page, ...rules: readonly string[]): Promise<readonly string[]> {
  if (!(await page.evaluate<boolean>('typeof axe === "object"'))) await page.evaluate(axe.source)
  const options = { resultTypes: ['violations'], ...(rules.length === 0 ? {} : { runOnly: rules }) }
  const found = await page.evaluate<{ readonly violations: readonly Violation[] }>(
    `axe.run(document, ${JSON.stringify(options)})`,
  )
  return found.violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(' | ')}`)
}

test('the dashboard in a browser', async (t) => {
  const browser = await launchBrowser(t)

  await t.test('10,000 tasks and a long log need at most 2,000 elements, and every task is reached', async (t) => {
    const tasks = manyTasks(10_000)
    const { url } = await dashboardHouse(t, handlersFor(tasks, manyPeers(4)))
    const { page, faults, foreign } = await openPage(browser, url)
    await logInAs(page, 'owner-token')
    await page.getByRole('link', { name: 'Queue', exact: true }).click()
    const list = page.getByRole('list', { name: 'Tasks' })
    await list.getByRole('listitem').first().waitFor()
    let most = 0
    await eventually(
      'all 10,000 tasks are read as they scroll into view',
      async () => {
        await scroll(page, 'end')
        most = Math.max(most, await nodesOf(page))
        return page.locator('main .hint').textContent()
      },
      (count) => count === '10000 tasks',
      60_000,
    )
    await scroll(page, 'end')
    await list.getByTitle(tasks.at(-1)?.task_id ?? '', { exact: true }).waitFor()
    assert.ok(most <= 2_000, `${String(most)} elements`)

    await page.getByLabel('status').selectOption('failed')
    await page.getByText('100+ tasks').waitFor()
    assert.deepEqual(
      [...new Set(await list.locator('.badge').allTextContents())].map((text) => text.split(' ')[0]),
      ['failed'],
    )

    await page.goto(`${url}/#/task/${tasks[2]?.task_id ?? ''}`)
    await page.getByText(`${String(LOG.length)} lines, attempt 1, ended`).waitFor()
    assert.ok((await nodesOf(page)) <= 2_000)
    await page.getByLabel('Search').fill('needle499.')
    await page.locator('mark').first().waitFor()
    assert.ok((await page.locator('.line').count()) <= 40)
    assert.deepEqual([faults, foreign], [[], []])
    await page.context().close()
  })

  await t.test(
    'hostile names and logs are shown as text: no script runs, nothing is hidden or reordered',
    async (t) => {
      const { url } = await dashboardHouse(t, handlersFor(manyTasks(5), manyPeers(4)))
      const { page, faults, foreign } = await openPage(browser, url)
      await logInAs(page, 'owner-token')
      await page.locator('.mesh').waitFor()
      const places = ['#/queue', '#/task/abcdefghijklmnop.1.5', '#/task/abcdefghijklmnop.1.3', '#/registry', '#/']
      for (const place of places) {
        await page.goto(`${url}/${place}`)
        await page.waitForLoadState('networkidle').catch(() => undefined)
        assert.equal(await page.locator('main img, main script').count(), 0, place)
        assert.ok(!(await page.locator('main').innerText()).includes('\u202e'), place)
      }
      await page.goto(`${url}/#/task/abcdefghijklmnop.1.3`)
      const lines = page.locator('.line code')
      await page.getByText(/lines, attempt 1, ended/).waitFor()
      await scroll(page, 'start')
      await page.getByText('after the screen was cleared').waitFor()
      assert.equal(await lines.nth(0).textContent(), 'green and red')
      assert.equal(await lines.nth(0).locator('.fg-2').textContent(), 'green')
      assert.equal(await lines.nth(0).locator('.fg-1.bold').textContent(), 'red')
      assert.equal(await lines.nth(1).textContent(), HOSTILE.replace('\u202e', ''))
      assert.equal(await page.getByRole('link', { name: /onerror/ }).count(), 1)
      assert.deepEqual([faults, foreign], [[], []])
      await page.context().close()
    },
  )

  await t.test(
    'each page has no serious accessibility finding, in light and dark, and no sideways scroll at 390 px',
    async (t) => {
      const { url } = await dashboardHouse(t, handlersFor(manyTasks(300), manyPeers(201)))
      for (const colorScheme of ['light', 'dark'] as const) {
        const { page, faults } = await openPage(browser, url, { colorScheme, viewport: { width: 390, height: 844 } })
        // Only colours differ in the dark.
        const rules = colorScheme === 'dark' ? ['color-contrast'] : []
        await page.getByLabel('Token of this runner').waitFor()
        assert.deepEqual(await seriousFindings(page, ...rules), [], 'login')
        assert.ok((await overflowOf(page)) <= 0, 'login')
        await logInAs(page, 'owner-token')
        for (const place of [
          '#/',
          '#/queue',
          '#/task/abcdefghijklmnop.1.300',
          '#/task/abcdefghijklmnop.1.298',
          '#/registry',
        ]) {
          await page.goto(`${url}/${place}`)
          await page.locator('main h1').waitFor()
          if (place === '#/') await page.locator('.mesh .peer').nth(200).waitFor()
          if (place.includes('298')) await page.getByText(/lines, attempt 1, ended/).waitFor()
          assert.ok((await overflowOf(page)) <= 0, `${place} scrolls sideways`)
          const menu = await page.getByRole('link', { name: 'Overview', exact: true }).boundingBox()
          assert.ok((menu?.height ?? 0) < 40, `the menu of ${place} breaks its words`)
          assert.ok((await nodesOf(page)) <= 2_000, place)
          assert.deepEqual(await seriousFindings(page, ...rules), [], `${place} ${colorScheme}`)
        }
        assert.deepEqual(faults, [])
        await page.context().close()
      }
    },
  )

  await t.test('everything can be done with the keyboard', async (t) => {
    const { url } = await dashboardHouse(t, handlersFor(manyTasks(5), manyPeers(2)))
    const { page } = await openPage(browser, url)
    await page.getByLabel('Token of this runner').focus()
    await page.keyboard.type('owner-token')
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: 'Log out' }).waitFor()
    const tabTo = async (name: RegExp): Promise<void> => {
      for (let presses = 0; presses < 40; presses += 1) {
        await page.keyboard.press('Tab')
        if (name.test(await page.evaluate<string>(`document.activeElement?.textContent ?? ''`))) return
      }
      assert.fail(`no way to ${String(name)} by keyboard`)
    }
    await tabTo(/^Queue$/)
    await page.keyboard.press('Enter')
    await page.getByRole('listitem').first().waitFor()
    await tabTo(/mnop\.1\.4$/)
    await page.keyboard.press('Enter')
    await tabTo(/^Cancel$/)
    await page.context().close()
  })

  await t.test('a read-only dashboard and a token without rights offer nothing that changes', async (t) => {
    const handlers = handlersFor(manyTasks(5), manyPeers(2))
    const readOnly = await dashboardHouse(t, handlers, { readOnly: true })
    const open = await dashboardHouse(t, handlers)
    for (const [url, token, buttons] of [
      [readOnly.url, 'owner-token', 0],
      [open.url, 'reader-token', 0],
      [open.url, 'owner-token', 1],
    ] as const) {
      const { page } = await openPage(browser, `${url}/#/task/abcdefghijklmnop.1.4`)
      await logInAs(page, token)
      await page.getByRole('heading', { name: 'Way' }).waitFor()
      await page.locator('.timeline').waitFor()
      assert.equal(await page.getByRole('button', { name: 'Cancel' }).count(), buttons, token)
      await page.context().close()
    }
  })

  await t.test('a revoked token ends its session at once', async (t) => {
    const { url, revoke } = await dashboardHouse(t, handlersFor(manyTasks(5), manyPeers(2)))
    const { page } = await openPage(browser, url)
    await logInAs(page, 'owner-token')
    revoke()
    await page.getByLabel('Token of this runner').waitFor()
    await page.context().close()
  })
})
