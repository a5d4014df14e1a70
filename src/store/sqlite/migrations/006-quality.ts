/** Whether a latency is good or disturbed and how it was taken; what a trial had before it was measured again. */
import type { Kysely, Migration } from 'kysely';

export const quality: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema.alterTable('observations').addColumn('quality', 'text').execute();
    await db.schema.alterTable('observations').addColumn('conditions', 'text').execute();
    await db.schema.alterTable('trials').addColumn('revised_sequence', 'integer').execute();
    await db.schema
      .createTable('revisions')
      .addColumn('trial_id', 'integer', c => c.notNull().references('trials.id').onDelete('cascade'))
      .addColumn('replaced_at', 'integer', c => c.notNull())
      .addColumn('objective_values', 'text', c => c.notNull())
      .addColumn('standard_errors', 'text', c => c.notNull())
      .addColumn('latency', 'text', c => c.notNull())
      .addColumn('candidate_samples', 'blob', c => c.notNull())
      .addColumn('reference_samples', 'blob', c => c.notNull())
      .addPrimaryKeyConstraint('revisions_key', ['trial_id', 'replaced_at'])
      .execute();
  },
};
