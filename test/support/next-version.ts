/**
 * The version after this one, for upgrades that are tried before there is one: a copy of these sources whose shared home has
 * one migration more and whose peers speak one version more of the protocol. This checkout then plays the version before.
 */
import { copySources, takeAway } from './mutated-sources.ts'
import type { ScratchDirectory } from './scratch-directory.ts'

/** Everything that a migration may do while the version before serves: a column in every table, a table and an index. */
const ADDITIONS = `
  DO $$ DECLARE one text; BEGIN
    FOR one IN SELECT tablename FROM pg_tables WHERE schemaname = current_schema() ORDER BY tablename LOOP
      EXECUTE format('ALTER TABLE %I ADD COLUMN of_next text DEFAULT ''next''', one);
    END LOOP;
  END $$;
  CREATE TABLE only_next(seq bigint PRIMARY KEY REFERENCES task(seq) ON DELETE CASCADE, note text NOT NULL);
  CREATE INDEX task_of_next ON task(of_next);`

/** The schema of this checkout; that of the next version is one more. */
export const PRESENT_SCHEMA = 2

/**
 * @param paths of the sources, from the repository's root
 * @param servesFrom the oldest schema whose peers may serve a home of the next version
 */
export async function nextVersion(paths: readonly string[], servesFrom: number): Promise<ScratchDirectory> {
  const copy = await copySources(paths)
  const present = `{ sql: OUTPUTS, servesFrom: ${String(PRESENT_SCHEMA)} },`
  const next = `{ sql: ${JSON.stringify(ADDITIONS)}, servesFrom: ${String(servesFrom)} },`
  await takeAway({ file: 'src/store/postgres/schema.ts', from: present, to: `${present}\n  ${next}` }, copy.path)
  if (paths.includes('src')) {
    const [from, to] = ["RPC_VERSIONS = ['1.0'] as const", "RPC_VERSIONS = ['1.1', '1.0'] as const"]
    await takeAway({ file: 'src/mesh/hello.ts', from, to }, copy.path)
  }
  return copy
}
