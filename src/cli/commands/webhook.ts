/** `runner-mesh webhook`: tries the listener for GitHub's events, without a way in from outside. */
import type { Command } from 'commander'
import { loadConfig } from '../../app/config.ts'
import { systemClock, systemRandom } from '../../app/system.ts'
import { cleanLine } from '../../core/clean-text.ts'
import { EXIT } from '../../core/errors.ts'
import type { CommandContext } from '../run-command.ts'

interface SendFlags {
  readonly payload?: string
  readonly to?: string
  readonly repository?: string
  readonly branch: string
  readonly sha?: string
  readonly login?: string
  readonly delivery?: string
}

/** @param open gives a command its context and hears its exit code; @param settings adds flags of settings to a command */
export function addWebhookCommands(
  program: Command,
  contextOf: (command: Command) => CommandContext,
  ended: (code: number) => void,
  withSettings: (command: Command, stems: readonly string[]) => Command,
): void {
  const webhook = program.command('webhook').description('Try the listener for GitHub’s events.')
  const send = withSettings(webhook.command('send'), ['webhook-secret-file', 'webhook-repositories', 'http'])
    .description('Sign a sample of an event and send it to a listener; exit code 0 when it is taken.')
    .argument('<event>', 'such as push')
    .option('--payload <file>', 'a payload to send in place of the sample, as JSON')
    .option('--to <url>', 'the listener; default: /webhook at --http')
    .option('--repository <name>', 'owner/name; default: the first of --webhook-repositories')
    .option('--branch <name>', 'its default branch, which the sample is about', 'main')
    .option('--sha <commit>', 'the commit that the sample is about, whose rules then count for a push')
    .option('--login <name>', 'who causes it; default: the owner')
    .option('--delivery <id>', 'an id that was sent before, to see that it counts once')
  send.action(async (event: string) => {
    const { environment, output, signal } = contextOf(send)
    const { payload, to, repository, branch, sha, login, delivery } = send.opts<SendFlags>()
    const { sendSample } = await import('../../app/webhook/delivery-desk.ts')
    const wish = { event, payloadFile: payload, url: to, repository, branch, sha, login, id: delivery }
    const machine = { clock: systemClock, random: systemRandom }
    const sent = await sendSample(loadConfig(environment), wish, machine, signal)
    const isTaken = sent.status >= 200 && sent.status < 300
    output.result({ ok: isTaken, ...sent }, () => `${String(sent.status)} ${cleanLine(sent.message, 300)} (${sent.id})`)
    ended(isTaken ? 0 : EXIT.badRequest)
  })
}
