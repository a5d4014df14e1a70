/** In SQL: what strategies were given, the table of single sites, and trials judged again. */
import { createHash } from 'node:crypto';
import type { TuningStore } from '../store.ts';
import { recordIn } from './columns.ts';
import { countWrite } from './counters.ts';
import { rejudge } from './front.ts';
import type { StoreSession } from './session.ts';

export const sqlTuning = ({ read, write }: StoreSession): TuningStore => ({
  keepSetup: (studyId, setup) => {
    const content = JSON.stringify(setup);
    const sha256 = createHash('sha256').update(content).digest('hex');
    return write('store what the strategy is given', async db => {
      const known = db
        .selectFrom('tuner_setups')
        .select('id')
        .where('study_id', '=', studyId)
        .where('sha256', '=', sha256);
      const found = await known.executeTakeFirst();
      if (found) return found.id;
      await countWrite(db, studyId);
      const added = await db
        .insertInto('tuner_setups')
        .values({ study_id: studyId, sha256, content })
        .onConflict(conflict => conflict.columns(['study_id', 'sha256']).doNothing())
        .returning('id')
        .executeTakeFirst();
      // Another was first with the same.
      return (added ?? (await known.executeTakeFirstOrThrow())).id;
    });
  },

  setup: id =>
    read('look up what a strategy was given', async db => {
      const row = await db.selectFrom('tuner_setups').select('content').where('id', '=', id).executeTakeFirst();
      return row ? recordIn(row.content) : null;
    }),

  latestSetup: studyId =>
    read('look up what the strategy of a study is given', async db => {
      const row = await db
        .selectFrom('tuner_setups')
        .select(['id', 'content'])
        .where('study_id', '=', studyId)
        .orderBy('id', 'desc')
        .executeTakeFirst();
      return row ? { id: row.id, setup: recordIn(row.content) } : null;
    }),

  keepSiteTable: (studyId, table) =>
    write('store the table of single sites', async db => {
      await countWrite(db, studyId);
      await db
        .updateTable('studies')
        .set({ site_table: JSON.stringify(table) })
        .where('id', '=', studyId)
        .execute();
    }),

  siteTable: studyId =>
    read('look up the table of single sites', async db => {
      const row = await db.selectFrom('studies').select('site_table').where('id', '=', studyId).executeTakeFirst();
      return row?.site_table ? recordIn(row.site_table) : null;
    }),

  judge: (studyId, feasible, frontOf) =>
    write('judge the trials by other limits', async db => {
      await countWrite(db, studyId);
      await rejudge(db, studyId, ({ values }) => feasible(values), frontOf);
    }),
});
