/** Stored trials, read back. */
import type { Expression, ExpressionBuilder, Kysely, Selectable, SqlBool } from 'kysely';
import type { Environment } from '../../host/environment.ts';
import type { ObservationSummary } from '../observation.ts';
import type { TrialArchive, TrialFigures, TrialFilter } from '../store.ts';
import type { CompleteTrial, Trial } from '../trial.ts';
import { environmentIn, numbersIn, whole } from './columns.ts';
import { DamagedColumn } from './damage.ts';
import { storedObservationOf, summaryOf } from './observation-rows.ts';
import { outlinesOf } from './outlines.ts';
import { refinementIn } from './refinements.ts';
import type { Database, ObservationsTable } from './schema.ts';
import type { StoreSession } from './session.ts';
import { stored } from './stored.ts';
import { trialOf } from './trial-rows.ts';

type Condition = (eb: ExpressionBuilder<Database, 'trials'>) => Expression<SqlBool>;

/** By id. What an environment is never changes: each is read once. */
type Environments = Map<number, Environment>;

export function sqlArchive({ read }: StoreSession): TrialArchive {
  const environments: Environments = new Map();
  return {
    list: async (studyId, filter = {}) =>
      filter.states?.length === 0 || filter.numbers?.length === 0
        ? []
        : read('list the trials', db => trialsWhere(db, environments, listed(studyId, filter))),

    get: (studyId, number) =>
      read(`look up trial ${number}`, async db => {
        const found = await trialsWhere(db, environments, listed(studyId, { numbers: [number] }));
        if (found[0]) return found[0];
        const next = await db
          .selectFrom('counters')
          .select('next_number')
          .where('study_id', '=', studyId)
          .executeTakeFirst();
        if (number < (next?.next_number ?? 0)) throw new DamagedColumn(`trial ${number} is missing`);
        return null;
      }),

    figures: studyId => read('list the figures of trials', db => figuresOf(db, studyId)),

    outlines: (studyId, after) => read('list the trials', db => outlinesOf(db, studyId, after)),

    observations: studyId => read('list the observations', db => observationsOf(db, environments, studyId)),

    front: studyId =>
      read('read the front', async db => {
        const members = await trialsWhere(db, environments, eb =>
          eb.and([
            eb('trials.study_id', '=', studyId),
            eb('trials.id', 'in', eb.selectFrom('front_members').select('trial_id').where('study_id', '=', studyId)),
          ]),
        );
        return members.filter((trial): trial is CompleteTrial => trial.state === 'complete');
      }),

    samples: trialId =>
      read('read the samples of a trial', async db => {
        const rows = await db
          .selectFrom('observations')
          .selectAll()
          .where('trial_id', '=', trialId)
          .orderBy('phase', 'desc')
          .orderBy('kind', 'desc')
          .execute();
        const samples = await db.selectFrom('samples').selectAll().where('trial_id', '=', trialId).execute();
        const environmentOf = await environmentsIn(db, environments, rows);
        return rows.map(row => {
          const own = samples.filter(({ phase, kind }) => phase === row.phase && kind === row.kind);
          return storedObservationOf(row, own, environmentOf(row.environment_id));
        });
      }),

    correction: trialId =>
      read('read the correction of a trial', async db => {
        const row = await db
          .selectFrom('corrections')
          .select('content')
          .where('trial_id', '=', trialId)
          .executeTakeFirst();
        return row?.content ?? null;
      }),

    refinement: trialId => read('read the refinement of a trial', db => refinementIn(db, trialId)),
  };
}

/**
 * A part of a study is looked up by its ids: told the study and an order by number, SQLite reads the whole study for a trial or two.
 */
const listed =
  (studyId: number, { states, finishedAfter, numbers }: TrialFilter): Condition =>
  eb => {
    const ofStudy = eb.selectFrom('trials as t').select('t.id').where('t.study_id', '=', studyId);
    const whose = [
      ...(states ? [eb('trials.state', 'in', states)] : []),
      ...(numbers ? [eb('trials.number', 'in', numbers)] : []),
    ];
    if (finishedAfter !== undefined) {
      const revised = eb
        .selectFrom('revisions')
        .innerJoin('trials as u', 'u.id', 'revisions.trial_id')
        .select('u.id')
        .where('u.study_id', '=', studyId)
        .where('revisions.replaced_at', '>', finishedAfter);
      const late = ofStudy.where('t.finished_sequence', '>', finishedAfter).union(revised);
      return eb.and([eb('trials.id', 'in', late), ...whose]);
    }
    if (states && !numbers) return eb('trials.id', 'in', ofStudy.where('t.state', 'in', states));
    return eb.and([eb('trials.study_id', '=', studyId), ...whose]);
  };

/** By number, each with its observations: search before confirm, latency before accuracy. */
async function trialsWhere(
  db: Kysely<Database>,
  environments: Environments,
  condition: Condition,
): Promise<readonly Trial[]> {
  const rows = await db.selectFrom('trials').selectAll().where(condition).orderBy('trials.number').execute();
  const observed = await db
    .selectFrom('observations')
    .selectAll()
    .where('trial_id', 'in', db.selectFrom('trials').select('trials.id').where(condition))
    .orderBy('trial_id')
    .orderBy('phase', 'desc')
    .orderBy('kind', 'desc')
    .execute();
  const revised = rows.some(row => row.revised_sequence !== null)
    ? await db
        .selectFrom('revisions')
        .select(['trial_id', 'replaced_at', 'objective_values', 'standard_errors'])
        .where('trial_id', 'in', db.selectFrom('trials').select('trials.id').where(condition))
        .orderBy('replaced_at')
        .execute()
    : [];
  const revisions = Map.groupBy(revised, row => row.trial_id);
  const byTrial = grouped(observed, await environmentsIn(db, environments, observed));
  return rows.map(row => whole(trialOf(row, byTrial.get(row.id) ?? [], revisions.get(row.id) ?? [])));
}

/** By trial id. */
function grouped(
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

async function observationsOf(
  db: Kysely<Database>,
  environments: Environments,
  studyId: number,
): Promise<ReadonlyMap<number, readonly ObservationSummary[]>> {
  const complete = db
    .selectFrom('trials')
    .select(['id', 'number'])
    .where('study_id', '=', studyId)
    .where('state', '=', 'complete')
    .orderBy('number');
  const trials = await complete.execute();
  const observed = await db
    .selectFrom('observations')
    .selectAll()
    .where('trial_id', 'in', complete.clearSelect().clearOrderBy().select('id'))
    .orderBy('trial_id')
    .orderBy('phase', 'desc')
    .orderBy('kind', 'desc')
    .execute();
  const byTrial = grouped(observed, await environmentsIn(db, environments, observed));
  return new Map(trials.map(({ id, number }) => [number, byTrial.get(id) ?? []]));
}

async function figuresOf(db: Kysely<Database>, studyId: number): Promise<readonly TrialFigures[]> {
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

/** All are read when one is not known yet: there are as many as machines and versions. */
async function environmentsIn(
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
