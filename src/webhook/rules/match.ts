/** Whether the filters of a rule let an event through. Pure. */
import { routeByTags } from '../../core/scheduler/workflow-tags.ts'
import type { EventFacts } from '../event-facts.ts'
import { readCommand } from '../command.ts'
import { fitsPatterns } from './glob.ts'
import type { Rule } from './rules-schema.ts'

/** @returns why not; undefined when it fits */
export function whyNoMatch({ on }: Rule, facts: EventFacts): string | undefined {
  const filters = on[facts.kind]
  if (filters === undefined) return `it is not about ${facts.kind}`
  if (facts.barred !== undefined) return facts.barred
  if ('types' in filters && filters.types !== undefined && !filters.types.includes(facts.action))
    return `the action is ${facts.action === '' ? 'unset' : facts.action}`
  const {
    push,
    pull_request: pull,
    issue_comment: comment,
    workflow_job: job,
    workflow_run: run,
    workflow_dispatch: dispatch,
    schedule,
  } = on
  switch (facts.kind) {
    case 'push': {
      const why = whyNoPush(push ?? {}, facts)
      if (why !== undefined) return why
      break
    }
    case 'pull_request': {
      const why = whyNoPaths(pull ?? {}, facts.paths)
      if (why !== undefined) return why
      break
    }
    case 'issue_comment': {
      const command = readCommand(facts.comment?.text ?? '')
      if (command === undefined || 'fault' in command) return 'it is no command'
      if (command.word !== comment?.command) return 'it is another command'
      break
    }
    case 'workflow_job': {
      const { recognised, shouldBypassGithub } = routeByTags(facts.labels)
      const wanted = job?.tags
      if (wanted === undefined ? !shouldBypassGithub : !wanted.some((tag) => recognised.includes(tag)))
        return 'its labels carry no such workflow tag'
      break
    }
    case 'workflow_run':
      if (run?.workflows?.includes(facts.workflow ?? '') === false) return 'it is another workflow'
      if (run?.conclusions?.includes(facts.conclusion ?? '') === false)
        return `its conclusion is ${facts.conclusion ?? 'unset'}`
      break
    case 'workflow_dispatch':
      if (dispatch?.workflows?.includes(facts.workflow ?? '') === false) return 'it is another workflow'
      break
    case 'schedule': {
      const { cron, timezone } = facts.schedule ?? { cron: '', timezone: '' }
      if (schedule?.some((each) => each.cron === cron && each.timezone === timezone) !== true)
        return 'it is another schedule'
      break
    }
    default:
  }
  if (facts.kind !== 'push' && 'branches' in filters) {
    const why = whyNoBranch(filters, facts.branch)
    if (why !== undefined) return why
  }
  if ('labels' in filters && filters.labels?.some((label) => facts.labels.includes(label)) === false)
    return 'it has no such label'
  return undefined
}

interface BranchFilters {
  readonly branches?: readonly string[] | undefined
  readonly 'branches-ignore'?: readonly string[] | undefined
}

function whyNoBranch(
  { branches, 'branches-ignore': ignored }: BranchFilters,
  branch: string | undefined,
): string | undefined {
  if (branches === undefined && ignored === undefined) return undefined
  if (branch === undefined) return 'it tells no branch'
  const fits =
    (branches === undefined || fitsPatterns(branch, branches)) &&
    !(ignored !== undefined && fitsPatterns(branch, ignored))
  return fits ? undefined : `the branch is ${branch}`
}

/** Of branches and tags, one alone keeps out the other, as in workflows. */
function whyNoPush(filters: NonNullable<Rule['on']['push']>, facts: EventFacts): string | undefined {
  const { tags } = filters
  const namesBranches = filters.branches !== undefined || filters['branches-ignore'] !== undefined
  if (facts.tag !== undefined) {
    if (tags === undefined ? namesBranches : !fitsPatterns(facts.tag, tags)) return `the tag is ${facts.tag}`
    // A tag is no change of files.
    return undefined
  }
  if (facts.branch === undefined) return 'it is about no branch'
  if (tags !== undefined && !namesBranches) return 'it is no tag'
  return whyNoBranch(filters, facts.branch) ?? whyNoPaths(filters, facts.paths)
}

interface PathFilters {
  readonly paths?: readonly string[] | undefined
  readonly 'paths-ignore'?: readonly string[] | undefined
}

/** Whether a rule wants to know which files an event changes. */
export function asksForPaths({ paths, 'paths-ignore': ignored }: PathFilters): boolean {
  return paths !== undefined || ignored !== undefined
}

/** What is not told fits, as in workflows. */
function whyNoPaths(
  { paths, 'paths-ignore': ignored }: PathFilters,
  changed: readonly string[] | undefined,
): string | undefined {
  if (changed === undefined) return undefined
  if (paths !== undefined && !changed.some((path) => fitsPatterns(path, paths))) return 'it changes no such path'
  if (ignored !== undefined && changed.every((path) => fitsPatterns(path, ignored)))
    return 'it changes only ignored paths'
  return undefined
}
