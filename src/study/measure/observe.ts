/** One trial from its configuration to its result: build, time, score. */
import type { Assignment } from '../../decompose/method.ts';
import type { Device, LatencyBudget, ModelFile, PairedLatency } from '../../device/device.ts';
import type { Attempt, Failure } from '../../errors/failure.ts';
import type { Score, ScoreBudget, Scorer, Stopping } from '../../evaluate/scorer.ts';
import { z95 } from '../../stats/normal.ts';
import { wilsonInterval } from '../../stats/proportion.ts';
import type { Observation } from '../../store/observation.ts';
import type { StageTimes, TrialResult } from '../../store/trial.ts';
import type { CandidateFile } from '../build/candidate.ts';
import { objectiveValues } from './objectives.ts';

/** What a trial is measured with. */
export interface Instruments {
  /** Corrects the candidate, unless the correction that it once got is given. */
  readonly build: (
    assignment: Assignment,
    file: string,
    correction?: Uint8Array | null,
  ) => Attempt<CandidateFile> | Promise<Attempt<CandidateFile>>;
  readonly device: Device;
  readonly scorer: Scorer;
  /** A candidate's bytes before it was corrected; see `Device.latency`. */
  readonly uncorrected?: ((assignment: Assignment) => Uint8Array) | undefined;
  /** The dense model, as a file of the same making as the candidates. */
  readonly reference: ModelFile;
}

export interface ObserveBudget {
  readonly latency: LatencyBudget;
  readonly score: ScoreBudget;
  /** Whatever else this process does meanwhile: it is waited for before the latency is taken, for which the machine must be quiet. */
  readonly idle?: Promise<unknown> | undefined;
  /** When to give the trial up, given its latency; never when missing. */
  readonly stopping?: ((latency: { readonly value: number; readonly standardError: number }) => Stopping) | undefined;
}

/**
 * Never throws for what a candidate does: that is a failed trial with its reason.
 *
 * @param correction what a stored candidate was corrected by; it is found anew when missing
 */
export async function observe(
  instruments: Instruments,
  assignment: Assignment,
  budget: ObserveBudget,
  correction?: Uint8Array | null,
): Promise<TrialResult> {
  const stages: { -readonly [stage in keyof StageTimes]: StageTimes[stage] } = {
    buildMs: null,
    latencyMs: null,
    accuracyMs: null,
  };
  const observations: Observation[] = [];
  const timed = async <T>(stage: 'buildMs' | 'latencyMs' | 'accuracyMs', work: () => T | Promise<T>): Promise<T> => {
    const start = performance.now();
    const result = await work();
    stages[stage] = performance.now() - start;
    return result;
  };
  const given = (failure: Failure): TrialResult => ({ ...failure, stages, observations });

  const built = await timed('buildMs', () => instruments.build(assignment, 'candidate.onnx', correction));
  if (built.state === 'failed') return given(built);
  if (built.value.correctionMs !== null) stages.correctionMs = built.value.correctionMs;
  await budget.idle;
  const { device, reference, uncorrected } = instruments;
  const plain = built.value.correction && uncorrected ? () => uncorrected(assignment) : undefined;
  const latency = await timed('latencyMs', () => device.latency(built.value, reference, budget.latency, plain));
  if (latency.state === 'failed') return given(latency);
  const isDense = built.value.sha256 === instruments.reference.sha256;
  observations.push(latencyObservation(latency.value, isDense));
  const [timing] = observations;
  if (!timing) throw new Error('a trial that is scored has its latency');
  const scoring = { ...budget.score, stopping: isDense ? undefined : budget.stopping?.(timing) };
  const score = await timed('accuracyMs', () => instruments.scorer.accuracy(built.value.path, scoring));
  if (score.state === 'failed') return given(score);
  observations.push(accuracyObservation(score.value));
  const values = objectiveValues(timing.value, score.value.accuracy);
  const standardErrors = [timing.standardError, score.value.standardError];
  if (score.value.places) {
    const detail = `given up after ${score.value.places.length} images: it would hardly have entered the front`;
    return { state: 'pruned', detail, values, standardErrors, stages, observations };
  }
  return {
    state: 'complete',
    modelSha256: built.value.sha256,
    ...(built.value.correction ? { correction: built.value.correction } : {}),
    macs: built.value.macs,
    params: built.value.params,
    values,
    standardErrors,
    feasible: true,
    stages,
    observations,
  };
}

/** The dense model against itself has the ratio 1 by definition; its interval and samples show the noise. */
export function latencyObservation(
  latency: PairedLatency,
  isDense: boolean,
): Extract<Observation, { kind: 'latency' }> {
  const [low, high] = latency.interval;
  return {
    kind: 'latency',
    value: isDense ? 1 : latency.ratio,
    standardError: (high - low) / (2 * z95),
    interval: latency.interval,
    candidateMs: latency.candidateMs,
    referenceMs: latency.referenceMs,
    endedBy: latency.endedBy,
    quality: latency.quality,
    conditions: latency.conditions,
    warnings: latency.warnings,
    candidateSamplesMs: latency.candidateSamplesMs,
    referenceSamplesMs: latency.referenceSamplesMs,
    wallMs: latency.wallMs,
    load: latency.load,
    environment: latency.environment,
  };
}

export function accuracyObservation(score: Score): Observation {
  return {
    kind: 'accuracy',
    value: score.accuracy,
    standardError: score.standardError,
    interval: wilsonInterval(score.accuracy, score.correct.length),
    images: score.correct.length,
    correct: score.correct,
    predictions: score.predictions,
    ...(score.places ? { places: score.places } : {}),
    warnings: [],
    wallMs: score.wallMs,
    load: score.load,
    environment: score.environment,
  };
}
