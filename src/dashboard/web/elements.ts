/** Elements from names, properties and children. Text becomes text nodes: nothing from outside is ever read as markup. */

export type Child = Node | string | number | undefined

export interface Properties {
  readonly class?: string
  readonly on?: Readonly<Record<string, (event: Event) => void>>
  /** Set as attributes; `true` is an empty one, `false` and undefined none. */
  readonly attributes?: Readonly<Record<string, string | number | boolean | undefined>>
}

export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  properties: Properties = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  return furnish(document.createElement(tag), properties, children)
}

export function svg<K extends keyof SVGElementTagNameMap>(
  tag: K,
  properties: Properties = {},
  ...children: readonly Child[]
): SVGElementTagNameMap[K] {
  return furnish(document.createElementNS('http://www.w3.org/2000/svg', tag), properties, children)
}

function furnish<E extends Element>(element: E, properties: Properties, children: readonly Child[]): E {
  if (properties.class !== undefined) element.setAttribute('class', properties.class)
  for (const [name, value] of Object.entries(properties.attributes ?? {})) {
    if (value !== undefined && value !== false) element.setAttribute(name, value === true ? '' : String(value))
  }
  for (const [name, listener] of Object.entries(properties.on ?? {})) element.addEventListener(name, listener)
  fill(element, ...children)
  return element
}

/** Puts these in the place of what is there. */
export function fill(element: Element, ...children: readonly Child[]): void {
  element.replaceChildren(
    ...children.filter((child) => child !== undefined).map((child) => (child instanceof Node ? child : String(child))),
  )
}

export function link(text: string, href: string, className?: string): HTMLAnchorElement {
  return h('a', { ...(className === undefined ? {} : { class: className }), attributes: { href } }, text)
}

export function button(text: string, pressed: () => void, className = ''): HTMLButtonElement {
  return h('button', { class: className, attributes: { type: 'button' }, on: { click: pressed } }, text)
}
