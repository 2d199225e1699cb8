/** Settings of where a home keeps its tasks. */
import { z } from 'zod'
import { setting } from './setting.ts'

export const STORE_SETTINGS = {
  store: {
    ...setting(
      'store',
      z
        .string()
        .regex(/^postgres(ql)?:\/\/[^\s]+$/, 'must be a URL such as postgres://user@host/database')
        .optional(),
      undefined,
      'A PostgreSQL that several peers share as one home, as postgres://user@host/database?sslmode=verify-full. Default: a file in the state directory. Better in the environment than on the command line; a password is also read from PGPASSWORD and the password file of PostgreSQL.',
    ),
    secret: true,
  },
  storeSchema: setting(
    'store-schema',
    z
      .string()
      .regex(/^[a-z_][a-z0-9_]{0,47}$/, 'must be lower-case letters, digits and underscores')
      .default('runner_mesh'),
    'runner_mesh',
    'The schema of that database that holds the home.',
  ),
} as const
