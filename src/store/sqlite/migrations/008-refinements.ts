/** What refining a trial came to. Its observations stand with the others, in a phase of their own. */
import type { Kysely, Migration } from 'kysely';

export const refinements: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema
      .createTable('refinements')
      .addColumn('trial_id', 'integer', c => c.primaryKey().references('trials.id').onDelete('cascade'))
      .addColumn('state', 'text', c => c.notNull())
      .addColumn('model_sha256', 'text')
      .addColumn('content', 'blob')
      .addColumn('detail', 'text', c => c.notNull())
      .addColumn('facts', 'text', c => c.notNull())
      .addColumn('package_version', 'text', c => c.notNull())
      .addColumn('stored_at_ms', 'integer', c => c.notNull())
      .execute();
  },
};
