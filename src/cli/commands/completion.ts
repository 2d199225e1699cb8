/** `runner-mesh completion`: scripts for bash, zsh and fish, written from the commands there are. */
import type { Command } from 'commander'
import { Argument } from 'commander'
import type { RunInContext } from '../run-command.ts'

interface Entry {
  /** The words that lead to it; empty for the program itself. */
  readonly path: readonly string[]
  readonly about: string
  readonly commands: readonly string[]
  readonly flags: readonly Flag[]
}

interface Flag {
  readonly long: string
  readonly about: string
  readonly takesValue: boolean
  readonly choices: readonly string[]
}

const SHELLS = ['bash', 'zsh', 'fish'] as const

export function addCompletionCommand(program: Command, run: RunInContext): void {
  const command = program
    .command('completion')
    .description('Print a completion script: source <(runner-mesh completion bash)')
    .addArgument(new Argument('<shell>').choices(SHELLS))
  run(command, (context, shell) => {
    const entries = entriesOf(program)
    const script = shell === 'fish' ? fishScript(entries) : shell === 'zsh' ? zshScript(entries) : bashScript(entries)
    context.output.result({ shell, script }, () => script.trimEnd())
    return Promise.resolve(0)
  })
}

function entriesOf(program: Command): Entry[] {
  const visit = (command: Command, path: readonly string[], inherited: readonly Flag[]): Entry[] => {
    const help = command.createHelp()
    const children = help.visibleCommands(command)
    const own = help.visibleOptions(command).flatMap((option): Flag[] =>
      option.long == null
        ? []
        : [
            {
              long: option.long,
              about: option.description,
              takesValue: option.required || option.optional,
              choices: option.argChoices ?? [],
            },
          ],
    )
    const flags = [...own, ...inherited.filter(({ long }) => !own.some((flag) => flag.long === long))]
    const passedOn = path.length === 0 ? own.filter(({ long }) => long !== '--version') : inherited
    return [
      { path, about: command.description(), commands: children.map((child) => child.name()), flags },
      ...children
        .filter((child) => child.name() !== 'help')
        .flatMap((child) => visit(child, [...path, child.name()], passedOn)),
    ]
  }
  return visit(program, [], [])
}

/** Words of a shell's single-quoted string. */
function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}

function valueFlags(entries: readonly Entry[]): string {
  const flags = entries.flatMap((entry) => entry.flags.filter(({ takesValue }) => takesValue))
  return [...new Set(flags.map(({ long }) => long))].join('|')
}

function bashScript(entries: readonly Entry[]): string {
  const cases = entries.map(
    ({ path, commands, flags }) =>
      `    ${quote(path.join(' '))}) words=${quote([...commands, ...flags.map(({ long }) => long)].join(' '))} ;;`,
  )
  const choices = entries.flatMap(({ path, flags }) =>
    flags
      .filter((flag) => flag.choices.length > 0)
      .map(
        (flag) => `    ${quote([...path, flag.long].join(' '))}) words=${quote(flag.choices.join(' '))}; given=1 ;;`,
      ),
  )
  const known = entries
    .filter(({ path }) => path.length > 0)
    .map(({ path }) => `    ${quote(path.join(' '))}) at="$next" ;;`)
  return `# bash completion of runner-mesh
_runner_mesh() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}" at='' next='' words='' given='' skip='' i word
  for ((i = 1; i < COMP_CWORD; i++)); do
    word="\${COMP_WORDS[i]}"
    if [[ -n $skip ]]; then skip=''; continue; fi
    case "$word" in
    --) return ;;
    ${valueFlags(entries)}) skip=1; continue ;;
    esac
    next="\${at:+$at }$word"
    case "$next" in
${known.join('\n')}
    esac
  done
  case "$at $previous" in
${choices.map((line) => line.replace("    '", "    '")).join('\n')}
  esac
  if [[ -z $given && -n $skip ]]; then COMPREPLY=($(compgen -f -- "$current")); return; fi
  if [[ -z $given ]]; then case "$at" in
${cases.join('\n')}
  esac; fi
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _runner_mesh runner-mesh
`
}

/** As zsh's own completions are written, with what each word is for; sourced, or in a folder of `fpath`. */
function zshScript(entries: readonly Entry[]): string {
  const item = (name: string, about: string): string => quote(`${name.replaceAll(':', '\\:')}:${about}`)
  const aboutOf = (path: readonly string[]): string =>
    entries.find((entry) => entry.path.join(' ') === path.join(' '))?.about ?? ''
  const cases = entries.map(({ path, commands, flags }) => {
    const names = commands.map((name) => item(name, aboutOf([...path, name])))
    const options = flags.map(({ long, about }) => item(long, about))
    return `  ${quote(path.join(' '))}) commands=(${names.join(' ')}); flags=(${options.join(' ')}) ;;`
  })
  const choices = entries.flatMap(({ path, flags }) =>
    flags
      .filter((flag) => flag.choices.length > 0)
      .map((flag) => `  ${quote([...path, flag.long].join(' '))}) compadd -- ${flag.choices.join(' ')}; return ;;`),
  )
  const known = entries.filter(({ path }) => path.length > 0).map(({ path }) => quote(path.join(' ')))
  return `#compdef runner-mesh
# zsh completion of runner-mesh
_runner_mesh() {
  local at='' next='' skip='' word
  local -a commands flags
  for word in "\${(@)words[2,CURRENT-1]}"; do
    if [[ -n $skip ]]; then skip=''; continue; fi
    case "$word" in
    --) _files; return ;;
    ${valueFlags(entries)}) skip=1; continue ;;
    esac
    next="\${at:+$at }$word"
    case "$next" in
    ${known.join('|')}) at="$next" ;;
    esac
  done
  case "$at \${words[CURRENT-1]}" in
${choices.join('\n')}
  esac
  if [[ -n $skip ]]; then _files; return; fi
  case "$at" in
${cases.join('\n')}
  esac
  if [[ "\${words[CURRENT]}" == -* ]]; then _describe flag flags
  elif (( \${#commands} )); then _describe command commands
  else _files; fi
}
if [[ "\${funcstack[1]}" == _runner-mesh ]]; then _runner_mesh "$@"
else
  (( \${+functions[compdef]} )) || { autoload -U compinit && compinit -i; }
  compdef _runner_mesh runner-mesh
fi
`
}

function fishScript(entries: readonly Entry[]): string {
  const lines = entries.flatMap(({ path, commands, flags }) => {
    const inPath = path.map((word) => `__fish_seen_subcommand_from ${word}`).join('; and ')
    const noneYet = commands.length === 0 ? '' : `not __fish_seen_subcommand_from ${commands.join(' ')}`
    const when = [inPath, noneYet].filter((part) => part !== '').join('; and ')
    const where = when === '' ? '' : ` -n ${quote(when)}`
    const about = (name: string): string =>
      entries.find((one) => one.path.join(' ') === [...path, name].join(' '))?.about ?? ''
    return [
      ...commands.map((name) => `complete -c runner-mesh -f${where} -a ${quote(name)} -d ${quote(about(name))}`),
      ...flags.map(({ long, about: said, takesValue, choices }) => {
        const values = choices.length > 0 ? ` -x -a ${quote(choices.join(' '))}` : takesValue ? ' -r' : ''
        return `complete -c runner-mesh${inPath === '' ? '' : ` -n ${quote(inPath)}`} -l ${long.slice(2)}${values} -d ${quote(said)}`
      }),
    ]
  })
  return `# fish completion of runner-mesh\n${lines.join('\n')}\n`
}
