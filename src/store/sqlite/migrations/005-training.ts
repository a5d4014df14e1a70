/** Trainings of trials: what they started from, every epoch, and how long the steps of each phase took. */
import type { Kysely, Migration } from 'kysely';

export const training: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema
      .createTable('training_runs')
      .addColumn('id', 'integer', c => c.primaryKey())
      .addColumn('trial_id', 'integer', c => c.notNull().references('trials.id').onDelete('cascade'))
      .addColumn('identity', 'text', c => c.notNull())
      .addColumn('state', 'text', c => c.notNull())
      .addColumn('started_at_ms', 'integer', c => c.notNull())
      .addColumn('ended_at_ms', 'integer')
      .addColumn('dense_top1', 'double precision', c => c.notNull())
      .addColumn('before_top1', 'double precision', c => c.notNull())
      .addColumn('validation_images', 'integer', c => c.notNull())
      .addColumn('top1', 'double precision')
      .addColumn('written_sha256', 'text')
      .addColumn('detail', 'text', c => c.notNull())
      .addColumn('package_version', 'text', c => c.notNull())
      .addColumn('command_line', 'text', c => c.notNull())
      .addUniqueConstraint('training_runs_identity', ['trial_id', 'identity'])
      .execute();
    await db.schema
      .createTable('training_epochs')
      .addColumn('run_id', 'integer', c => c.notNull().references('training_runs.id').onDelete('cascade'))
      .addColumn('epoch', 'integer', c => c.notNull())
      .addColumn('train_loss', 'double precision', c => c.notNull())
      .addColumn('train_top1', 'double precision', c => c.notNull())
      .addColumn('validation_loss', 'double precision')
      .addColumn('validation_top1', 'double precision')
      .addColumn('learning_rate', 'double precision', c => c.notNull())
      .addColumn('frozen_share', 'double precision', c => c.notNull())
      .addColumn('images_per_second', 'double precision', c => c.notNull())
      .addColumn('waiting_share', 'double precision', c => c.notNull())
      .addColumn('step_ms', 'double precision', c => c.notNull())
      .addColumn('wall_ms', 'double precision', c => c.notNull())
      .addPrimaryKeyConstraint('training_epochs_key', ['run_id', 'epoch'])
      .execute();
    await db.schema
      .createTable('training_phases')
      .addColumn('run_id', 'integer', c => c.notNull().references('training_runs.id').onDelete('cascade'))
      .addColumn('from_epoch', 'integer', c => c.notNull())
      .addColumn('to_epoch', 'integer', c => c.notNull())
      .addColumn('frozen_share', 'double precision', c => c.notNull())
      .addColumn('steps', 'integer', c => c.notNull())
      .addColumn('step_ms', 'double precision', c => c.notNull())
      .addColumn('unfrozen_step_ms', 'double precision')
      .addPrimaryKeyConstraint('training_phases_key', ['run_id', 'from_epoch'])
      .execute();
  },
};
