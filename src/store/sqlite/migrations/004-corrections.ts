/** What was corrected in a candidate, and the unlabelled images that a study calibrates with. */
import type { Kysely, Migration } from 'kysely';

export const corrections: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema.alterTable('studies').addColumn('calibration', 'text').execute();
    await db.schema.alterTable('trials').addColumn('correction_ms', 'double precision').execute();
    await db.schema
      .createTable('corrections')
      .addColumn('trial_id', 'integer', c => c.primaryKey().references('trials.id').onDelete('cascade'))
      .addColumn('content', 'blob', c => c.notNull())
      .execute();
  },
};
