import { faultPlace, showFault, type Page } from './page.ts'
import { h } from './elements.ts'
import { logIn } from './peer-api.ts'

/** @param loggedIn called once the peer has taken the token */
export function loginPage(loggedIn: () => void): Page {
  const fault = faultPlace()
  const token = h('input', {
    attributes: {
      id: 'token',
      type: 'password',
      autocomplete: 'current-password',
      required: true,
      spellcheck: 'false',
    },
  })
  const enter = async (): Promise<void> => {
    fault.hidden = true
    try {
      await logIn(token.value)
      token.value = ''
      loggedIn()
    } catch (thrown) {
      showFault(fault, thrown)
      token.select()
    }
  }
  const form = h(
    'form',
    {
      class: 'card login',
      on: {
        submit: (event) => {
          event.preventDefault()
          void enter()
        },
      },
    },
    h('h1', {}, 'runner-mesh'),
    h('label', { attributes: { for: 'token' } }, 'Token of this runner'),
    token,
    h('button', { class: 'primary', attributes: { type: 'submit' } }, 'Log in'),
    fault,
    h(
      'p',
      { class: 'hint' },
      'Its owner finds one in http.token of the state directory, or makes one with ',
      h('code', {}, 'runner-mesh token create'),
      '.',
    ),
  )
  return { title: 'Log in', element: form }
}
