/** Stored trials, read back. */
import type { Expression, ExpressionBuilder, Kysely, SqlBool } from 'kysely';
import type { Environment } from '../../host/environment.ts';
import type { ObservationSummary } from '../observation.ts';
import type { Session } from '../sqlite/session.ts';
import type { TrialArchive } from '../store.ts';
import type { CompleteTrial, Trial } from '../trial.ts';
import { environmentIn, whole } from './columns.ts';
import { DamagedColumn } from './damage.ts';
import { storedObservationOf, summaryColumns, summaryOf } from './observation-rows.ts';
import type { Database } from './schema.ts';
import { trialOf } from './trial-rows.ts';

type Condition = (eb: ExpressionBuilder<Database, 'trials'>) => Expression<SqlBool>;

export const sqliteArchive = ({ read }: Session): TrialArchive => ({
  list: async (studyId, filter = {}) => {
    if (filter.states?.length === 0) return [];
    return read('list the trials', db =>
      trialsWhere(db, eb =>
        eb.and([
          eb('trials.study_id', '=', studyId),
          ...(filter.states ? [eb('trials.state', 'in', filter.states)] : []),
          ...(filter.finishedAfter === undefined
            ? []
            : [
                eb.or([
                  eb('trials.finished_sequence', '>', filter.finishedAfter),
                  eb('trials.revised_sequence', '>', filter.finishedAfter),
                ]),
              ]),
        ]),
      ),
    );
  },

  get: (studyId, number) =>
    read(`look up trial ${number}`, async db => {
      const found = await trialsWhere(db, eb =>
        eb.and([eb('trials.study_id', '=', studyId), eb('trials.number', '=', number)]),
      );
      if (found[0]) return found[0];
      const study = await db.selectFrom('studies').select('next_number').where('id', '=', studyId).executeTakeFirst();
      if (number < (study?.next_number ?? 0)) throw new DamagedColumn(`trial ${number} is missing`);
      return null;
    }),

  front: studyId =>
    read('read the front', async db => {
      const members = await trialsWhere(db, eb =>
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
      const environments = await environmentsOf(db);
      return rows.map(row => storedObservationOf(row, environments(row.environment_id)));
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
});

/** By number, each with its observations: search before confirm, latency before accuracy. */
async function trialsWhere(db: Kysely<Database>, condition: Condition): Promise<readonly Trial[]> {
  const rows = await db.selectFrom('trials').selectAll().where(condition).orderBy('trials.number').execute();
  const observed = await db
    .selectFrom('observations')
    .select(summaryColumns)
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
  const environments = await environmentsOf(db);
  const byTrial = new Map<number, ObservationSummary[]>();
  for (const row of observed) {
    const own = byTrial.get(row.trial_id) ?? [];
    own.push(whole(summaryOf(row, environments(row.environment_id))));
    byTrial.set(row.trial_id, own);
  }
  return rows.map(row => whole(trialOf(row, byTrial.get(row.id) ?? [], revisions.get(row.id) ?? [])));
}

async function environmentsOf(db: Kysely<Database>): Promise<(id: number) => Environment> {
  const rows = await db.selectFrom('environments').selectAll().execute();
  const contents = new Map(rows.map(row => [row.id, environmentIn(row.content)]));
  return id => {
    const found = contents.get(id);
    if (!found) throw new DamagedColumn(`environment ${id} is missing`);
    return found;
  };
}
