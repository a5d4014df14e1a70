/**
 * The seal of an exported study: a table with a SHA-256 for each part of the file, such as a trial with its observations and samples. It is
 * of the rows as they are, whatever their schema, so that a later version can prove a file before it brings it up to date.
 */
import { createHash } from 'node:crypto';
import { type Kysely, sql } from 'kysely';
import type { Database } from '../sql/schema.ts';

/** By the name of the part, in the order of the names. */
type Parts = ReadonlyMap<string, string>;

/** Adds the seal, or makes it again. Returns the SHA-256 over all parts. */
export async function seal(db: Kysely<Database>): Promise<string> {
  const parts = await partsOf(db);
  await sql`drop table if exists seal`.execute(db);
  await sql`create table seal (part text primary key, sha256 text not null)`.execute(db);
  for (const [part, sha256] of parts)
    await sql`insert into seal (part, sha256) values (${part}, ${sha256})`.execute(db);
  return overall(parts);
}

export type Sealed =
  /** `sha256` is over all parts; a person can compare it with what the export said. */
  | { readonly kind: 'whole'; readonly sha256: string }
  /** The names of parts that are not as they were when they were sealed, or that came or went. */
  | { readonly kind: 'changed'; readonly parts: readonly string[] }
  /** A file that no export wrote. */
  | { readonly kind: 'unsealed' };

export async function sealOf(db: Kysely<Database>): Promise<Sealed> {
  if (!(await tablesOf(db)).includes('seal')) return { kind: 'unsealed' };
  const { rows } = await sql<{ part: string; sha256: string }>`select part, sha256 from seal order by part`.execute(db);
  const sealed = new Map(rows.map(({ part, sha256 }) => [part, sha256]));
  const found = await partsOf(db);
  const names = [...new Set([...found.keys(), ...sealed.keys()])];
  const changed = names.filter(name => found.get(name) !== sealed.get(name));
  return changed.length > 0 ? { kind: 'changed', parts: changed } : { kind: 'whole', sha256: overall(found) };
}

async function tablesOf(db: Kysely<Database>): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`select name from sqlite_master where type = 'table'
    and name not like 'sqlite%' and name not like 'kysely%' order by name`.execute(db);
  return rows.map(({ name }) => name);
}

async function partsOf(db: Kysely<Database>): Promise<Parts> {
  const partOf = await partNames(db);
  const digests = new Map<string, string[]>();
  for (const table of await tablesOf(db)) {
    if (table === 'seal') continue;
    const { rows } = await sql<Record<string, unknown>>`select * from ${sql.table(table)}`.execute(db);
    for (const row of rows) {
      const part = partOf(table, row);
      const digest = createHash('sha256')
        .update(JSON.stringify([table, Object.entries(row).map(([name, value]) => [name, plain(value)])]))
        .digest('hex');
      const own = digests.get(part);
      if (own) own.push(digest);
      else digests.set(part, [digest]);
    }
  }
  return new Map(
    [...digests]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([part, own]) => [part, createHash('sha256').update(own.sort().join('\n')).digest('hex')]),
  );
}

const plain = (value: unknown): unknown =>
  value instanceof Uint8Array
    ? { bytes: Buffer.from(value).toString('base64') }
    : typeof value === 'bigint'
      ? { integer: String(value) }
      : value;

/** Which part a row belongs to: what hangs on a trial goes with the trial. */
async function partNames(db: Kysely<Database>): Promise<(table: string, row: Record<string, unknown>) => string> {
  const trials = await db.selectFrom('trials').select(['id', 'number']).execute();
  const numbers = new Map<unknown, number>(trials.map(({ id, number }) => [id, number]));
  const { rows: runs } = await sql<{ id: number; trial_id: number }>`select id, trial_id from training_runs`.execute(
    db,
  );
  const trialOfRun = new Map<unknown, number>(runs.map(({ id, trial_id }) => [id, trial_id]));
  const words: Readonly<Record<string, string>> = {
    studies: 'the study itself',
    front_members: 'the front',
    tuner_setups: 'what the tuner was given',
    schema_history: 'the schema',
  };
  return (table, row) => {
    if (table in words) return words[table] ?? table;
    const trial = table === 'trials' ? row.id : 'run_id' in row ? trialOfRun.get(row.run_id) : row.trial_id;
    return trial === undefined ? table : `trial ${numbers.get(trial) ?? 'unknown'}`;
  };
}

const overall = (parts: Parts): string =>
  createHash('sha256')
    .update([...parts].map(([part, sha256]) => `${part} ${sha256}\n`).join(''))
    .digest('hex');
