/** In SQL: the leases of trials that run. */
import type { Transaction } from 'kysely';
import { countWrite } from './counters.ts';
import { nobody } from './finish.ts';
import type { Database } from './schema.ts';

/** One trial as its owner held it when it was looked at. */
export interface Holding {
  readonly id: number;
  readonly owner_token: string | null;
  readonly lease_until_ms: number | null;
}

/** Puts those back whose lease has not been renewed, and that were not finished, since they were looked at; returns their number. */
export async function putBack(db: Transaction<Database>, studyId: number, lost: readonly Holding[]): Promise<number> {
  await countWrite(db, studyId);
  let count = 0;
  for (const { id, owner_token, lease_until_ms } of lost) {
    const result = await db
      .updateTable('trials')
      .set(({ eb }) => ({ state: 'waiting', requeues: eb('requeues', '+', 1), ...nobody }))
      .where('id', '=', id)
      .where('state', '=', 'running')
      .where('owner_token', owner_token === null ? 'is' : '=', owner_token)
      .where('lease_until_ms', lease_until_ms === null ? 'is' : '=', lease_until_ms)
      .executeTakeFirst();
    count += Number(result.numUpdatedRows);
  }
  return count;
}

/** Only those that are still held under `token`. */
export async function renew(
  db: Transaction<Database>,
  ids: readonly number[],
  token: string,
  untilMs: number,
): Promise<void> {
  if (ids.length === 0) return;
  await db
    .updateTable('trials')
    .set({ lease_until_ms: untilMs })
    .where('id', 'in', ids)
    .where('state', '=', 'running')
    .where('owner_token', '=', token)
    .execute();
}

/** Puts back what is still held under `token`, without counting it as lost. */
export async function release(db: Transaction<Database>, ids: readonly number[], token: string): Promise<void> {
  const studies = await db.selectFrom('trials').select('study_id').distinct().where('id', 'in', ids).execute();
  for (const { study_id } of studies.sort((a, b) => a.study_id - b.study_id)) await countWrite(db, study_id);
  await db
    .updateTable('trials')
    .set({ state: 'waiting', ...nobody })
    .where('id', 'in', ids)
    .where('state', '=', 'running')
    .where('owner_token', '=', token)
    .execute();
}
