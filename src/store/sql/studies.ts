/** Studies in SQL. */
import { UserError } from '../../errors/user-error.ts';
import { demandSame } from '../identity.ts';
import type { Session } from '../sqlite/session.ts';
import type { StudyStore } from '../store.ts';
import type { StudySummary } from '../study.ts';
import { trialStates } from '../trial.ts';
import { studyOf, studyRow } from './study-rows.ts';

export const sqliteStudies = ({ read, write, now }: Session): StudyStore => ({
  create: study =>
    write(`store the study "${study.name}"`, async db => {
      const existing = await db.selectFrom('studies').selectAll().where('name', '=', study.name).executeTakeFirst();
      if (existing) {
        demandSame(studyOf(existing), study);
        return studyOf(existing);
      }
      return studyOf(
        await db.insertInto('studies').values(studyRow(study, now())).returningAll().executeTakeFirstOrThrow(),
      );
    }),

  get: name =>
    read(`look up the study "${name}"`, async db => {
      const row = await db.selectFrom('studies').selectAll().where('name', '=', name).executeTakeFirst();
      return row ? studyOf(row) : null;
    }),

  list: () =>
    read('list the studies', async db => {
      const rows = await db.selectFrom('studies').selectAll().orderBy('id').execute();
      const counts = await db
        .selectFrom('trials')
        .select(({ fn }) => ['study_id', 'state', fn.countAll<number>().as('count')])
        .groupBy(['study_id', 'state'])
        .execute();
      const fronts = await db
        .selectFrom('front_members')
        .select(({ fn }) => ['study_id', fn.countAll<number>().as('count')])
        .groupBy('study_id')
        .execute();
      const latest = await db
        .selectFrom('trials')
        .select(['study_id', 'hypervolume'])
        .where(({ eb, selectFrom }) =>
          eb(
            'finished_sequence',
            '=',
            selectFrom('trials as other')
              .select(({ fn }) => fn.max('other.finished_sequence').as('last'))
              .whereRef('other.study_id', '=', 'trials.study_id')
              .where('other.state', '=', 'complete'),
          ),
        )
        .execute();
      return rows.map(row => {
        const own = counts.filter(count => count.study_id === row.id);
        const study = studyOf(row);
        return {
          name: study.name,
          state: study.state,
          createdAtMs: study.createdAtMs,
          modelPath: study.model.path,
          objectives: study.objectives,
          trials: Object.fromEntries(
            trialStates.map(state => [state, Number(own.find(count => count.state === state)?.count ?? 0)]),
          ) as StudySummary['trials'],
          frontSize: Number(fronts.find(front => front.study_id === row.id)?.count ?? 0),
          hypervolume: latest.find(trial => trial.study_id === row.id)?.hypervolume ?? null,
        };
      });
    }),

  setState: (studyId, state) =>
    write(`store that the study is ${state}`, async db => {
      const result = await db.updateTable('studies').set({ state }).where('id', '=', studyId).executeTakeFirst();
      if (result.numUpdatedRows === 0n) {
        throw new UserError(
          `Cannot set the state of study ${studyId}: the store has no such study.`,
          'List them with "rankfront studies".',
        );
      }
    }),
});
