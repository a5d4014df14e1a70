/** What fronts are made of: a few columns of each complete trial. */
import type { Kysely } from 'kysely';
import type { TrialFigures } from '../store.ts';
import { numbersIn } from './columns.ts';
import type { Database } from './schema.ts';
import { stored } from './stored.ts';

/** By number; see `TrialArchive.figures`. */
export async function figuresOf(db: Kysely<Database>, studyId: number): Promise<readonly TrialFigures[]> {
  const rows = await db
    .selectFrom('trials')
    .select(['id', 'number', 'finished_sequence', 'objective_values', 'standard_errors', 'feasible', 'hypervolume'])
    .select(['macs', 'params'])
    .where('study_id', '=', studyId)
    .where('state', '=', 'complete')
    .orderBy('number')
    .execute();
  const confirmed = await db
    .selectFrom('observations')
    .innerJoin('trials', 'trials.id', 'observations.trial_id')
    .select(['trial_id', 'kind'])
    .where('study_id', '=', studyId)
    .where('phase', '=', 'confirm')
    .orderBy('kind', 'desc')
    .execute();
  const kinds = Map.groupBy(confirmed, row => row.trial_id);
  return rows.map(row => ({
    id: row.id,
    number: row.number,
    finishedSequence: stored(row.finished_sequence),
    values: numbersIn(stored(row.objective_values)),
    standardErrors: numbersIn(stored(row.standard_errors)),
    feasible: row.feasible === 1,
    hypervolume: stored(row.hypervolume),
    macs: stored(row.macs),
    params: stored(row.params),
    confirmed: (kinds.get(row.id) ?? []).map(({ kind }) => kind),
  }));
}
