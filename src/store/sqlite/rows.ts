/** Between rows and the records of the interface. */
import type { Insertable, Selectable } from 'kysely';
import type { Environment } from '../environment.ts';
import type { Observation, ObservationSummary, Phase, StoredObservation } from '../observation.ts';
import {
  packBits,
  packFloats,
  packInts,
  packShorts,
  unpackBits,
  unpackFloats,
  unpackInts,
  unpackShorts,
} from '../packing.ts';
import type { NewStudy, Study } from '../study.ts';
import type { RunningTrial, Trial, TrialBase } from '../trial.ts';
import type { ObservationsTable, StudiesTable, TrialsTable } from './schema.ts';

export const summaryColumns = [
  'trial_id',
  'phase',
  'kind',
  'value',
  'standard_error',
  'interval_lo',
  'interval_hi',
  'warnings',
  'wall_ms',
  'load',
  'environment_id',
  'stored_at_ms',
  'candidate_ms',
  'reference_ms',
  'ended_by',
  'images',
] as const satisfies (keyof ObservationsTable)[];

type SummaryRow = Pick<Selectable<ObservationsTable>, (typeof summaryColumns)[number]>;

export function studyRow(study: NewStudy, now: number): Insertable<StudiesTable> {
  return {
    name: study.name,
    state: 'searching',
    created_at_ms: now,
    model_path: study.model.path,
    model_sha256: study.model.sha256,
    space_text: study.space.text,
    space_sha256: study.space.sha256,
    hardware_text: study.hardware.text,
    hardware_sha256: study.hardware.sha256,
    data_spec: study.data.spec,
    data_sha256: study.data.sha256,
    normalisation: study.data.normalisation,
    transform: study.data.transform,
    proxy_images: study.proxy.images,
    proxy_seed: study.proxy.seed,
    objectives: JSON.stringify(study.objectives),
    seed: study.seed,
    strategy_name: study.strategy.name,
    strategy_options: JSON.stringify(study.strategy.options),
    package_version: study.packageVersion,
    command_line: JSON.stringify(study.commandLine),
    dense_macs: study.dense.macs,
    dense_params: study.dense.params,
    calibration: study.calibration ? JSON.stringify(study.calibration) : null,
    next_number: 0,
    finished: 0,
  };
}

export const studyOf = (row: Selectable<StudiesTable>): Study => ({
  id: row.id,
  name: row.name,
  state: row.state,
  createdAtMs: row.created_at_ms,
  model: { path: row.model_path, sha256: row.model_sha256 },
  space: { text: row.space_text, sha256: row.space_sha256 },
  hardware: { text: row.hardware_text, sha256: row.hardware_sha256 },
  data: {
    spec: row.data_spec,
    sha256: row.data_sha256,
    normalisation: row.normalisation,
    transform: row.transform,
  },
  proxy: { images: row.proxy_images, seed: row.proxy_seed },
  objectives: JSON.parse(row.objectives),
  seed: row.seed,
  strategy: { name: row.strategy_name, options: JSON.parse(row.strategy_options) },
  packageVersion: row.package_version,
  commandLine: JSON.parse(row.command_line),
  dense: { macs: row.dense_macs, params: row.dense_params },
  ...(row.calibration === null ? {} : { calibration: JSON.parse(row.calibration) }),
});

const trialBase = (row: Selectable<TrialsTable>): TrialBase => ({
  id: row.id,
  studyId: row.study_id,
  number: row.number,
  configuration: JSON.parse(row.configuration),
  assignment: JSON.parse(row.assignment),
  strategy: row.strategy,
  rngBefore: row.rng_before === null ? null : JSON.parse(row.rng_before),
  rngAfter: row.rng_after === null ? null : JSON.parse(row.rng_after),
  requeues: row.requeues,
  createdAtMs: row.created_at_ms,
  startedAtMs: row.started_at_ms,
  startedAfter: row.started_after,
  asked:
    row.setup_id === null
      ? null
      : { setup: row.setup_id, after: stored(row.asked_after), known: stored(row.asked_known) },
});

export const runningTrialOf = (row: Selectable<TrialsTable>): RunningTrial => ({
  ...trialBase(row),
  state: 'running',
  owner: {
    pid: stored(row.owner_pid),
    startTime: stored(row.owner_start_time),
    bootId: stored(row.owner_boot_id),
  },
});

/** `observations` are those of this trial. */
export function trialOf(row: Selectable<TrialsTable>, observations: readonly ObservationSummary[]): Trial {
  const base = trialBase(row);
  if (row.state === 'waiting') return { ...base, state: 'waiting' };
  if (row.state === 'running') return runningTrialOf(row);
  const finished = {
    ...base,
    finishedAtMs: stored(row.finished_at_ms),
    finishedSequence: stored(row.finished_sequence),
    stages: {
      buildMs: row.build_ms,
      ...(row.correction_ms === null ? {} : { correctionMs: row.correction_ms }),
      latencyMs: row.latency_ms,
      accuracyMs: row.accuracy_ms,
    },
    observations,
  };
  switch (row.state) {
    case 'complete':
      return {
        ...finished,
        state: 'complete',
        modelSha256: stored(row.model_sha256),
        macs: stored(row.macs),
        params: stored(row.params),
        values: JSON.parse(stored(row.objective_values)),
        standardErrors: JSON.parse(stored(row.standard_errors)),
        feasible: row.feasible === 1,
        hypervolume: stored(row.hypervolume),
      };
    case 'failed':
      return { ...finished, state: 'failed', reason: stored(row.failure_reason), detail: row.detail ?? '' };
    case 'pruned':
      return {
        ...finished,
        state: 'pruned',
        detail: row.detail ?? '',
        values: JSON.parse(row.objective_values ?? '[]'),
        standardErrors: JSON.parse(row.standard_errors ?? '[]'),
      };
    default:
      return row.state satisfies never;
  }
}

export interface ObservationPlace {
  readonly trialId: number;
  readonly phase: Phase;
  readonly environmentId: number;
  readonly storedAtMs: number;
}

export function observationRow(observation: Observation, place: ObservationPlace): Insertable<ObservationsTable> {
  const latency = observation.kind === 'latency' ? observation : null;
  const accuracy = observation.kind === 'accuracy' ? observation : null;
  return {
    trial_id: place.trialId,
    phase: place.phase,
    kind: observation.kind,
    value: observation.value,
    standard_error: observation.standardError,
    interval_lo: observation.interval[0],
    interval_hi: observation.interval[1],
    warnings: JSON.stringify(observation.warnings),
    wall_ms: observation.wallMs,
    load: observation.load,
    environment_id: place.environmentId,
    stored_at_ms: place.storedAtMs,
    candidate_ms: latency?.candidateMs ?? null,
    reference_ms: latency?.referenceMs ?? null,
    ended_by: latency?.endedBy ?? null,
    candidate_samples: latency && packFloats(latency.candidateSamplesMs),
    reference_samples: latency && packFloats(latency.referenceSamplesMs),
    images: accuracy?.images ?? null,
    correct: accuracy && packBits(accuracy.correct),
    predictions: accuracy && packShorts(accuracy.predictions),
    places: accuracy?.places ? packInts(accuracy.places) : null,
  };
}

export function summaryOf(row: SummaryRow, environment: Environment): ObservationSummary {
  const measured = {
    phase: row.phase,
    value: row.value,
    standardError: row.standard_error,
    interval: [row.interval_lo, row.interval_hi] as const,
    warnings: JSON.parse(row.warnings),
    wallMs: row.wall_ms,
    load: row.load,
    environment,
    storedAtMs: row.stored_at_ms,
  };
  if (row.kind === 'accuracy') return { ...measured, kind: 'accuracy', images: stored(row.images) };
  return {
    ...measured,
    kind: 'latency',
    candidateMs: stored(row.candidate_ms),
    referenceMs: stored(row.reference_ms),
    endedBy: stored(row.ended_by),
  };
}

export function storedObservationOf(row: Selectable<ObservationsTable>, environment: Environment): StoredObservation {
  const summary = summaryOf(row, environment);
  if (summary.kind === 'latency') {
    return {
      ...summary,
      candidateSamplesMs: unpackFloats(stored(row.candidate_samples)),
      referenceSamplesMs: unpackFloats(stored(row.reference_samples)),
    };
  }
  return {
    ...summary,
    correct: unpackBits(stored(row.correct), summary.images),
    predictions: unpackShorts(stored(row.predictions)),
    ...(row.places && { places: unpackInts(row.places) }),
  };
}

/** What a constraint of the table promises to be there. */
function stored<T>(value: T | null): T {
  if (value === null) throw new Error('a value that the store promises is missing');
  return value;
}
