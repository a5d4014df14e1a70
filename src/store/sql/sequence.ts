/** The order of events of a study: trials that finish or are measured again. */
import type { Transaction } from 'kysely';
import type { Database } from './schema.ts';

/** The next number of a study. It also takes the study's row, before anything of its trials is written. */
export async function nextSequence(db: Transaction<Database>, studyId: number): Promise<number> {
  const { finished } = await db
    .updateTable('studies')
    .set(({ eb }) => ({ finished: eb('finished', '+', 1) }))
    .where('id', '=', studyId)
    .returning('finished')
    .executeTakeFirstOrThrow();
  return finished;
}
