/**
 * The short row of a study that every write changes. A database that lets several write at once keeps a row that is changed from others
 * until the transaction ends: whoever has counted is alone with the study. It is counted first, before any other row is changed, so that no two
 * wait for each other.
 */
import { sql, type Transaction } from 'kysely';
import { UserError } from '../../errors/user-error.ts';
import type { Database } from './schema.ts';

/** One more write. Returns how many trials are finished. Throws a UserError for a study that is not there. */
export async function countWrite(db: Transaction<Database>, studyId: number): Promise<{ readonly finished: number }> {
  return db
    .updateTable('counters')
    .set(({ eb }) => ({ revision: eb('revision', '+', 1) }))
    .where('study_id', '=', studyId)
    .returning('finished')
    .executeTakeFirstOrThrow(isGone);
}

/** Of a study that somebody deleted while this process worked on it. */
const isGone = (): UserError =>
  new UserError(
    'Cannot go on: the study is not in the store any more; somebody deleted it.',
    'Run the same command again to begin a new one.',
  );

/** The next number in the order of events of a study: trials that finish or are measured again. */
export async function nextSequence(db: Transaction<Database>, studyId: number): Promise<number> {
  const { finished } = await db
    .updateTable('counters')
    .set(({ eb }) => ({ finished: eb('finished', '+', 1) }))
    .where('study_id', '=', studyId)
    .returning('finished')
    .executeTakeFirstOrThrow();
  return finished;
}

/** The same for the study of a trial. Throws for a trial that is not there. */
export async function countWriteOfTrial(db: Transaction<Database>, trialId: number): Promise<void> {
  const { study_id } = await db
    .selectFrom('trials')
    .select('study_id')
    .where('id', '=', trialId)
    .executeTakeFirstOrThrow(isGone);
  await countWrite(db, study_id);
}

/** No trial that was stored has this number or a higher one. */
export async function keepNextNumber(db: Transaction<Database>, studyId: number, next: number): Promise<void> {
  await db
    .updateTable('counters')
    .set({ next_number: sql<number>`case when next_number < ${next} then ${next} else next_number end` })
    .where('study_id', '=', studyId)
    .execute();
}
