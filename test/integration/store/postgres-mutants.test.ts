import { after } from 'node:test'
import { startPostgres, type Server } from '../../support/database-servers.ts'
import { holdGuards } from './mutants/hold-guards.ts'
import { POSTGRES_GUARDS } from './mutants/postgres-guards.ts'

const removals: (() => Promise<void>)[] = []
let server: Promise<Server> | undefined

after(async () => {
  for (const remove of removals.reverse()) await remove()
})

// One database for all mutants: each of their processes has schemas of its own in it.
holdGuards('a shared home', POSTGRES_GUARDS, async () => {
  server ??= startPostgres({ add: (remove) => removals.push(remove) }, { fsync: false })
  const { PATH = '' } = process.env
  return { PATH, RUNNER_MESH_TEST_POSTGRES: JSON.stringify(await server) }
})
