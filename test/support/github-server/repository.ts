/** One repository of the simulated GitHub: its labels, issues and comments, and the rules about who may change them. */
import type { Clock } from '../../../src/core/ports/clock.ts'
import type { Account } from './accounts.ts'
import { Hooks } from './hooks.ts'

export interface Label {
  readonly id: number
  readonly name: string
}

export interface Comment {
  readonly id: number
  readonly issue: number
  readonly author: Account
  body: string
  readonly createdAt: number
  updatedAt: number
}

export interface Issue {
  readonly id: number
  readonly number: number
  readonly author: Account
  title: string
  body: string
  labels: Label[]
  state: 'open' | 'closed'
  locked: boolean
  /** Where it has gone: `owner/name`. */
  transferredTo: string | undefined
  deleted: boolean
  readonly createdAt: number
  updatedAt: number
  readonly comments: Comment[]
}

export interface CheckRun {
  readonly id: number
  readonly author: Account
  readonly createdAt: number
  /** As they were sent, laid over each other. */
  readonly fields: Record<string, unknown>
  /** Every status it had, one after the other. */
  readonly history: string[]
}

/** GitHub's refusals, with its own words. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly status: number
  readonly errors: readonly object[] | undefined

  constructor(status: number, message: string, errors?: readonly object[]) {
    super(message)
    this.status = status
    this.errors = errors
  }
}

const MOST_COMMENTS = 2_500
const LONGEST_BODY = 65_536

export class Repository {
  readonly id: number
  readonly owner: string
  readonly name: string
  readonly private: boolean
  hasIssues = true
  /** A folder of this machine with its git repository. */
  sources: string | undefined
  readonly issues: Issue[] = []
  readonly labels: Label[] = []
  readonly checks: CheckRun[] = []
  readonly statuses: Record<string, unknown>[] = []
  readonly reactions: { readonly comment: number; readonly content: string }[] = []
  readonly dispatches: Record<string, unknown>[] = []
  /** Files that pull requests change, by their number. */
  readonly pullFiles = new Map<number, readonly string[]>()
  readonly hooks: Hooks
  readonly #clock: Clock
  readonly #comments = new Map<number, Comment>()
  #lastId = 100

  constructor(
    clock: Clock,
    { id, owner, name, isPrivate }: { id: number; owner: string; name: string; isPrivate: boolean },
  ) {
    this.#clock = clock
    this.hooks = new Hooks(clock)
    this.id = id
    this.owner = owner
    this.name = name
    this.private = isPrivate
  }

  createLabel(name: string): Label {
    if (this.labels.some((label) => label.name === name)) {
      throw new Refusal(422, 'Validation Failed', [{ resource: 'Label', code: 'already_exists', field: 'name' }])
    }
    const label = { id: this.#nextId(), name }
    this.labels.push(label)
    return label
  }

  createIssue(
    author: Account,
    { title, body, labels }: { title: string; body: string; labels: readonly string[] },
  ): Issue {
    this.#demandIssues()
    const at = this.#clock.now()
    const issue: Issue = {
      id: this.#nextId(),
      number: this.issues.length + 1,
      author,
      title,
      body,
      // Labels of people without push access are dropped without a word.
      labels: mayPush(author)
        ? labels.map((name) => this.labels.find((label) => label.name === name) ?? this.createLabel(name))
        : [],
      state: 'open',
      locked: false,
      transferredTo: undefined,
      deleted: false,
      createdAt: at,
      updatedAt: at,
      comments: [],
    }
    this.issues.push(issue)
    return issue
  }

  /** @throws Refusal 404, 410 */
  getIssue(number: number): Issue {
    const issue = this.issues[number - 1]
    if (issue === undefined) throw new Refusal(404, 'Not Found')
    if (issue.deleted) throw new Refusal(410, 'This issue was deleted')
    return issue
  }

  updateIssue(
    actor: Account,
    number: number,
    change: { state?: 'open' | 'closed'; title?: string; body?: string },
  ): Issue {
    const issue = this.getIssue(number)
    if (!mayPush(actor) && actor !== issue.author) throw new Refusal(403, 'Must have admin rights to Repository.')
    Object.assign(issue, change, { updatedAt: this.#clock.now() })
    return issue
  }

  createComment(author: Account, number: number, body: string): Comment {
    const issue = this.getIssue(number)
    if (issue.locked && !mayPush(author)) throw new Refusal(403, 'Unable to create comment because issue is locked.')
    if (issue.comments.length >= MOST_COMMENTS) {
      throw new Refusal(403, 'Commenting is disabled on issues with more than 2500 comments')
    }
    demandLength(body)
    const at = this.#clock.now()
    const comment: Comment = { id: this.#nextId(), issue: number, author, body, createdAt: at, updatedAt: at }
    issue.comments.push(comment)
    issue.updatedAt = at
    this.#comments.set(comment.id, comment)
    return comment
  }

  getComment(id: number): Comment {
    const comment = this.#comments.get(id)
    if (comment === undefined || this.issues[comment.issue - 1]?.deleted === true) throw new Refusal(404, 'Not Found')
    return comment
  }

  updateComment(actor: Account, id: number, body: string): Comment {
    const comment = this.getComment(id)
    if (comment.author !== actor && !mayPush(actor)) throw new Refusal(403, 'Must have admin rights to Repository.')
    demandLength(body)
    comment.body = body
    comment.updatedAt = this.#clock.now()
    this.getIssue(comment.issue).updatedAt = comment.updatedAt
    return comment
  }

  deleteComment(actor: Account, id: number): void {
    const comment = this.getComment(id)
    if (comment.author !== actor && !mayPush(actor)) throw new Refusal(403, 'Must have admin rights to Repository.')
    const { comments } = this.getIssue(comment.issue)
    comments.splice(comments.indexOf(comment), 1)
    this.#comments.delete(id)
  }

  createCheck(author: Account, fields: Record<string, unknown>): CheckRun {
    const check = {
      id: this.#nextId(),
      author,
      createdAt: this.#clock.now(),
      fields,
      history: [String(fields['status'])],
    }
    this.checks.push(check)
    return check
  }

  /** @throws Refusal 404 */
  updateCheck(id: number, fields: Record<string, unknown>): CheckRun {
    const check = this.checks.find((each) => each.id === id)
    if (check === undefined) throw new Refusal(404, 'Not Found')
    Object.assign(check.fields, fields)
    check.history.push(String(check.fields['status']))
    return check
  }

  #demandIssues(): void {
    if (!this.hasIssues) throw new Refusal(410, 'Issues has been disabled in this repository.')
  }

  #nextId(): number {
    return (this.#lastId += 1)
  }
}

function mayPush({ permission }: Account): boolean {
  return permission === 'write' || permission === 'admin'
}

function demandLength(body: string): void {
  if (body.length <= LONGEST_BODY) return
  const message = 'Body is too long (maximum is 65536 characters)'
  throw new Refusal(422, 'Validation Failed', [
    { resource: 'IssueComment', code: 'unprocessable', field: 'data', message },
  ])
}
