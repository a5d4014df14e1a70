/** Brings a store up to the schema of this version. Migrations are never changed once released; a new one is added. */
import { type Kysely, type Migration, Migrator, sql } from 'kysely';
import { UserError } from '../../errors/user-error.ts';
import { rankfrontVersion } from '../../host/version.ts';
import { senseless, signOf } from '../sql/damage.ts';
import type { Database } from '../sql/schema.ts';
import { damaged } from './damage.ts';
import { breaksConstraint } from './failures.ts';
import { studies } from './migrations/001-studies.ts';
import { tuning } from './migrations/002-tuning.ts';
import { corrections } from './migrations/004-corrections.ts';
import { training } from './migrations/005-training.ts';
import { quality } from './migrations/006-quality.ts';
import { anyKind } from './migrations/007-any-kind.ts';
import { refinements } from './migrations/008-refinements.ts';

const migrations: Readonly<Record<string, Migration>> = {
  '001-studies': studies,
  '002-tuning': tuning,
  '004-corrections': corrections,
  '005-training': training,
  '006-quality': quality,
  '007-any-kind': anyKind,
  '008-refinements': refinements,
};

/** Every schema that ever was, oldest first. */
export const schemas: readonly string[] = Object.keys(migrations);

/** `empty`: no table yet; `foreign`: tables, but not ours; otherwise the migrations of ours that still have to run. */
export type SchemaState = 'empty' | 'foreign' | { readonly pending: number };

/** "RKFT": marks an SQLite file as ours in its header. */
export const applicationId = 0x524b4654;

/** Throws a UserError when a newer version made the store. */
export async function schemaState(db: Kysely<Database>, path: string): Promise<SchemaState> {
  const header = await sql<{ tables: number; application: number; history: number }>`
    select (select count(*) from sqlite_master) as tables,
      (select application_id from pragma_application_id) as application,
      (select count(*) from sqlite_master where name = 'schema_history') as history`.execute(db);
  const row = header.rows[0];
  if (!row || row.tables === 0) return 'empty';
  if (row.application !== applicationId && row.history === 0) return 'foreign';
  if (row.history === 0) return { pending: schemas.length };
  const history = await db.selectFrom('schema_history').selectAll().orderBy('migration').execute();
  const unknown = history.findLast(step => !schemas.includes(step.migration));
  // A newer version knows every schema of this one: where one is missing, it is its name that is damaged.
  if (unknown && !schemas.every(name => history.some(step => step.migration === name)))
    throw damaged(path, 'open what is', `an unknown schema ${JSON.stringify(unknown.migration)}`);
  if (unknown) {
    throw new UserError(
      `Cannot open the store "${path}": it was written by rankfront ${unknown.package_version} (schema ${unknown.migration}), ` +
        `and this is rankfront ${rankfrontVersion()} (schema ${schemas.at(-1)}).`,
      `Install rankfront ${unknown.package_version} or newer, or use another --store.`,
    );
  }
  return { pending: schemas.length - history.length };
}

/** Runs what is pending, all of it in one transaction; several processes may call it at once. */
export async function migrate(db: Kysely<Database>, path: string): Promise<void> {
  const recorded = Object.fromEntries(
    Object.entries(migrations).map(([name, migration]) => [name, withHistory(name, migration)]),
  );
  const { error } = await new Migrator({ db, provider: { getMigrations: async () => recorded } }).migrateToLatest();
  // Kysely's own record of what was run: `schemaState` has seen that ours is whole.
  if (error instanceof Error && error.message.startsWith('corrupted migrations'))
    throw damaged(path, 'bring up to date what is', error.message, error);
  // Only content that this program did not write fits no table, or is no JSON.
  if (senseless(error) || breaksConstraint(error))
    throw damaged(path, 'bring up to date what is', signOf(error), error);
  if (error) throw error;
}

const withHistory = (name: string, migration: Migration): Migration => ({
  async up(db) {
    await migration.up(db);
    await (db as Kysely<Database>)
      .insertInto('schema_history')
      .values({ migration: name, package_version: rankfrontVersion() })
      .execute();
  },
});
