/** The front of a study in SQL. */
import type { Transaction } from 'kysely';
import type { FrontOf } from '../store.ts';
import type { Database } from './schema.ts';

interface Finishing {
  readonly id: number;
  readonly study_id: number;
  readonly number: number;
  readonly result: { readonly values: readonly number[]; readonly feasible: boolean };
}

/** Writes the front with this trial considered and returns its hypervolume. */
export async function updateFront(db: Transaction<Database>, trial: Finishing, frontOf: FrontOf): Promise<number> {
  const before = await db
    .selectFrom('front_members')
    .innerJoin('trials', 'trials.id', 'front_members.trial_id')
    .select(['trials.id', 'trials.number', 'trials.objective_values'])
    .where('front_members.study_id', '=', trial.study_id)
    .orderBy('trials.number')
    .execute();
  const points = before.map(row => ({ number: row.number, values: JSON.parse(row.objective_values ?? '[]') }));
  if (trial.result.feasible) points.push({ number: trial.number, values: trial.result.values });
  const { members, hypervolume } = frontOf(points);
  const left = before.filter(row => !members.includes(row.number)).map(row => row.id);
  if (left.length > 0) {
    await db.deleteFrom('front_members').where('study_id', '=', trial.study_id).where('trial_id', 'in', left).execute();
  }
  if (trial.result.feasible && members.includes(trial.number)) {
    await db.insertInto('front_members').values({ study_id: trial.study_id, trial_id: trial.id }).execute();
  }
  return hypervolume;
}
