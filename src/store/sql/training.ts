/** In SQL: trainings of trials and their metrics. */
import type { Insertable, Selectable, Transaction } from 'kysely';
import {
  identityText,
  type NewTrainingRun,
  type TrainingEpoch,
  type TrainingPhase,
  type TrainingRun,
  type TrainingStore,
} from '../training.ts';
import { withoutPasswords } from '../without-passwords.ts';
import { textsIn } from './columns.ts';
import { countWrite, countWriteOfTrial } from './counters.ts';
import type { Database, TrainingEpochsTable, TrainingPhasesTable, TrainingRunsTable } from './schema.ts';
import type { StoreSession } from './session.ts';

export const sqlTraining = ({ read, write, now }: StoreSession): TrainingStore => ({
  begin: run =>
    write('store a training', async db => {
      await countWriteOfTrial(db, run.trialId);
      const row = await db
        .insertInto('training_runs')
        .values(rowOf(run, now()))
        .onConflict(conflict =>
          conflict.columns(['trial_id', 'identity']).doUpdateSet({ state: 'running', ended_at_ms: null, detail: '' }),
        )
        .returningAll()
        .executeTakeFirstOrThrow();
      return runOf(row);
    }),

  epoch: (runId, epoch) =>
    write('store an epoch of a training', async db => {
      await countWriteOfRun(db, runId);
      const row = epochRow(runId, epoch);
      await db
        .insertInto('training_epochs')
        .values(row)
        .onConflict(conflict => conflict.columns(['run_id', 'epoch']).doUpdateSet(row))
        .execute();
    }),

  phase: (runId, phase) =>
    write('store a phase of a training', async db => {
      await countWriteOfRun(db, runId);
      const row = phaseRow(runId, phase);
      await db
        .insertInto('training_phases')
        .values(row)
        .onConflict(conflict => conflict.columns(['run_id', 'from_epoch']).doUpdateSet(row))
        .execute();
    }),

  end: (runId, { state, top1, writtenSha256, detail }) =>
    write('store the end of a training', async db => {
      await countWriteOfRun(db, runId);
      await db
        .updateTable('training_runs')
        .set({ state, top1, written_sha256: writtenSha256, detail, ended_at_ms: now() })
        .where('id', '=', runId)
        .execute();
    }),

  list: trialId =>
    read('list the trainings of a trial', async db => {
      const rows = await db
        .selectFrom('training_runs')
        .selectAll()
        .where('trial_id', '=', trialId)
        .orderBy('id')
        .execute();
      return rows.map(runOf);
    }),

  ofStudy: studyId =>
    read('list the trainings of a study', async db => {
      const rows = await db
        .selectFrom('training_runs')
        .innerJoin('trials', 'trials.id', 'training_runs.trial_id')
        .selectAll('training_runs')
        .select('trials.number')
        .where('trials.study_id', '=', studyId)
        .orderBy('training_runs.id')
        .execute();
      return rows.map(({ number, ...row }) => ({ trial: number, run: runOf(row) }));
    }),

  metrics: runId =>
    read('look up the metrics of a training', async db => {
      const epochs = await db
        .selectFrom('training_epochs')
        .selectAll()
        .where('run_id', '=', runId)
        .orderBy('epoch')
        .execute();
      const phases = await db
        .selectFrom('training_phases')
        .selectAll()
        .where('run_id', '=', runId)
        .orderBy('from_epoch')
        .execute();
      return { epochs: epochs.map(epochOf), phases: phases.map(phaseOf) };
    }),
});

async function countWriteOfRun(db: Transaction<Database>, runId: number): Promise<void> {
  const { study_id } = await db
    .selectFrom('training_runs')
    .innerJoin('trials', 'trials.id', 'training_runs.trial_id')
    .select('study_id')
    .where('training_runs.id', '=', runId)
    .executeTakeFirstOrThrow();
  await countWrite(db, study_id);
}

const rowOf = (run: NewTrainingRun, startedAtMs: number): Insertable<TrainingRunsTable> => ({
  trial_id: run.trialId,
  identity: identityText(run.identity),
  state: 'running',
  started_at_ms: startedAtMs,
  ended_at_ms: null,
  dense_top1: run.denseTop1,
  before_top1: run.beforeTop1,
  validation_images: run.validationImages,
  top1: null,
  written_sha256: null,
  detail: '',
  package_version: run.packageVersion,
  command_line: JSON.stringify(run.commandLine.map(withoutPasswords)),
});

const runOf = (row: Selectable<TrainingRunsTable>): TrainingRun => ({
  id: row.id,
  trialId: row.trial_id,
  identity: Object.fromEntries(JSON.parse(row.identity) as [string, string][]),
  state: row.state,
  startedAtMs: row.started_at_ms,
  endedAtMs: row.ended_at_ms,
  denseTop1: row.dense_top1,
  beforeTop1: row.before_top1,
  validationImages: row.validation_images,
  top1: row.top1,
  writtenSha256: row.written_sha256,
  detail: row.detail,
  packageVersion: row.package_version,
  commandLine: textsIn(row.command_line),
});

const epochRow = (runId: number, epoch: TrainingEpoch): TrainingEpochsTable => ({
  run_id: runId,
  epoch: epoch.epoch,
  train_loss: epoch.trainLoss,
  train_top1: epoch.trainTop1,
  validation_loss: epoch.validationLoss,
  validation_top1: epoch.validationTop1,
  learning_rate: epoch.learningRate,
  frozen_share: epoch.frozenShare,
  images_per_second: epoch.imagesPerSecond,
  waiting_share: epoch.waitingShare,
  step_ms: epoch.stepMs,
  wall_ms: epoch.wallMs,
});

const epochOf = (row: TrainingEpochsTable): TrainingEpoch => ({
  epoch: row.epoch,
  trainLoss: row.train_loss,
  trainTop1: row.train_top1,
  validationLoss: row.validation_loss,
  validationTop1: row.validation_top1,
  learningRate: row.learning_rate,
  frozenShare: row.frozen_share,
  imagesPerSecond: row.images_per_second,
  waitingShare: row.waiting_share,
  stepMs: row.step_ms,
  wallMs: row.wall_ms,
});

const phaseRow = (runId: number, phase: TrainingPhase): TrainingPhasesTable => ({
  run_id: runId,
  from_epoch: phase.firstEpoch,
  to_epoch: phase.lastEpoch,
  frozen_share: phase.frozenShare,
  steps: phase.steps,
  step_ms: phase.stepMs,
  unfrozen_step_ms: phase.unfrozenStepMs,
});

const phaseOf = (row: TrainingPhasesTable): TrainingPhase => ({
  firstEpoch: row.from_epoch,
  lastEpoch: row.to_epoch,
  frozenShare: row.frozen_share,
  steps: row.steps,
  stepMs: row.step_ms,
  unfrozenStepMs: row.unfrozen_step_ms,
});
