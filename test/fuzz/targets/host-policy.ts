import { readFileSync } from 'node:fs'
import { isDeepStrictEqual } from 'node:util'
import { parsePolicy } from '../../../src/app/policy/policy-file.ts'
import { plainPolicy, rulesOf } from '../../../src/core/policy/host-policy.ts'
import { hold, refusal, type FuzzTarget } from '../engine/target.ts'

const page = readFileSync(new URL('../../../docs/policy.md', import.meta.url), 'utf8')
const examples = [...page.matchAll(/```yaml\n([^]*?)```/g)].map(([, yaml = '']) => yaml)

export const hostPolicyFile: FuzzTarget = {
  name: 'host-policy',
  form: 'text',
  seeds: [
    ...examples,
    'profile: strict\nnetwork: none\nimages:\n  allow: [ghcr.io/team/*]\nlimits:\n  memory_mib: 512\n',
    'secrets:\n  NPM_TOKEN: {}\nhours:\n  - days: [mon]\n    from: "22:00"\n    to: "06:00"\npause: true\n',
    'a: &a [1]\nb: *a\n',
    `a0: &a0 [x]\n${Array.from({ length: 9 }, (_, n) => `a${n + 1}: &a${n + 1} [${`*a${n},`.repeat(9)}]`).join('\n')}\n`,
    '? {complex: key}\n: 1\n--- \n%YAML 1.2\n!!binary aGk=\n',
  ],
  words: [
    ...[
      'submitters: ',
      'mesh',
      'loop_depth: ',
      'mounts:\n',
      'devices: [/dev/kvm]\n',
      'secrets:\n',
      'hours:\n',
      '<<: *a\n',
    ],
    ...[
      '&a ',
      '*a',
      '!!',
      '|\n',
      '>-\n',
      '? ',
      '- ',
      '{',
      '[',
      '"',
      '\u0000',
      '\t',
      '__proto__: 1\n',
      '0x10',
      '.inf',
      '12:00',
    ],
  ],
  attempt: (input) => {
    const text = Buffer.from(input).toString('utf8')
    let policy
    try {
      policy = parsePolicy(text, 'policy.yaml')
    } catch (thrown) {
      hold(thrown instanceof Error && !/[\n\r]{3}/.test(thrown.message), 'a fault is told in lines')
      return refusal(thrown, 'config_invalid')
    }
    hold(
      isDeepStrictEqual(parsePolicy(JSON.stringify(policy), 'again'), policy),
      'a policy that is read is written alike',
    )
    hold(
      Object.keys(rulesOf(policy)).every((rule) => rule in plainPolicy()),
      'homes are told rules alone',
    )
    return policy.profile
  },
}
