/** An observation that was taken again, in SQL: it takes the place of the old one, which is kept beside it. */
import { sql, type Transaction } from 'kysely';
import type { FrontOf } from '../store.ts';
import type { Remeasured } from '../trial.ts';
import { countWriteOfTrial, nextSequence } from './counters.ts';
import { rejudge } from './front.ts';
import { insertObservations } from './observations.ts';
import type { Database } from './schema.ts';
import { stored } from './stored.ts';

export async function revise(
  db: Transaction<Database>,
  trialId: number,
  { observation, values, standardErrors, feasible }: Remeasured,
  frontOf: FrontOf,
  nowMs: number,
): Promise<void> {
  await countWriteOfTrial(db, trialId);
  const trial = await db
    .selectFrom('trials')
    .select(['study_id', 'state', 'objective_values', 'standard_errors'])
    .where('id', '=', trialId)
    .executeTakeFirstOrThrow();
  if (trial.state !== 'complete') throw new RangeError(`a trial that is ${trial.state} cannot be measured again`);
  const sequence = await nextSequence(db, trial.study_id);
  await keepReplaced(db, trialId, observation.kind, {
    trial_id: trialId,
    replaced_at: sequence,
    objective_values: stored(trial.objective_values),
    standard_errors: stored(trial.standard_errors),
  });
  await insertObservations(db, trialId, 'search', [observation], nowMs);
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

interface Replacing {
  readonly trial_id: number;
  readonly replaced_at: number;
  readonly objective_values: string;
  readonly standard_errors: string;
}

/** Moves the observation of that kind, with its samples, to what was replaced. Throws where there is none. */
async function keepReplaced(
  db: Transaction<Database>,
  trialId: number,
  kind: string,
  replacing: Replacing,
): Promise<void> {
  const key = { trial_id: trialId, phase: 'search', kind } as const;
  const {
    trial_id: _t,
    phase: _p,
    ...old
  } = await db
    .selectFrom('observations')
    .selectAll()
    .where(({ and }) => and(key))
    .executeTakeFirstOrThrow();
  await db
    .insertInto('revisions')
    .values({ ...replacing, ...old })
    .execute();
  const { trial_id, replaced_at } = replacing;
  await db
    .insertInto('revision_samples')
    .columns(['trial_id', 'replaced_at', 'name', 'encoding', 'count', 'content'])
    .expression(eb =>
      eb
        .selectFrom('samples')
        .select([
          'trial_id',
          sql<number>`cast(${replaced_at} as integer)`.as('replaced_at'),
          'name',
          'encoding',
          'count',
          'content',
        ])
        .where('trial_id', '=', trial_id)
        .where('phase', '=', key.phase)
        .where('kind', '=', kind),
    )
    .execute();
  // The samples go with their observation.
  await db
    .deleteFrom('observations')
    .where(({ and }) => and(key))
    .execute();
}
