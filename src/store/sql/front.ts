/** The front of a study in SQL. */
import type { Transaction } from 'kysely';
import { judgedAgain } from '../judge.ts';
import type { FrontOf, FrontState, StoredPoint } from '../store.ts';
import { numbersIn } from './columns.ts';
import type { Database } from './schema.ts';

interface Finishing {
  readonly id: number;
  readonly study_id: number;
  readonly number: number;
  readonly result: { readonly values: readonly number[]; readonly feasible: boolean };
}

/** Writes the front with this trial considered, and returns it. */
export async function updateFront(db: Transaction<Database>, trial: Finishing, frontOf: FrontOf): Promise<FrontState> {
  const before = await db
    .selectFrom('front_members')
    .innerJoin('trials', 'trials.id', 'front_members.trial_id')
    .select(['trials.id', 'trials.number', 'trials.objective_values'])
    .where('front_members.study_id', '=', trial.study_id)
    .orderBy('trials.number')
    .execute();
  const points: StoredPoint[] = before.map(row => ({
    number: row.number,
    values: numbersIn(row.objective_values ?? '[]'),
  }));
  if (trial.result.feasible) points.push({ number: trial.number, values: trial.result.values });
  const front = frontOf(points);
  const { members } = front;
  const left = before.filter(row => !members.includes(row.number)).map(row => row.id);
  if (left.length > 0) {
    await db.deleteFrom('front_members').where('study_id', '=', trial.study_id).where('trial_id', 'in', left).execute();
  }
  if (trial.result.feasible && members.includes(trial.number)) {
    await db.insertInto('front_members').values({ study_id: trial.study_id, trial_id: trial.id }).execute();
  }
  return front;
}

/** Judges every complete trial of a study again and writes fronts and hypervolumes as they would have been. */
export async function rejudge(
  db: Transaction<Database>,
  studyId: number,
  feasible: (trial: { readonly values: readonly number[]; readonly feasible: boolean }) => boolean,
  frontOf: FrontOf,
): Promise<void> {
  const rows = await db
    .selectFrom('trials')
    .select(['id', 'number', 'finished_sequence', 'objective_values', 'feasible', 'hypervolume'])
    .where('study_id', '=', studyId)
    .where('state', '=', 'complete')
    .execute();
  const complete = rows.map(row => ({
    id: row.id,
    number: row.number,
    finishedSequence: row.finished_sequence ?? 0,
    values: numbersIn(row.objective_values ?? '[]'),
    feasible: row.feasible === 1,
    hypervolume: row.hypervolume ?? 0,
  }));
  const { trials, members } = judgedAgain(complete, feasible, frontOf);
  const before = new Map(complete.map(trial => [trial.id, trial]));
  for (const trial of trials) {
    const was = before.get(trial.id);
    // A write for each of thousands would take longer than the judging.
    if (was?.feasible === trial.feasible && was.hypervolume === trial.hypervolume) continue;
    await db
      .updateTable('trials')
      .set({ feasible: trial.feasible ? 1 : 0, hypervolume: trial.hypervolume })
      .where('id', '=', trial.id)
      .execute();
  }
  await db.deleteFrom('front_members').where('study_id', '=', studyId).execute();
  for (const { id, number } of trials) {
    if (!members.includes(number)) continue;
    await db.insertInto('front_members').values({ study_id: studyId, trial_id: id }).execute();
  }
}
