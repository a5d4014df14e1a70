/** Whether what a stored trial says holds against what was made and measured anew (docs/decisions/0004). */
import { largestDifference } from '../decompose/corrections/packing.ts';
import { currentEnvironment, type Environment } from '../store/environment.ts';
import type { CompleteTrial } from '../store/trial.ts';
import type { CandidateFacts } from './candidate.ts';
import { consistentLatency, freshMeasurements, withinPrediction } from './consistent-latency.ts';
import type { Seen } from './read-front.ts';

export interface TrialVerdict {
  readonly trial: number;
  /** Whether the rebuilt candidate has the stored hash; near: it cannot, since the runtime rounded its statistics otherwise. */
  readonly model: 'equal' | 'near' | 'differs';
  /** Whether the correction, found anew on the calibration images, is the stored one; null where there is none or it was not tried. */
  readonly correction: { readonly verdict: 'equal' | 'differs'; readonly largestDifference: number } | null;
  readonly accuracy: {
    readonly verdict: 'equal' | 'near' | 'differs';
    readonly stored: number;
    readonly now: number;
    readonly changedImages: number;
  } | null;
  readonly latency: {
    readonly verdict: 'consistent' | 'differs' | 'other-machine';
    readonly stored: number;
    /** The geometric mean of the fresh measurements. */
    readonly now: number;
    /** One, or `freshMeasurements` when the first one differed. */
    readonly measurements: number;
  } | null;
  /** Why it could not be measured. */
  readonly failure: string | null;
}

export const passes = ({ model, correction, accuracy, latency, failure }: TrialVerdict): boolean =>
  model !== 'differs' &&
  correction?.verdict !== 'differs' &&
  accuracy?.verdict !== 'differs' &&
  latency?.verdict !== 'differs' &&
  failure === null;

/** Of a scale or shift x, relative to 1 + |x|. Sums of 10^5 and more float32 numbers in another order differ by less. */
const correctionTolerance = 1e-3;

/** Share of images whose prediction may change on another machine, where the runtime rounds otherwise. */
const nearTies = 1 / 200;

export function judgeModel(
  trial: CompleteTrial,
  now: CandidateFacts,
  roundedOtherwise: boolean,
): TrialVerdict['model'] {
  if (now.sha256 === trial.modelSha256) return 'equal';
  return roundedOtherwise && now.macs === trial.macs && now.params === trial.params ? 'near' : 'differs';
}

/** Found anew, the correction must be the stored one but for the rounding of sums. `now` is null where none was found. */
export function judgeCorrection(stored: Uint8Array, now: Uint8Array | null): NonNullable<TrialVerdict['correction']> {
  const difference = now ? largestDifference(stored, now) : Number.POSITIVE_INFINITY;
  return { verdict: difference <= correctionTolerance ? 'equal' : 'differs', largestDifference: difference };
}

export function judgeAccuracy(
  { accuracy: before }: Seen,
  { accuracy: now }: Seen,
): NonNullable<TrialVerdict['accuracy']> {
  const changedImages = before.predictions.reduce(
    (sum, predicted, image) => sum + (predicted === now.predictions[image] ? 0 : 1),
    0,
  );
  const near = !sameRuntime(before.environment) && changedImages <= nearTies * before.images;
  const verdict = changedImages === 0 ? 'equal' : near ? 'near' : 'differs';
  return { verdict, stored: before.value, now: now.value, changedImages };
}

/**
 * A difference that the rank test finds must also lie outside of what fresh sessions differ by among themselves.
 *
 * @param again the ratio in a session made anew; null when it cannot be measured
 */
export async function judgeLatency(
  { latency: before }: Seen,
  { latency: now }: Seen,
  again: () => Promise<number | null>,
): Promise<NonNullable<TrialVerdict['latency']>> {
  const fresh = [now.value];
  let consistent = consistentLatency(before, now).consistent;
  if (!consistent && now.candidateSamplesMs.length > 1) {
    for (let ratio = await again(); ratio !== null; ratio = fresh.length < freshMeasurements ? await again() : null) {
      fresh.push(ratio);
    }
    consistent = fresh.length === freshMeasurements && withinPrediction(before.value, fresh);
  }
  const verdict = consistent ? 'consistent' : sameMachine(before.environment) ? 'differs' : 'other-machine';
  const mean = Math.exp(fresh.reduce((sum, ratio) => sum + Math.log(ratio), 0) / fresh.length);
  return { verdict, stored: before.value, now: mean, measurements: fresh.length };
}

const sameMachine = ({ cpuModel, cores, arch }: Environment): boolean => {
  const here = currentEnvironment();
  return here.cpuModel === cpuModel && here.cores === cores && here.arch === arch;
};

const sameRuntime = (environment: Environment): boolean =>
  sameMachine(environment) && currentEnvironment().onnxruntime === environment.onnxruntime;
