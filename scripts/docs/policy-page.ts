/** The reference page of the host policy file, written from its schema and from the file that `policy init` writes. */
import { z } from 'zod'
import { STARTING_POLICY } from '../../src/app/policy/starting-policy.ts'
import { hostPolicy } from '../../src/core/policy/host-policy.ts'

interface Field {
  readonly type?: string
  readonly description?: string
  readonly default?: unknown
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly properties?: Readonly<Record<string, Field>>
  readonly items?: Field
  readonly anyOf?: readonly Field[]
  readonly additionalProperties?: boolean | Field
}

/** Title and parts of the page. */
export function policyPage(): readonly [title: string, parts: readonly string[]] {
  const schema = z.toJSONSchema(hostPolicy, { io: 'input' }) as Field
  const rows = fieldsOf('', schema).map(
    ([name, field]) =>
      `| \`${name}\` | ${kindOf(field)} | ${(field.description ?? '').replaceAll('|', '\\|')} | ${defaultOf(field)} |`,
  )
  return [
    'Host policy',
    [
      'What may run on a machine is said by its owner, in a file that no task and no repository can change: `policy.yml` in the state directory, or the file that `RUNNER_MESH_POLICY_FILE` names. It has the last word: a task may ask for less, never for more.',
      [
        '- Unknown rules are refused by name, faults are told with line and field. A peer does not start with a faulty file; while it runs, a faulty change leaves the former policy in force and says so in the log and in `runner-mesh status`. A change counts within three seconds; a claim that waits at a home already may hear up to half a minute later of what is allowed anew.',
        '- The verdict is one function: homes route by it (the rules travel with claims, never hours, capabilities or values of secrets), the worker refuses by it before anything is pulled, and `runner-mesh explain <task>` names the rule. A refusal is remembered for the task, the peer and the digest of the policy.',
        '- `runner-mesh policy init` writes a file to begin from, `policy show` prints what is in force, `policy check <task.yml>` explains a verdict rule by rule (exit code 65 when the task may not run).',
        '- Group and others must not be able to write the file.',
      ].join('\n'),
      '## Rules',
      ['| rule | what it takes | what it says | default |', '|---|---|---|---|', ...rows].join('\n'),
      '## Profiles',
      'A task names one, `standard` when it names none; `profile` is the loosest that this host allows.',
      [
        '| | strict | standard | trusted |',
        '|---|---|---|---|',
        '| network | none | none, or `bridge` where the task asks and `network` allows | `bridge`, or none where the task says so; refused where `network` does not allow it |',
        '| root filesystem | read-only, with sized tmpfs | writable, size-capped where the driver can | writable |',
        '| user | non-root | the image’s | the image’s |',
        '| capabilities | none | CHOWN DAC_OVERRIDE FOWNER SETUID SETGID | `capabilities` |',
        '| folders and devices of the host | none | none | `mounts`, `devices` |',
        '| always | no-new-privileges, default seccomp, limits on memory, processors and processes, no engine socket, not privileged, no host namespaces, an init, a log cap | the same | the same |',
      ].join('\n'),
      '## Secrets',
      [
        'A task names secrets, never values: `secrets: {NPM_TOKEN: NPM_TOKEN}` (the file’s name in the container, then the name in the secret file of the host). The worker reads the value from `secrets.yml` in its state directory (or `RUNNER_MESH_SECRETS_FILE`), a YAML file of names and texts that must have mode 0600, and puts it into `/run/secrets/NPM_TOKEN`: a file in memory, mounted read-only, gone with the container. `{ref: NPM_TOKEN, env: true}` sets it as a variable too, where the rule’s `env` allows it; then `docker inspect` on that host shows it.',
        'In logs, tails, results, errors, progress and names of artifacts a secret is replaced by `***`: as it is, each line of it, and as base64 (at any place of a longer text, wrapped or not), base64url, hexadecimal, URL-encoded, and inside quotes of JSON, shells and XML; also in pieces, with white space or colours between its characters, and split over standard output and standard error. Other transformations (encryption, compression, reversal, a part of it alone) cannot be known and are not found. A secret shorter than 6 characters is refused.',
        'While a container exists, the engine keeps its raw output on its host’s disk, readable for root, so that a restarted peer can read it; it is gone with the container. A task whose container is taken up by a restarted peer after its secrets are gone is stopped.',
      ].join('\n\n'),
      '## Tasks that submit tasks',
      [
        'A task that may use the secret `RUNNER_MESH_TASK_TOKEN` (which is in no file: the worker signs one for each attempt) can submit tasks over MCP at its home, with the token as bearer. It sees and cancels only what it submitted, and the token ends with the attempt. Each such task stands one deeper than the one that submitted it; the depth is in the signed envelope, taken from the home’s own records, and refused beyond `loop_depth`: by the peer that accepts it, with error `policy_refused`, and by every worker.',
        'The container needs a way to the home’s HTTP address: profile and policy that give it a network, and a home that listens where the container can reach it. Nothing opens that way by itself, and no other operation of the mesh is served to containers.',
      ].join('\n\n'),
      '## The file that `policy init` writes',
      `\`\`\`yaml\n${STARTING_POLICY}\`\`\``,
    ],
  ]
}

function fieldsOf(prefix: string, { properties = {} }: Field): [string, Field][] {
  return Object.entries(properties).flatMap(([name, field]): [string, Field][] => {
    const path = `${prefix}${name}`
    if (field.properties !== undefined) return fieldsOf(`${path}.`, field)
    const rest = field.items?.properties !== undefined ? fieldsOf(`${path}[].`, field.items) : []
    const values = field.additionalProperties
    const named = typeof values === 'object' ? fieldsOf(`${path}.<name>.`, values) : []
    return [[path, field], ...rest, ...named]
  })
}

function kindOf({ type, enum: words, const: word, items, anyOf, properties, additionalProperties }: Field): string {
  if (words !== undefined) return words.map((one) => `\`${String(one)}\``).join(', ')
  if (typeof word === 'string') return `\`${word}\``
  if (anyOf !== undefined) return anyOf.map(kindOf).join(' or ')
  if (items !== undefined) return `list of ${items.properties === undefined ? kindOf(items) : 'objects'}`
  if (properties !== undefined || additionalProperties !== undefined) return 'object'
  return type === 'string' ? 'text' : type === 'boolean' ? '`true` or `false`' : (type ?? '')
}

function defaultOf({ default: value }: Field): string {
  return value === undefined ? '' : `\`${JSON.stringify(value)}\``
}
