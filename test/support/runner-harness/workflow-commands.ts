/**
 * What the runner makes of a step's output line by line: commands, masks, and text that a stop-commands token fences off.
 * As in actions/runner, ActionCommandManager.cs and SecretMasker.
 */

export interface Annotation {
  readonly level: 'error' | 'warning' | 'notice'
  readonly title: string | undefined
  readonly message: string
}

const LONGEST_MESSAGE = 4_096
const COMMAND = /^::(?<name>[a-z-]+)(?: (?<properties>[^:]*(?::(?!:)[^:]*)*))?::(?<value>.*)$/s

/** Secrets of one job: what one step masks stays masked in the next. */
export class Masks {
  readonly #values = new Set<string>()

  add(value: string): void {
    for (const part of [value, ...value.split(/\r?\n/)]) if (part.trim() !== '') this.#values.add(part)
  }

  get values(): readonly string[] {
    return [...this.#values]
  }

  apply(text: string): string {
    return this.values
      .toSorted((a, b) => b.length - a.length)
      .reduce((masked, value) => masked.replaceAll(value, '***'), text)
  }
}

export class StepLog {
  readonly #masks: Masks
  readonly #lines: string[] = []
  readonly annotations: Annotation[] = []
  /** Names of commands the runner obeyed, in order. */
  readonly commands: string[] = []
  readonly groups: string[] = []
  #stopToken: string | undefined
  #rest = ''

  constructor(masks: Masks) {
    this.#masks = masks
  }

  /** As people see it: masked, commands of the runner itself left out. */
  get text(): string {
    return this.#lines.join('\n')
  }

  push(chunk: string): void {
    const lines = `${this.#rest}${chunk}`.split('\n')
    this.#rest = lines.pop() ?? ''
    for (const line of lines) this.#line(line.replace(/\r$/, ''))
  }

  end(): void {
    if (this.#rest !== '') this.#line(this.#rest)
    this.#rest = ''
  }

  #line(line: string): void {
    if (this.#stopToken !== undefined) {
      if (line.trim() === `::${this.#stopToken}::`) this.#stopToken = undefined
      else this.#show(line)
      return
    }
    const command = COMMAND.exec(line.trimStart())?.groups
    if (command === undefined) {
      this.#show(line)
      return
    }
    this.#obey(command['name'] ?? '', command['properties'] ?? '', unescape(command['value'] ?? ''), line)
  }

  #obey(name: string, properties: string, value: string, line: string): void {
    this.commands.push(name)
    switch (name) {
      case 'add-mask':
        this.#masks.add(value)
        this.#show('::add-mask::***')
        return
      case 'stop-commands':
        this.#stopToken = value
        return
      case 'error':
      case 'warning':
      case 'notice': {
        const title = /(?:^|,)title=(?<title>[^,]*)/.exec(properties)?.groups?.['title']
        const message = this.#masks.apply(value).slice(0, LONGEST_MESSAGE)
        this.annotations.push({ level: name, title: title === undefined ? undefined : unescape(title), message })
        this.#show(`${name}: ${value}`)
        return
      }
      case 'group':
        this.groups.push(value)
        this.#show(`▸ ${value}`)
        return
      case 'endgroup':
      case 'debug':
      case 'echo':
        return
      default:
        this.commands.pop()
        this.#show(line)
    }
  }

  #show(line: string): void {
    this.#lines.push(this.#masks.apply(line))
  }
}

function unescape(text: string): string {
  return text
    .replaceAll('%0D', '\r')
    .replaceAll('%0A', '\n')
    .replaceAll('%3A', ':')
    .replaceAll('%2C', ',')
    .replaceAll('%25', '%')
}
