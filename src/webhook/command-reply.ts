/** What is said to a comment that begins with /mesh and makes no task. */
import { cleanLine } from '../core/clean-text.ts'
import type { RepositoryDesk } from '../core/ports/repository-desk.ts'
import { readCommand } from './command.ts'
import type { EventFacts } from './event-facts.ts'

const PEOPLE: ReadonlySet<string> = new Set(['OWNER', 'MEMBER', 'COLLABORATOR'])

/** Strangers are answered nothing: each answer would cost a request and a notification. */
export async function replyToCommand(
  desk: RepositoryDesk,
  { barred, association, comment, issue, repository }: EventFacts,
  message: string,
  signal: AbortSignal,
): Promise<void> {
  if (barred !== undefined || comment === undefined || issue === undefined || !PEOPLE.has(association ?? '')) return
  if (readCommand(comment.text) === undefined) return
  await desk.react(repository, comment.id, 'confused', signal)
  await desk.createComment(repository, issue, `No task was made: ${cleanLine(message, 500)}`, signal)
}
