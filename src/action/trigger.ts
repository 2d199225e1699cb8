/**
 * Who may start a job that gives this machine to a mesh. A fork's pull request runs a stranger's workflow text, and
 * `pull_request_target` or `workflow_run` a trusted text on a stranger's behalf; in a public repository anybody can open
 * one. GitHub itself advises against self-hosted runners there.
 * @see https://docs.github.com/en/actions/reference/security/secure-use#hardening-for-self-hosted-runners
 */
import { z } from 'zod'

const repository = z.object({ id: z.number().optional(), full_name: z.string().optional() })
const side = z.object({ repo: repository.nullish() })
const spoken = z.object({ author_association: z.string().optional() })

const payload = z.object({
  repository: repository.extend({ private: z.boolean().optional() }).optional(),
  pull_request: z.object({ head: side, base: side }).extend(spoken.shape).optional(),
  workflow_run: z.object({ head_repository: repository.nullish() }).optional(),
  issue: spoken.optional(),
  comment: spoken.optional(),
  review: spoken.optional(),
})

export interface Trigger {
  /** GITHUB_EVENT_NAME */
  readonly name: string
  /** GITHUB_REPOSITORY */
  readonly repository: string
  /** The event's own text, parsed; undefined when it could not be read. */
  readonly payload: unknown
}

/** People whose words may start something where strangers can speak too. */
const TRUSTED_AUTHORS: ReadonlySet<string> = new Set(['OWNER', 'MEMBER', 'COLLABORATOR'])

/**
 * @param allowedPublic names of public repositories whose jobs may use this machine all the same
 * @returns why not, with what to do; undefined when it may
 */
export function untrustedBecause(
  { name, repository: ownName, payload: raw }: Trigger,
  allowedPublic: readonly string[],
): string | undefined {
  const parsed = payload.safeParse(raw)
  if (!parsed.success) {
    return `The event ${name} could not be read, so it is not known who started this job. Start it by push, schedule or workflow_dispatch.`
  }
  const { repository: own, pull_request: pull, workflow_run: run, comment, review, issue } = parsed.data
  if (pull !== undefined && !isSame(pull.head.repo, pull.base.repo ?? own)) {
    return `This ${name} comes from a fork, whose author is not trusted with this machine. Run the step on push to branches of ${ownName} only.`
  }
  if (run !== undefined && !isSame(run.head_repository, own)) {
    return `This workflow_run was started by a fork. Run the step on push to branches of ${ownName} only.`
  }
  if (own?.private === true) return undefined
  if (!allowedPublic.includes(ownName)) {
    return `${ownName} is public${own?.private === undefined ? ' as far as this event tells' : ''}: anybody can open a pull request that runs on this machine. Use a private repository, or name it in the input allow-public-repositories if only trusted workflows reach this runner.`
  }
  const author = (comment ?? review ?? issue)?.author_association
  if (author !== undefined && !TRUSTED_AUTHORS.has(author)) {
    return `This ${name} was written by somebody who is no member of ${ownName} (${author.slice(0, 40)}). Run the step for owners, members and collaborators only.`
  }
  return undefined
}

type Repository = z.output<typeof repository>

/** A head without a repository is a fork that was deleted. */
function isSame(a: Repository | null | undefined, b: Repository | null | undefined): boolean {
  if (a === null || a === undefined || b === null || b === undefined) return false
  return a.id !== undefined && b.id !== undefined
    ? a.id === b.id
    : a.full_name !== undefined && a.full_name === b.full_name
}
