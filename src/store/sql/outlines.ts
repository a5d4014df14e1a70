/** Trials as a long list shows them: a few columns of each row, and no other table. */
import type { Kysely } from 'kysely';
import type { TrialOutline } from '../store.ts';
import { trialStates } from '../trial.ts';
import { numbersIn, oneOf } from './columns.ts';
import { lateTrials } from './late.ts';
import type { Database } from './schema.ts';

/** By number; see `TrialArchive.outlines`. */
export async function outlinesOf(
  db: Kysely<Database>,
  studyId: number,
  after: number | undefined,
): Promise<readonly TrialOutline[]> {
  const all = db
    .selectFrom('trials')
    .select(['number', 'state', 'strategy', 'requeues', 'started_at_ms', 'finished_at_ms', 'finished_sequence'])
    .select(['objective_values', 'standard_errors', 'feasible', 'macs', 'params', 'failure_reason', 'detail'])
    .orderBy('number');
  const wanted =
    after === undefined
      ? all.where('study_id', '=', studyId)
      : all.where('id', 'in', eb =>
          lateTrials(eb, studyId, after).union(
            eb
              .selectFrom('trials as o')
              .select('o.id')
              .where('o.study_id', '=', studyId)
              .where('o.finished_sequence', 'is', null),
          ),
        );
  const rows = await wanted.execute();
  return rows.map(row => ({
    number: row.number,
    state: oneOf(row.state, trialStates),
    strategy: row.strategy,
    requeues: row.requeues,
    startedAtMs: row.started_at_ms,
    finishedAtMs: row.finished_at_ms,
    finishedSequence: row.finished_sequence,
    values: row.objective_values === null ? [] : numbersIn(row.objective_values),
    standardErrors: row.standard_errors === null ? [] : numbersIn(row.standard_errors),
    feasible: row.feasible === null ? null : row.feasible === 1,
    macs: row.macs,
    params: row.params,
    reason: row.failure_reason,
    detail: row.detail,
  }));
}
