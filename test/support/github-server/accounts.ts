/** Who calls the simulated GitHub: people with personal tokens, and apps whose tokens share one budget per installation. */

export type Permission = 'admin' | 'write' | 'read' | 'none'
export type Association = 'OWNER' | 'MEMBER' | 'COLLABORATOR' | 'CONTRIBUTOR' | 'NONE'

export interface Account {
  readonly id: number
  readonly login: string
  readonly type: 'User' | 'Bot'
  readonly association: Association
  readonly permission: Permission
  /** Set for apps: comments name it. */
  readonly app?: { readonly id: number; readonly slug: string }
  /** Requests per hour; every token of the account draws on the same budget, as tokens of one installation do. */
  readonly requestsPerHour: number
}

export interface NewAccount {
  readonly login: string
  readonly association?: Association
  readonly permission?: Permission
  readonly requestsPerHour?: number
}

export class Accounts {
  readonly #byLogin = new Map<string, Account>()
  readonly #byToken = new Map<string, Account>()
  /** Whoever shows no token: sixty requests per hour and address, public repositories only. */
  readonly anonymous = this.#add({
    ...{ login: '', type: 'User', association: 'NONE', permission: 'none', requestsPerHour: 60 },
  })

  /** A person; 5,000 requests per hour. */
  addUser({ login, association = 'MEMBER', permission = 'write', requestsPerHour = 5_000 }: NewAccount): Account {
    return this.#add({ login, type: 'User', association, permission, requestsPerHour })
  }

  /** An app such as `github-actions`, whose bot writes as `<slug>[bot]`; 1,000 requests per hour and repository. */
  addApp(slug: string, { permission = 'write', requestsPerHour = 1_000 }: Partial<NewAccount> = {}): Account {
    const app = { id: 15_368 + this.#byLogin.size, slug }
    return this.#add({ login: `${slug}[bot]`, type: 'Bot', association: 'NONE', permission, requestsPerHour, app })
  }

  /** A fresh token in the form of the account's kind: that of an app is long and holds two dots. */
  token(account: Account): string {
    const number = String(this.#byToken.size + 1)
    const token =
      account.app === undefined
        ? `ghp_${number.padStart(36, 'a')}`
        : `ghs_${String(account.app.id)}_${'e'.repeat(200)}.${'y'.repeat(200)}.${number.padStart(86, 's')}`
    this.#byToken.set(token, account)
    return token
  }

  revoke(token: string): void {
    this.#byToken.delete(token)
  }

  findByToken(token: string): Account | undefined {
    return this.#byToken.get(token)
  }

  findByLogin(login: string): Account | undefined {
    return this.#byLogin.get(login)
  }

  #add(account: Omit<Account, 'id'>): Account {
    const added = { id: 1_000 + this.#byLogin.size, ...account }
    this.#byLogin.set(added.login, added)
    return added
  }
}
