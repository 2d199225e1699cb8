/**
 * Which right a request lacks, told from its body before anything is run: such a request is answered 403 with the scope
 * to ask for. What a handler refuses beyond that is an answer of its own.
 */
import { z } from 'zod'
import { CATALOG, isOperationName } from '../../core/operations/catalog.ts'
import { ACCESS, type Access } from '../../core/operations/operation.ts'
import { asksAnotherPeer } from '../tools/accepted-arguments.ts'
import type { CatalogTools } from '../tools/catalog-tools.ts'
import { PEERS_URI } from '../resources/resource-updates.ts'
import type { Seat } from '../seat.ts'

export interface MissingScope {
  readonly scope: Access
  readonly id: string | number | null
}

const request = z.object({
  id: z.union([z.string(), z.number()]).nullish(),
  method: z.string(),
  params: z
    .object({ name: z.string().optional(), uri: z.string().optional(), arguments: z.unknown().optional() })
    .nullish(),
})

const EVERYTHING: ReadonlySet<Access> = new Set(ACCESS)

export function findMissingScope(body: unknown, seat: Seat, tools: CatalogTools): MissingScope | undefined {
  for (const message of Array.isArray(body) ? (body as unknown[]) : [body]) {
    const parsed = request.safeParse(message)
    if (!parsed.success) continue
    const scope = neededScope(parsed.data, seat, tools)
    if (scope !== undefined && !seat.caller.access.has(scope)) return { scope, id: parsed.data.id ?? null }
  }
  return undefined
}

/** @returns undefined when no right is needed, or when one that would do is there */
function neededScope(
  { method, params }: z.output<typeof request>,
  seat: Seat,
  tools: CatalogTools,
): Access | undefined {
  switch (method) {
    case 'tools/call':
      return scopeOfTool(params?.name ?? '', params?.arguments, seat, tools)
    case 'resources/read':
    case 'resources/subscribe':
      return params?.uri === PEERS_URI ? 'peers:read' : 'tasks:read'
    case 'tasks/get':
    case 'tasks/update':
      return 'tasks:read'
    case 'tasks/cancel':
      return 'tasks:cancel'
    default:
      return undefined
  }
}

function scopeOfTool(name: string, args: unknown, { view, caller }: Seat, tools: CatalogTools): Access | undefined {
  const isShown = (access: ReadonlySet<Access>): boolean =>
    tools.visible(view, access).some((tool) => tool.name === name)
  if (!isOperationName(name) || !isShown(EVERYTHING)) return undefined
  if (isShown(caller.access)) return asksAnotherPeer(name, args) ? 'peers:call' : undefined
  const { access, ...operation } = CATALOG[name]
  return view.set === 'agent' && 'partialAccess' in operation ? operation.partialAccess : access
}
