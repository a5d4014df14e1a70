/**
 * Observations whose kind is free: what all kinds have stays in columns, the rest becomes facts (JSON) and samples (a table). So do the
 * latencies that were measured again, and stages. Trials are held by leases, and a study counts its writes.
 */
import { type Kysely, type Migration, sql } from 'kysely';
import { fillDrops } from './007-drops.ts';
import { moveObservations } from './007-observations.ts';

export const anyKind: Migration = {
  async up(db: Kysely<unknown>) {
    await counters(db);
    await trials(db);
    for (const table of ['observations', 'revisions'])
      await db.schema.alterTable(table).renameTo(`${table}_006`).execute();
    await tables(db);
    await moveObservations(db);
    await fillDrops(db);
    for (const table of ['observations', 'revisions']) await db.schema.dropTable(`${table}_006`).execute();
  },
};

/** Out of the row of the study, which may be long: every write of a trial changes them. */
async function counters(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('counters')
    .addColumn('study_id', 'integer', c => c.primaryKey().references('studies.id').onDelete('cascade'))
    .addColumn('revision', 'integer', c => c.notNull())
    .addColumn('finished', 'integer', c => c.notNull())
    .addColumn('next_number', 'integer', c => c.notNull())
    .execute();
  await sql`insert into counters (study_id, revision, finished, next_number)
    select id, 0, finished, next_number from studies`.execute(db);
  for (const column of ['finished', 'next_number']) await db.schema.alterTable('studies').dropColumn(column).execute();
}

async function trials(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('trials').addColumn('owner_token', 'text').execute();
  await db.schema.alterTable('trials').addColumn('lease_until_ms', 'bigint').execute();
  await db.schema.alterTable('trials').addColumn('stages', 'text').execute();
}

const observed = [
  ['value', 'double precision'],
  ['standard_error', 'double precision'],
  ['interval_lo', 'double precision'],
  ['interval_hi', 'double precision'],
  ['warnings', 'text'],
  ['wall_ms', 'double precision'],
  ['load', 'double precision'],
  ['stored_at_ms', 'bigint'],
  ['facts', 'text'],
] as const;

const packed = [
  ['encoding', 'text'],
  ['count', 'integer'],
  ['content', 'blob'],
] as const;

async function tables(db: Kysely<unknown>): Promise<void> {
  let observations = db.schema
    .createTable('observations')
    .addColumn('trial_id', 'integer', c => c.notNull().references('trials.id').onDelete('cascade'))
    .addColumn('phase', 'text', c => c.notNull())
    .addColumn('kind', 'text', c => c.notNull())
    .addColumn('environment_id', 'integer', c => c.notNull().references('environments.id'));
  for (const [name, type] of observed) observations = observations.addColumn(name, type, c => c.notNull());
  await observations.addPrimaryKeyConstraint('observations_key', ['trial_id', 'phase', 'kind']).execute();

  let samples = db.schema
    .createTable('samples')
    .addColumn('trial_id', 'integer', c => c.notNull())
    .addColumn('phase', 'text', c => c.notNull())
    .addColumn('kind', 'text', c => c.notNull())
    .addColumn('name', 'text', c => c.notNull());
  for (const [name, type] of packed) samples = samples.addColumn(name, type, c => c.notNull());
  await samples
    .addPrimaryKeyConstraint('samples_key', ['trial_id', 'phase', 'kind', 'name'])
    .addForeignKeyConstraint(
      'samples_observation',
      ['trial_id', 'phase', 'kind'],
      'observations',
      ['trial_id', 'phase', 'kind'],
      constraint => constraint.onDelete('cascade'),
    )
    .execute();

  let revisions = db.schema
    .createTable('revisions')
    .addColumn('trial_id', 'integer', c => c.notNull().references('trials.id').onDelete('cascade'))
    .addColumn('replaced_at', 'integer', c => c.notNull())
    .addColumn('objective_values', 'text', c => c.notNull())
    .addColumn('standard_errors', 'text', c => c.notNull())
    .addColumn('kind', 'text', c => c.notNull())
    .addColumn('environment_id', 'integer', c => c.references('environments.id'));
  for (const [name, type] of observed) revisions = revisions.addColumn(name, type, c => c.notNull());
  await revisions.addPrimaryKeyConstraint('revisions_key', ['trial_id', 'replaced_at']).execute();

  let replaced = db.schema
    .createTable('revision_samples')
    .addColumn('trial_id', 'integer', c => c.notNull())
    .addColumn('replaced_at', 'integer', c => c.notNull())
    .addColumn('name', 'text', c => c.notNull());
  for (const [name, type] of packed) replaced = replaced.addColumn(name, type, c => c.notNull());
  await replaced
    .addPrimaryKeyConstraint('revision_samples_key', ['trial_id', 'replaced_at', 'name'])
    .addForeignKeyConstraint(
      'revision_samples_revision',
      ['trial_id', 'replaced_at'],
      'revisions',
      ['trial_id', 'replaced_at'],
      constraint => constraint.onDelete('cascade'),
    )
    .execute();
}
