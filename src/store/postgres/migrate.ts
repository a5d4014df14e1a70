/** Brings a database up to the schema of this version. Migrations are never changed once released; a new one is added. */
import { type Kysely, type Migration, sql, type Transaction } from 'kysely';
import { UserError } from '../../errors/user-error.ts';
import { rankfrontVersion } from '../../host/version.ts';
import type { Database } from '../sql/schema.ts';
import { damagedDatabase } from './damage.ts';
import { anyKind } from './migrations/007-any-kind.ts';
import { openStores } from './migrations/007-open-stores.ts';
import { refinements } from './migrations/008-refinements.ts';
import { sharedWork } from './migrations/008-shared-work.ts';

/** Their numbers are those of SQLite's, whose tables they make; PostgreSQL came with 007. */
const migrations: Readonly<Record<string, Migration>> = {
  '007-any-kind': anyKind,
  '007-open-stores': openStores,
  '008-refinements': refinements,
  '008-shared-work': sharedWork,
};

export const schemas: readonly string[] = Object.keys(migrations);

/** `empty`: no table yet; `foreign`: tables, but not ours, with the names of some; otherwise the migrations of ours that still have to run. */
export type SchemaState =
  | { readonly kind: 'empty' }
  | { readonly kind: 'foreign'; readonly tables: string }
  | { readonly kind: 'ours'; readonly pending: readonly string[]; readonly by: string };

/** Of the first schema of the search path that there is, where new tables would be. Throws a UserError when a newer version made them. */
export async function schemaState(db: Kysely<Database>, place: string): Promise<SchemaState> {
  const { rows } = await sql<{ name: string }>`select c.relname as name from pg_class c
    where c.relnamespace = current_schema()::regnamespace and c.relkind in ('r', 'p', 'v', 'm', 'f')
    order by c.relname collate "C"`.execute(db);
  if (rows.length === 0) return { kind: 'empty' };
  const names = rows.map(({ name }) => name);
  const tables = names.slice(0, 3).join(', ') + (names.length > 3 ? ', ...' : '');
  if (!['schema_history', 'studies', 'trials'].every(name => names.includes(name))) return { kind: 'foreign', tables };
  const history = await db.selectFrom('schema_history').selectAll().orderBy('migration').execute();
  const unknown = history.findLast(step => !schemas.includes(step.migration));
  if (unknown && !schemas.every(name => history.some(step => step.migration === name)))
    throw damagedDatabase(place, 'open what is', `an unknown schema ${JSON.stringify(unknown.migration)}`);
  if (unknown)
    throw new UserError(
      `Cannot open the store "${place}": it was written by rankfront ${unknown.package_version} (schema ${unknown.migration}), ` +
        `and this is rankfront ${rankfrontVersion()} (schema ${schemas.at(-1)}).`,
      `Install rankfront ${unknown.package_version} or newer, or use another --store.`,
    );
  const pending = schemas.filter(name => !history.some(step => step.migration === name));
  return { kind: 'ours', pending, by: history.at(-1)?.package_version ?? '' };
}

/** "RKFT": whoever makes tables holds this lock of the database meanwhile. */
const lock = 0x524b4654;

/** Runs what is pending, in the transaction of `db`; of several processes one does it, and the others find it done. */
export async function migrate(db: Transaction<Database>, place: string): Promise<void> {
  await sql`select pg_advisory_xact_lock(${lock}::bigint)`.execute(db);
  const state = await schemaState(db, place);
  // Somebody else was first, with something else.
  if (state.kind === 'foreign') return;
  for (const name of state.kind === 'empty' ? schemas : state.pending) {
    await migrations[name]?.up(db as unknown as Kysely<never>);
    await db.insertInto('schema_history').values({ migration: name, package_version: rankfrontVersion() }).execute();
  }
}
