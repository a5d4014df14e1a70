/** One trial from its configuration to its result: built, then measured, one objective after the other. */
import type { Assignment } from '../../decompose/method.ts';
import type { Failure } from '../../errors/failure.ts';
import type { Kind } from '../../objectives/objective.ts';
import { kindsOf, measuredFrom, readingsOf } from '../../objectives/objectives.ts';
import type { Observation } from '../../store/observation.ts';
import type { StageTimes, TrialResult } from '../../store/trial.ts';
import type { CandidateFile } from '../build/candidate.ts';
import { type Instruments, inOrder, type MeasureBudget, type MeasureJob, measure } from './measures.ts';

export type { Instruments } from './measures.ts';
export { accuracyObservation, latencyObservation } from './observations.ts';

export interface ObserveBudget extends MeasureBudget {
  /** As the study names them: what is measured, and the order of the values. */
  readonly objectives: readonly string[];
}

/** What came of measuring a candidate, as far as it went. */
export type Taken = {
  readonly observations: readonly Observation[];
  readonly stages: StageTimes;
} & (
  | { readonly failure: null; readonly candidate: CandidateFile }
  /** The candidate is null where it could not be built. */
  | { readonly failure: Failure; readonly candidate: CandidateFile | null }
);

/**
 * Never throws for what a candidate does: that is a failure with its reason.
 *
 * @param kinds what is measured of it
 * @param correction what a stored candidate was corrected by; it is found anew when missing
 */
export async function take(
  instruments: Pick<Instruments, 'build'> & MeasureJob['instruments'],
  assignment: Assignment,
  kinds: readonly Kind[],
  budget: MeasureJob['budget'],
  correction?: Uint8Array | null,
): Promise<Taken> {
  const stages: { -readonly [stage in keyof StageTimes]: StageTimes[stage] } = {
    buildMs: null,
    latencyMs: null,
    accuracyMs: null,
  };
  const observations: Observation[] = [...(budget.earlier ?? [])];
  const timed = async <T>(stage: keyof StageTimes, work: () => T | Promise<T>): Promise<T> => {
    const start = performance.now();
    const result = await work();
    stages[stage] = performance.now() - start;
    return result;
  };
  const built = await timed('buildMs', () => instruments.build(assignment, 'candidate.onnx', correction));
  if (built.state === 'failed') return { candidate: null, observations, stages, failure: built };
  const candidate = built.value;
  if (candidate.correctionMs !== null) stages.correctionMs = candidate.correctionMs;
  const isDense = budget.isDense ?? candidate.sha256 === instruments.reference.sha256;
  for (const kind of inOrder(kinds)) {
    const job = { assignment, instruments, candidate, isDense, budget, known: observations };
    const found = await timed(`${kind}Ms`, () => measure(kind, job));
    if (found.state === 'failed') return { candidate, observations, stages, failure: found };
    observations.push(found.value);
  }
  return { candidate, observations, stages, failure: null };
}

/** A whole trial: what is measured, and what it comes to in the objectives of the study. */
export async function observe(
  instruments: Instruments,
  assignment: Assignment,
  { objectives, ...budget }: ObserveBudget,
  correction?: Uint8Array | null,
): Promise<TrialResult> {
  return resultOf(await take(instruments, assignment, kindsOf(objectives), budget, correction), objectives);
}

/** What a trial comes to whose objectives have all been measured, or that failed. */
export function resultOf(
  { candidate, observations, stages, failure }: Taken,
  objectives: readonly string[],
): TrialResult {
  if (failure) return { ...failure, stages, observations };
  const measured = measuredFrom(objectives, readingsOf(observations));
  const part = observations.find(each => each.kind === 'accuracy' && each.places !== undefined);
  if (part?.kind === 'accuracy') {
    const detail = `given up after ${part.images} images: it would hardly have entered the front`;
    return { state: 'pruned', detail, ...measured, stages, observations };
  }
  return {
    state: 'complete',
    modelSha256: candidate.sha256,
    ...(candidate.correction ? { correction: candidate.correction } : {}),
    macs: candidate.macs,
    params: candidate.params,
    ...measured,
    feasible: true,
    stages,
    observations,
  };
}
