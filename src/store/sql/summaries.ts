/** Observations without their samples, as listings give them. */
import type { Kysely, Selectable } from 'kysely';
import type { Environment } from '../../host/environment.ts';
import type { ObservationSummary } from '../observation.ts';
import { environmentIn, whole } from './columns.ts';
import { DamagedColumn } from './damage.ts';
import { lateTrials } from './late.ts';
import { summaryOf } from './observation-rows.ts';
import type { Database, ObservationsTable } from './schema.ts';

/** By id. What an environment is never changes: each is read once. */
export type Environments = Map<number, Environment>;

/** Trials in one question: what rows were made from is let go of before the next. */
const atOnce = 1000;

/** See `TrialArchive.observations`. */
export async function summariesOf(
  db: Kysely<Database>,
  environments: Environments,
  studyId: number,
  after: number | undefined,
): Promise<ReadonlyMap<number, readonly ObservationSummary[]>> {
  const complete = db
    .selectFrom('trials')
    .select(['id', 'number'])
    .where('study_id', '=', studyId)
    .where('state', '=', 'complete')
    .orderBy('number');
  const wanted =
    after === undefined
      ? complete
      : complete.where(eb =>
          eb.or([
            eb('id', 'in', lateTrials(eb, studyId, after)),
            eb('id', 'in', eb.selectFrom('observations').select('trial_id').where('phase', '<>', 'search')),
          ]),
        );
  const trials = await wanted.execute();
  const found = new Map<number, readonly ObservationSummary[]>();
  for (let from = 0; from < trials.length; from += atOnce) {
    const part = trials.slice(from, from + atOnce);
    const observed = await db
      .selectFrom('observations')
      .selectAll()
      .where(
        'trial_id',
        'in',
        part.map(({ id }) => id),
      )
      .orderBy('trial_id')
      .orderBy('phase', 'desc')
      .orderBy('kind', 'desc')
      .execute();
    const byTrial = grouped(observed, await environmentsIn(db, environments, observed));
    for (const { id, number } of part) found.set(number, byTrial.get(id) ?? []);
    // Who waits for something short comes in between.
    await new Promise(resolve => setImmediate(resolve));
  }
  return found;
}

/** By trial id. */
export function grouped(
  rows: readonly Selectable<ObservationsTable>[],
  environmentOf: (id: number) => Environment,
): Map<number, ObservationSummary[]> {
  const byTrial = new Map<number, ObservationSummary[]>();
  for (const row of rows) {
    const summary = whole(summaryOf(row, environmentOf(row.environment_id)));
    const own = byTrial.get(row.trial_id);
    if (own) own.push(summary);
    else byTrial.set(row.trial_id, [summary]);
  }
  return byTrial;
}

/** All are read when one is not known yet: there are as many as machines and versions. */
export async function environmentsIn(
  db: Kysely<Database>,
  known: Environments,
  rows: readonly { readonly environment_id: number }[],
): Promise<(id: number) => Environment> {
  if (rows.some(row => !known.has(row.environment_id)))
    for (const row of await db.selectFrom('environments').selectAll().execute())
      known.set(row.id, whole(environmentIn(row.content)));
  return id => {
    const found = known.get(id);
    if (!found) throw new DamagedColumn(`environment ${id} is missing`);
    return found;
  };
}
