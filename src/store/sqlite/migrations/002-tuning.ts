/** What proposals were made from, the table of single sites, and which images the answers of a pruned trial are about. */
import type { Kysely, Migration } from 'kysely';

export const tuning: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema
      .createTable('tuner_setups')
      .addColumn('id', 'integer', c => c.primaryKey())
      .addColumn('study_id', 'integer', c => c.notNull().references('studies.id').onDelete('cascade'))
      .addColumn('sha256', 'text', c => c.notNull())
      .addColumn('content', 'text', c => c.notNull())
      .addUniqueConstraint('tuner_setups_content', ['study_id', 'sha256'])
      .execute();
    await db.schema.alterTable('studies').addColumn('site_table', 'text').execute();
    for (const column of ['setup_id', 'asked_after', 'asked_known', 'started_after']) {
      await db.schema.alterTable('trials').addColumn(column, 'integer').execute();
    }
    await db.schema.alterTable('observations').addColumn('places', 'blob').execute();
  },
};
