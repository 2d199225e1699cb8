/** What membership of the mesh is worth. */
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
