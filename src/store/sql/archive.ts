/** Stored trials, read back. */
import type { Expression, ExpressionBuilder, Kysely, SqlBool } from 'kysely';
import type { TrialArchive, TrialFilter } from '../store.ts';
import type { CompleteTrial, Trial } from '../trial.ts';
import { whole } from './columns.ts';
import { DamagedColumn } from './damage.ts';
import { figuresOf } from './figures.ts';
import { lateTrials } from './late.ts';
import { storedObservationOf } from './observation-rows.ts';
import { outlinesOf } from './outlines.ts';
import { refinementIn } from './refinements.ts';
import type { Database } from './schema.ts';
import type { StoreSession } from './session.ts';
import { type Environments, environmentsIn, grouped, summariesOf } from './summaries.ts';
import { trialOf } from './trial-rows.ts';

type Condition = (eb: ExpressionBuilder<Database, 'trials'>) => Expression<SqlBool>;

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

    observations: (studyId, after) =>
      read('list the observations', db => summariesOf(db, environments, studyId, after)),

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
    if (finishedAfter !== undefined)
      return eb.and([eb('trials.id', 'in', lateTrials(eb, studyId, finishedAfter)), ...whose]);
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
