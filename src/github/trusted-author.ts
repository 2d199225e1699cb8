/** Whose issues and comments are read at all: people of the repository, and the apps that its workflows write as. */

export interface Authored {
  readonly user: { readonly login: string; readonly type?: string | undefined } | null
  readonly author_association?: string | undefined
  readonly performed_via_github_app?: { readonly slug?: string | undefined } | null | undefined
}

/** Anybody may be CONTRIBUTOR after one merged change, and NONE is everybody. */
const PEOPLE: ReadonlySet<string> = new Set(['OWNER', 'MEMBER', 'COLLABORATOR'])

/** @param apps slugs; GitHub lets nobody else have a login that ends in `[bot]` */
export function isTrustedAuthor({ user, author_association: association }: Authored, apps: readonly string[]): boolean {
  if (user === null) return false
  if (user.type === 'Bot') return apps.some((slug) => user.login === `${slug}[bot]`)
  return PEOPLE.has(association ?? '')
}
