/** How this peer finds others, what keeps it from that, what is left of GitHub's budget, and what it turned away. */
import { fill, h } from './elements.ts'
import { faultPlace, lookInTurn, section, type Page } from './page.ts'
import { call, readHistory } from './peer-api.ts'

export function registryPage(): Page {
  const fault = faultPlace()
  const ways = h('div', {})
  const budget = h('div', {})
  const turned = h('div', {})
  const look = lookInTurn(fault, async () => {
    const [status, { github }] = await Promise.all([call('p2p_taskqueue_status', { detail: true }), readHistory()])
    fill(
      ways,
      table(
        ['Way', 'Found', 'Problem'],
        (status.discovery ?? []).map(({ source, found, problem }) => [source, String(found), problem ?? '–']),
      ),
    )
    fill(
      budget,
      ...(github === undefined
        ? [h('p', {}, 'GitHub has not been asked yet.')]
        : [
            h('p', {}, `${String(github.remaining)} of ${String(github.limit)} requests of this hour are left.`),
            h('meter', {
              attributes: {
                min: 0,
                max: github.limit,
                low: github.limit / 10,
                value: github.remaining,
                'aria-label': 'Requests to GitHub that are left',
              },
            }),
          ]),
    )
    const rejected = Object.entries(status.rejected ?? {})
    fill(
      turned,
      rejected.length === 0
        ? h('p', {}, 'Nothing since this peer began.')
        : table(
            ['Kind', 'Times'],
            rejected.map(([kind, times]) => [kind.replaceAll('_', ' '), String(times)]),
          ),
    )
  })
  look()
  return {
    title: 'Registry',
    element: h(
      'div',
      {},
      h('h1', {}, 'Registry'),
      fault,
      section('Ways of finding peers', ways),
      section('GitHub’s rate limit', budget),
      section('Turned away', turned),
    ),
    look,
  }
}

function table(names: readonly string[], rows: readonly (readonly string[])[]): HTMLElement {
  return h(
    'div',
    { class: 'scroll', attributes: { tabindex: 0, role: 'region', 'aria-label': names.join(', ') } },
    h(
      'table',
      {},
      h('thead', {}, h('tr', {}, ...names.map((name) => h('th', { attributes: { scope: 'col' } }, name)))),
      h('tbody', {}, ...rows.map((row) => h('tr', {}, ...row.map((cell) => h('td', {}, cell))))),
    ),
  )
}
