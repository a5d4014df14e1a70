/** Which trials of a study are new since a look: by their ids, so that no other trial is gone through. */
import type { ExpressionBuilder } from 'kysely';
import type { Database } from './schema.ts';

/** Finished, or measured again, after this `finishedSequence`. */
export function lateTrials(eb: ExpressionBuilder<Database, 'trials'>, studyId: number, after: number) {
  const revised = eb
    .selectFrom('revisions')
    .innerJoin('trials as u', 'u.id', 'revisions.trial_id')
    .select('u.id')
    .where('u.study_id', '=', studyId)
    .where('revisions.replaced_at', '>', after);
  return eb
    .selectFrom('trials as t')
    .select('t.id')
    .where('t.study_id', '=', studyId)
    .where('t.finished_sequence', '>', after)
    .union(revised);
}
