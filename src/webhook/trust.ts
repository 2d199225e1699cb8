/**
 * Who may start tasks by an event: the rule's author associations, where the payload tells them, and the permission that
 * GitHub says the sender has. Bots start nothing, unless only write access can cause such an event.
 */
import type { EventFacts } from './event-facts.ts'
import type { Rule } from './rules/rules-schema.ts'

export const PERMISSIONS = ['none', 'read', 'write', 'admin'] as const
export type Permission = (typeof PERMISSIONS)[number]

/** @param permission that the sender has; not asked for where it does not count. @returns why not */
export function whyUntrusted(
  { from, permission: least }: Rule,
  { sender, association, needsWriteAccess, kind }: EventFacts,
  permission: Permission,
): string | undefined {
  if (needsWriteAccess) return undefined
  if (sender.login === '') return 'it tells no sender'
  if (sender.isBot) return `${sender.login} is a bot`
  const tells = ['issue_comment', 'issues', 'pull_request'].includes(kind)
  if (tells && association !== undefined && !from.some((each) => each === association))
    return `${sender.login} is ${association}`
  if (kind === 'issue_comment' && association === undefined) return 'it does not tell who its author is'
  if (PERMISSIONS.indexOf(permission) < PERMISSIONS.indexOf(least))
    return `${sender.login} has ${permission === 'none' ? 'no' : permission} permission`
  return undefined
}
