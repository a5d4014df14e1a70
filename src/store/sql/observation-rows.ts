/** Between rows of observations and the records of the interface. */
import type { Insertable, Selectable } from 'kysely';
import type { Environment } from '../../host/environment.ts';
import type { Quality } from '../../stats/quality.ts';
import type {
  ConditionsRecord,
  Observation,
  ObservationSummary,
  Phase,
  StoredObservation,
  WarningRecord,
} from '../observation.ts';
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
import { recordIn, recordsIn } from './columns.ts';
import type { ObservationsTable } from './schema.ts';
import { stored } from './stored.ts';

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
  'quality',
  'conditions',
] as const satisfies (keyof ObservationsTable)[];

type SummaryRow = Pick<Selectable<ObservationsTable>, (typeof summaryColumns)[number]>;

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
    quality: latency?.quality ?? null,
    conditions: latency?.conditions ? JSON.stringify(latency.conditions) : null,
  };
}

export function summaryOf(
  row: SummaryRow,
  environment: Environment,
): Extract<ObservationSummary, { kind: 'latency' } | { kind: 'accuracy' }> {
  const measured = {
    phase: row.phase,
    value: row.value,
    standardError: row.standard_error,
    interval: [row.interval_lo, row.interval_hi] as const,
    warnings: recordsIn<readonly WarningRecord[]>(row.warnings),
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
    quality: row.quality ?? qualityBefore(measured.warnings),
    conditions: row.conditions === null ? null : recordIn<ConditionsRecord>(row.conditions),
  };
}

/** Before quality was kept, other load was warned of, and the value stood as if it were good. */
const qualityBefore = (warnings: readonly WarningRecord[]): Quality =>
  warnings.some(({ kind }) => kind === 'other-load') ? 'disturbed' : 'good';

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
