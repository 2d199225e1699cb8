/** What membership of the mesh is worth, and the token of the bridge to the predecessor. */
import type { Access } from '../../core/operations/operation.ts'

/** A member of the mesh may hand in work, do work and look at peers; what it sees of tasks is what is its own. */
export const MEMBER_ACCESS: ReadonlySet<Access> = new Set<Access>([
  'tasks:read',
  'tasks:submit',
  'tasks:cancel',
  'tasks:work',
  'cache:read',
  'cache:write',
  'peers:read',
])
