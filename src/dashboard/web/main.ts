/** The shell of the page: who is logged in, which page is shown, and what it is told. */
import { button, fill, h, link } from './elements.ts'
import { loginPage } from './login-page.ts'
import { overviewPage } from './overview-page.ts'
import type { Page } from './page.ts'
import { currentSession, findSession, followChanges, logOut, whenLoggedOut } from './peer-api.ts'
import { queuePage } from './queue-page.ts'
import { registryPage } from './registry-page.ts'
import { taskPage } from './task-page.ts'

const LOOK_EVERY_MS = 5_000

const NAVIGATION = [
  ['Overview', '#/'],
  ['Queue', '#/queue'],
  ['Registry', '#/registry'],
] as const

const room = h('main', { attributes: { id: 'room', tabindex: -1 } })
const header = h('header', {})
const standing = h('span', { class: 'standing', attributes: { role: 'status' } })
let shown: Page | undefined
let endFollowing: (() => void) | undefined

function pageAt(hash: string): Page {
  const [path = '', query = ''] = hash.replace(/^#/, '').split('?', 2)
  if (path.startsWith('/task/')) return taskPage(decodeURIComponent(path.slice('/task/'.length)))
  if (path === '/queue') return queuePage(new URLSearchParams(query))
  if (path === '/registry') return registryPage()
  return overviewPage()
}

function show(page: Page): void {
  shown?.dispose?.()
  shown = page
  document.title = `${page.title} · runner-mesh`
  fill(room, page.element)
}

function go(): void {
  const session = currentSession()
  if (session === undefined) {
    endFollowing?.()
    endFollowing = undefined
    fill(header)
    show(loginPage(go))
    return
  }
  endFollowing ??= followChanges(
    (notice) => shown?.changed?.(notice),
    (isOpen) => fill(standing, isOpen ? '' : 'connection lost, trying again…'),
  )
  fill(
    header,
    h('a', { class: 'brand', attributes: { href: '#/' } }, 'runner-mesh'),
    h(
      'nav',
      { attributes: { 'aria-label': 'Pages' } },
      ...NAVIGATION.map(([name, href]) => {
        const one = link(name, href)
        if ((location.hash.split('?', 1)[0] ?? '') === href || (href === '#/' && location.hash === ''))
          one.setAttribute('aria-current', 'page')
        return one
      }),
    ),
    standing,
    h('span', { class: 'who' }, session.principal, session.read_only ? ' · read-only' : ''),
    button('Log out', () => void logOut()),
  )
  show(pageAt(location.hash))
}

document.body.append(
  h(
    'a',
    {
      class: 'skip',
      attributes: { href: '#room' },
      on: {
        click: (event) => {
          event.preventDefault()
          room.focus()
        },
      },
    },
    'Skip to the page',
  ),
  header,
  room,
)
whenLoggedOut(go)
window.addEventListener('hashchange', () => {
  go()
  room.focus({ preventScroll: true })
  window.scrollTo(0, 0)
})
setInterval(() => {
  if (document.visibilityState === 'visible') shown?.look?.()
}, LOOK_EVERY_MS)
await findSession()
go()
