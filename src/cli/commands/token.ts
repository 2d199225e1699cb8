/** `runner-mesh token`: bearer tokens for agents and programs, each with its own rights and its own end. */
import type { Command } from 'commander'
import { createToken, listTokens, revokeToken, type AccessToken } from '../../app/access-tokens.ts'
import { loadConfig, type Environment } from '../../app/config.ts'
import { makeStateDirectory, stateDirectory } from '../../app/state-directory.ts'
import { systemClock, systemRandom } from '../../app/system.ts'
import { RunnerMeshError } from '../../core/errors.ts'
import { DAY } from '../../core/lease.ts'
import { ACCESS, type Access } from '../../core/operations/operation.ts'
import { table } from '../output.ts'
import { parseNumber } from '../run-command.ts'
import type { CommandContext } from '../run-command.ts'

/** What an agent needs that runs containers and looks after its own tasks. */
const AGENT_SCOPES: readonly Access[] = ['tasks:read', 'tasks:submit', 'tasks:cancel', 'peers:read']
const DEFAULT_DAYS = 90
const MOST_DAYS = 3_650

export function addTokenCommands(program: Command, contextOf: (command: Command) => CommandContext): void {
  const token = program.command('token').description('Give out bearer tokens for MCP, and take them back.')

  const create = token
    .command('create')
    .description('Make a token and print it, this once.')
    .argument('<name>', 'what it is called; its tasks belong to this name')
    .option('--scopes <list>', `rights, comma separated, of: ${ACCESS.join(', ')}`, AGENT_SCOPES.join(','))
    .option('--expires-in-days <number>', 'how long it is good', parseNumber, DEFAULT_DAYS)
    .option('--no-expiry', 'good until it is revoked')
  create.action(async (name: string) => {
    const { scopes, expiresInDays, expiry } = create.opts<{ scopes: string; expiresInDays: number; expiry: boolean }>()
    const { environment, output, status } = contextOf(create)
    const made = await createToken(
      await stateDirOf(environment),
      { name, access: parseScopes(scopes), expiresInMs: expiry ? parseDays(expiresInDays) * DAY : undefined },
      { clock: systemClock, random: systemRandom },
    )
    status(`Token ${made.name} (${made.access.join(', ')}), ${untilOf(made)}. It is shown this once:`)
    output.result({ ...viewOf(made), token: made.token }, () => made.token)
  })

  const list = token.command('list').description('List the tokens, without their values.')
  list.action(async () => {
    const { environment, output } = contextOf(list)
    const tokens = await listTokens(await stateDirOf(environment))
    const now = systemClock.now()
    const isExpired = ({ expiresAt }: AccessToken): boolean => expiresAt !== undefined && expiresAt <= now
    output.result({ tokens: tokens.map((one) => ({ ...viewOf(one), expired: isExpired(one) })) }, () =>
      tokens.length === 0
        ? 'No tokens. Make one with: runner-mesh token create <name>'
        : table([
            ['NAME', 'CREATED', 'UNTIL', 'SCOPES'],
            ...tokens.map((one) => [
              one.name,
              dayOf(one.createdAt),
              isExpired(one) ? 'expired' : one.expiresAt === undefined ? 'revoked' : dayOf(one.expiresAt),
              one.access.join(','),
            ]),
          ]),
    )
  })

  const revoke = token
    .command('revoke')
    .description('End a token; what is open under it is cut off within a second.')
    .argument('<name>')
  revoke.action(async (name: string) => {
    const { environment, output } = contextOf(revoke)
    await revokeToken(await stateDirOf(environment), name)
    output.result({ name, revoked: true }, () => `Token ${name} is revoked.`)
  })
}

async function stateDirOf(environment: Environment): Promise<string> {
  const directory = stateDirectory(loadConfig(environment))
  await makeStateDirectory(directory)
  return directory
}

function parseScopes(text: string): readonly Access[] {
  const names = [...new Set(text.split(/[\s,]+/).filter((name) => name !== ''))]
  const unknown = names.filter((name) => !ACCESS.some((scope) => scope === name))
  if (names.length > 0 && unknown.length === 0) return ACCESS.filter((scope) => names.includes(scope))
  throw new RunnerMeshError(
    'bad_request',
    `--scopes: ${unknown.length === 0 ? 'none given' : `${JSON.stringify(unknown[0])} is none`}. Choose of ${ACCESS.join(', ')}.`,
  )
}

function parseDays(days: number): number {
  if (days > 0 && days <= MOST_DAYS) return days
  const message = `--expires-in-days takes more than 0 and at most ${String(MOST_DAYS)}; --no-expiry makes one without an end.`
  throw new RunnerMeshError('bad_request', message)
}

function viewOf({ name, access, createdAt, expiresAt }: AccessToken) {
  return { name, scopes: access, created_at: createdAt, ...(expiresAt === undefined ? {} : { expires_at: expiresAt }) }
}

function untilOf({ expiresAt }: AccessToken): string {
  return expiresAt === undefined ? 'good until it is revoked' : `good until ${dayOf(expiresAt)}`
}

function dayOf(instant: number): string {
  return `${new Date(instant).toISOString().slice(0, 16)}Z`
}
