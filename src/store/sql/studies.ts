/** Studies in SQL. */
import { UserError } from '../../errors/user-error.ts';
import { demandSame } from '../identity.ts';
import type { StudyStore } from '../store.ts';
import type { StudySummary } from '../study.ts';
import { trialStates } from '../trial.ts';
import { oneOf, textsIn, wholeWithin } from './columns.ts';
import { countWrite } from './counters.ts';
import type { Session } from './session.ts';
import { studyOf, studyRow, studyStates } from './study-rows.ts';

export const sqlStudies = ({ read, write, now }: Session): StudyStore => ({
  create: study =>
    write(`store the study "${study.name}"`, async db => {
      const added = await db
        .insertInto('studies')
        .values(studyRow(study, now()))
        .onConflict(conflict => conflict.column('name').doNothing())
        .returningAll()
        .executeTakeFirst();
      if (added) {
        await db
          .insertInto('counters')
          .values({ study_id: added.id, revision: 0, finished: 0, next_number: 0 })
          .execute();
        return studyOf(added);
      }
      const existing = studyOf(
        await db.selectFrom('studies').selectAll().where('name', '=', study.name).executeTakeFirstOrThrow(),
      );
      demandSame(existing, study);
      return existing;
    }),

  get: name =>
    read(`look up the study "${name}"`, async db => {
      const row = await db.selectFrom('studies').selectAll().where('name', '=', name).executeTakeFirst();
      return row ? studyOf(row) : null;
    }),

  list: () =>
    read('list the studies', async db => {
      const rows = await db
        .selectFrom('studies')
        .select(({ selectFrom }) => [
          'id',
          'name',
          'state',
          'created_at_ms',
          'model_path',
          'objectives',
          selectFrom('front_members')
            .select(({ fn }) => fn.countAll<number>().as('count'))
            .whereRef('study_id', '=', 'studies.id')
            .as('front_size'),
          // From the end of an index: no trial is gone through.
          selectFrom('trials')
            .select('hypervolume')
            .whereRef('study_id', '=', 'studies.id')
            .where('state', '=', 'complete')
            .where('finished_sequence', 'is not', null)
            .orderBy('finished_sequence', 'desc')
            .limit(1)
            .as('hypervolume'),
        ])
        .orderBy('id')
        .execute();
      const counts = await db
        .selectFrom('trials')
        .select(({ fn }) => ['study_id', 'state', fn.countAll<number>().as('count')])
        .groupBy(['study_id', 'state'])
        .execute();
      return rows.map((row): StudySummary => {
        const own = counts.filter(count => count.study_id === row.id);
        return wholeWithin({
          name: row.name,
          state: oneOf(row.state, studyStates),
          createdAtMs: row.created_at_ms,
          modelPath: row.model_path,
          objectives: textsIn(row.objectives),
          trials: Object.fromEntries(
            trialStates.map(state => [state, Number(own.find(count => count.state === state)?.count ?? 0)]),
          ) as StudySummary['trials'],
          frontSize: Number(row.front_size ?? 0),
          hypervolume: row.hypervolume,
        });
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
      await countWrite(db, studyId);
    }),

  revision: studyId =>
    read('look up the revision of a study', async db => {
      const row = await db
        .selectFrom('counters')
        .select('revision')
        .where('study_id', '=', studyId)
        .executeTakeFirstOrThrow();
      return row.revision;
    }),
});
