/** Studies, trials, observations, environments and fronts. */
import { type Kysely, type Migration, sql } from 'kysely';

export const studies: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema
      .createTable('schema_history')
      .addColumn('migration', 'text', c => c.primaryKey())
      .addColumn('package_version', 'text', c => c.notNull())
      .execute();
    await db.schema
      .createTable('studies')
      .addColumn('id', 'integer', c => c.primaryKey())
      .addColumn('name', 'text', c => c.notNull().unique())
      .addColumn('state', 'text', c => c.notNull())
      .addColumn('created_at_ms', 'bigint', c => c.notNull())
      .addColumn('model_path', 'text', c => c.notNull())
      .addColumn('model_sha256', 'text', c => c.notNull())
      .addColumn('space_text', 'text', c => c.notNull())
      .addColumn('space_sha256', 'text', c => c.notNull())
      .addColumn('hardware_text', 'text', c => c.notNull())
      .addColumn('hardware_sha256', 'text', c => c.notNull())
      .addColumn('data_spec', 'text', c => c.notNull())
      .addColumn('data_sha256', 'text', c => c.notNull())
      .addColumn('normalisation', 'text', c => c.notNull())
      .addColumn('transform', 'text', c => c.notNull())
      .addColumn('proxy_images', 'integer', c => c.notNull())
      .addColumn('proxy_seed', 'bigint', c => c.notNull())
      .addColumn('objectives', 'text', c => c.notNull())
      .addColumn('seed', 'bigint', c => c.notNull())
      .addColumn('strategy_name', 'text', c => c.notNull())
      .addColumn('strategy_options', 'text', c => c.notNull())
      .addColumn('package_version', 'text', c => c.notNull())
      .addColumn('command_line', 'text', c => c.notNull())
      .addColumn('dense_macs', 'bigint', c => c.notNull())
      .addColumn('dense_params', 'bigint', c => c.notNull())
      .addColumn('next_number', 'integer', c => c.notNull().defaultTo(0))
      .addColumn('finished', 'integer', c => c.notNull().defaultTo(0))
      .execute();
    await db.schema
      .createTable('trials')
      .addColumn('id', 'integer', c => c.primaryKey())
      .addColumn('study_id', 'integer', c => c.notNull().references('studies.id').onDelete('cascade'))
      .addColumn('number', 'integer', c => c.notNull())
      .addColumn('state', 'text', c =>
        c.notNull().check(sql`state in ('waiting', 'running', 'complete', 'failed', 'pruned')`),
      )
      .addColumn('configuration', 'text', c => c.notNull())
      .addColumn('assignment', 'text', c => c.notNull())
      .addColumn('strategy', 'text', c => c.notNull())
      .addColumn('rng_before', 'text')
      .addColumn('rng_after', 'text')
      .addColumn('requeues', 'integer', c => c.notNull().defaultTo(0))
      .addColumn('created_at_ms', 'bigint', c => c.notNull())
      .addColumn('started_at_ms', 'bigint', c => c.notNull())
      .addColumn('owner_pid', 'integer')
      .addColumn('owner_start_time', 'text')
      .addColumn('owner_boot_id', 'text')
      .addColumn('finished_at_ms', 'bigint')
      .addColumn('finished_sequence', 'integer')
      .addColumn('failure_reason', 'text')
      .addColumn('detail', 'text')
      .addColumn('model_sha256', 'text')
      .addColumn('macs', 'bigint')
      .addColumn('params', 'bigint')
      .addColumn('objective_values', 'text')
      .addColumn('standard_errors', 'text')
      .addColumn('feasible', 'integer')
      .addColumn('hypervolume', 'double precision')
      .addColumn('build_ms', 'double precision')
      .addColumn('latency_ms', 'double precision')
      .addColumn('accuracy_ms', 'double precision')
      .addUniqueConstraint('trials_number', ['study_id', 'number'])
      .addUniqueConstraint('trials_configuration', ['study_id', 'configuration'])
      .addUniqueConstraint('trials_finished_sequence', ['study_id', 'finished_sequence'])
      .addCheckConstraint(
        'trials_finished',
        sql`(finished_sequence is not null) = (state in ('complete', 'failed', 'pruned'))`,
      )
      .addCheckConstraint('trials_owner', sql`(owner_pid is not null) = (state = 'running')`)
      .addCheckConstraint(
        'trials_complete',
        sql`state <> 'complete' or (model_sha256 is not null and macs is not null and params is not null
          and objective_values is not null and standard_errors is not null and feasible is not null and hypervolume is not null)`,
      )
      .addCheckConstraint('trials_failed', sql`(failure_reason is not null) = (state = 'failed')`)
      .execute();
    await db.schema.createIndex('trials_state').on('trials').columns(['study_id', 'state', 'number']).execute();
    await db.schema
      .createTable('environments')
      .addColumn('id', 'integer', c => c.primaryKey())
      .addColumn('sha256', 'text', c => c.notNull().unique())
      .addColumn('content', 'text', c => c.notNull())
      .execute();
    await db.schema
      .createTable('observations')
      .addColumn('trial_id', 'integer', c => c.notNull().references('trials.id').onDelete('cascade'))
      .addColumn('phase', 'text', c => c.notNull().check(sql`phase in ('search', 'confirm')`))
      .addColumn('kind', 'text', c => c.notNull().check(sql`kind in ('latency', 'accuracy')`))
      .addColumn('value', 'double precision', c => c.notNull())
      .addColumn('standard_error', 'double precision', c => c.notNull())
      .addColumn('interval_lo', 'double precision', c => c.notNull())
      .addColumn('interval_hi', 'double precision', c => c.notNull())
      .addColumn('warnings', 'text', c => c.notNull())
      .addColumn('wall_ms', 'double precision', c => c.notNull())
      .addColumn('load', 'double precision', c => c.notNull())
      .addColumn('environment_id', 'integer', c => c.notNull().references('environments.id'))
      .addColumn('stored_at_ms', 'bigint', c => c.notNull())
      .addColumn('candidate_ms', 'double precision')
      .addColumn('reference_ms', 'double precision')
      .addColumn('ended_by', 'text')
      .addColumn('candidate_samples', 'blob')
      .addColumn('reference_samples', 'blob')
      .addColumn('images', 'integer')
      .addColumn('correct', 'blob')
      .addColumn('predictions', 'blob')
      .addPrimaryKeyConstraint('observations_key', ['trial_id', 'phase', 'kind'])
      .addCheckConstraint(
        'observations_latency',
        sql`kind <> 'latency' or (candidate_ms is not null and reference_ms is not null and ended_by is not null
          and candidate_samples is not null and reference_samples is not null)`,
      )
      .addCheckConstraint(
        'observations_accuracy',
        sql`kind <> 'accuracy' or (images is not null and correct is not null and predictions is not null)`,
      )
      .execute();
    await db.schema
      .createTable('front_members')
      .addColumn('study_id', 'integer', c => c.notNull().references('studies.id').onDelete('cascade'))
      .addColumn('trial_id', 'integer', c => c.notNull().references('trials.id').onDelete('cascade'))
      .addPrimaryKeyConstraint('front_members_key', ['study_id', 'trial_id'])
      .execute();
  },
};
