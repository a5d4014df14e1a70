/** The tables as queries see them. JSON is kept as text, times of day as milliseconds since 1970, truth as 0 and 1. */
import type { Generated } from 'kysely';
import type { FailureReason } from '../../errors/failure.ts';
import type { Phase } from '../observation.ts';
import type { Encoding } from '../packing.ts';
import type { Refinement } from '../refinement.ts';
import type { StudyState } from '../study.ts';
import type { TrainingRunState } from '../training.ts';
import type { TrialState } from '../trial.ts';

export interface Database {
  schema_history: SchemaHistoryTable;
  studies: StudiesTable;
  counters: CountersTable;
  trials: TrialsTable;
  environments: EnvironmentsTable;
  observations: ObservationsTable;
  samples: SamplesTable;
  revisions: RevisionsTable;
  revision_samples: RevisionSamplesTable;
  front_members: FrontMembersTable;
  tuner_setups: TunerSetupsTable;
  corrections: CorrectionsTable;
  refinements: RefinementsTable;
  training_runs: TrainingRunsTable;
  training_epochs: TrainingEpochsTable;
  training_phases: TrainingPhasesTable;
}

/** Which version of this package made each step of the schema; stays as it is for ever, so that old versions can read it. */
export interface SchemaHistoryTable {
  migration: string;
  package_version: string;
}

export interface StudiesTable {
  id: Generated<number>;
  name: string;
  state: StudyState;
  created_at_ms: number;
  model_path: string;
  model_sha256: string;
  space_text: string;
  space_sha256: string;
  hardware_text: string;
  hardware_sha256: string;
  data_spec: string;
  data_sha256: string;
  normalisation: string;
  transform: string;
  proxy_images: number;
  proxy_seed: number;
  objectives: string;
  seed: number;
  strategy_name: string;
  strategy_options: string;
  package_version: string;
  command_line: string;
  dense_macs: number;
  dense_params: number;
  site_table: string | null;
  /** JSON; null where a study uses no calibration images. */
  calibration: string | null;
}

/** What changes with every write of a study: a short row, which also is the lock of its writers (`counters.ts`). */
export interface CountersTable {
  study_id: number;
  /** Of the latest write. */
  revision: number;
  /** How many trials are finished or measured again. */
  finished: number;
  /** The number of the next trial. */
  next_number: number;
}

export interface TrialsTable {
  id: Generated<number>;
  study_id: number;
  number: number;
  state: TrialState;
  configuration: string;
  assignment: string;
  strategy: string;
  rng_before: string | null;
  rng_after: string | null;
  requeues: number;
  created_at_ms: number;
  started_at_ms: number;
  owner_pid: number | null;
  owner_start_time: string | null;
  owner_boot_id: string | null;
  /** Of the open store that began or claimed it; null where an older version did. */
  owner_token: string | null;
  lease_until_ms: number | null;
  finished_at_ms: number | null;
  finished_sequence: number | null;
  failure_reason: FailureReason | null;
  detail: string | null;
  model_sha256: string | null;
  macs: number | null;
  params: number | null;
  objective_values: string | null;
  standard_errors: string | null;
  feasible: number | null;
  hypervolume: number | null;
  /** JSON: the wall time of each stage by name; null until it is finished. */
  stages: string | null;
  setup_id: number | null;
  asked_after: number | null;
  asked_known: number | null;
  started_after: number | null;
  /** Of the latest time that it was measured again, in the order of `finished_sequence`. */
  revised_sequence: number | null;
}

export interface EnvironmentsTable {
  id: Generated<number>;
  /** Of the content, so that each is kept once. */
  sha256: string;
  content: string;
}

/** What an observation of whatever kind has, as columns; what only its kind has, as JSON. */
export interface ObservedColumns {
  kind: string;
  value: number;
  standard_error: number;
  interval_lo: number;
  interval_hi: number;
  warnings: string;
  wall_ms: number;
  load: number;
  stored_at_ms: number;
  /** JSON. */
  facts: string;
}

export interface ObservationsTable extends ObservedColumns {
  trial_id: number;
  phase: Phase;
  environment_id: number;
}

export interface SampleColumns {
  name: string;
  encoding: Encoding;
  count: number;
  content: Uint8Array;
}

/** One list of samples of an observation; it goes with its observation. */
export interface SamplesTable extends SampleColumns {
  trial_id: number;
  phase: Phase;
  kind: string;
}

/** Values and observation that a trial had until it was measured again. */
export interface RevisionsTable extends ObservedColumns {
  trial_id: number;
  replaced_at: number;
  objective_values: string;
  standard_errors: string;
  /** Null where an export of an older version left it out. */
  environment_id: number | null;
}

export interface RevisionSamplesTable extends SampleColumns {
  trial_id: number;
  replaced_at: number;
}

export interface FrontMembersTable {
  study_id: number;
  trial_id: number;
}

export interface TunerSetupsTable {
  id: Generated<number>;
  study_id: number;
  /** Of the content, so that each is kept once. */
  sha256: string;
  content: string;
}

export interface CorrectionsTable {
  trial_id: number;
  content: Uint8Array;
}

export interface RefinementsTable {
  trial_id: number;
  state: Refinement['state'];
  /** This and the packed weights are null where the trial stays as it was. */
  model_sha256: string | null;
  content: Uint8Array | null;
  detail: string;
  /** JSON. */
  facts: string;
  package_version: string;
  stored_at_ms: number;
}

export interface TrainingRunsTable {
  id: Generated<number>;
  trial_id: number;
  /** JSON, in an order of its own, so that the same identity is the same text. */
  identity: string;
  state: TrainingRunState;
  started_at_ms: number;
  ended_at_ms: number | null;
  dense_top1: number;
  before_top1: number;
  validation_images: number;
  top1: number | null;
  written_sha256: string | null;
  detail: string;
  package_version: string;
  command_line: string;
}

export interface TrainingEpochsTable {
  run_id: number;
  epoch: number;
  train_loss: number;
  train_top1: number;
  validation_loss: number | null;
  validation_top1: number | null;
  learning_rate: number;
  frozen_share: number;
  images_per_second: number;
  waiting_share: number;
  step_ms: number;
  wall_ms: number;
}

export interface TrainingPhasesTable {
  run_id: number;
  from_epoch: number;
  to_epoch: number;
  frozen_share: number;
  steps: number;
  step_ms: number;
  unfrozen_step_ms: number | null;
}
