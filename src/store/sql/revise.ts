/** A latency that was taken again, in SQL: it takes the place of the old one, which is kept beside it. */
import type { Transaction } from 'kysely';
import type { FrontOf } from '../store.ts';
import type { Remeasured } from '../trial.ts';
import { rejudge } from './front.ts';
import { insertObservations } from './observations.ts';
import type { Database } from './schema.ts';
import { nextSequence } from './sequence.ts';
import { stored } from './stored.ts';

export async function revise(
  db: Transaction<Database>,
  trialId: number,
  { latency, values, standardErrors, feasible }: Remeasured,
  frontOf: FrontOf,
  nowMs: number,
): Promise<void> {
  const trial = await db
    .selectFrom('trials')
    .select(['study_id', 'state', 'objective_values', 'standard_errors'])
    .where('id', '=', trialId)
    .executeTakeFirstOrThrow();
  if (trial.state !== 'complete') throw new RangeError(`a trial that is ${trial.state} cannot be measured again`);
  const sequence = await nextSequence(db, trial.study_id);
  const key = { trial_id: trialId, phase: 'search', kind: 'latency' } as const;
  const old = await db
    .selectFrom('observations')
    .selectAll()
    .where(({ and }) => and(key))
    .executeTakeFirstOrThrow();
  const { candidate_samples, reference_samples, correct: _c, predictions: _p, places: _q, ...summary } = old;
  await db
    .insertInto('revisions')
    .values({
      trial_id: trialId,
      replaced_at: sequence,
      objective_values: stored(trial.objective_values),
      standard_errors: stored(trial.standard_errors),
      latency: JSON.stringify(summary),
      candidate_samples: stored(candidate_samples),
      reference_samples: stored(reference_samples),
    })
    .execute();
  await db
    .deleteFrom('observations')
    .where(({ and }) => and(key))
    .execute();
  await insertObservations(db, trialId, 'search', [latency], nowMs);
  await db
    .updateTable('trials')
    .set({
      objective_values: JSON.stringify(values),
      standard_errors: JSON.stringify(standardErrors),
      feasible: feasible ? 1 : 0,
      revised_sequence: sequence,
    })
    .where('id', '=', trialId)
    .execute();
  await rejudge(db, trial.study_id, each => each.feasible, frontOf);
}
