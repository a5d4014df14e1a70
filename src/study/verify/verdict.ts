/** Whether what a stored trial says holds against what was made and measured anew (docs/decisions/0004). */
import { largestDifference } from '../../decompose/corrections/packing.ts';
import type { Environment, MeasuredBy } from '../../host/environment.ts';
import { areFlags } from '../../stats/marks.ts';
import { z95 } from '../../stats/normal.ts';
import type { Quality } from '../../stats/quality.ts';
import type { AccuracySamples, AccuracySummary, LatencySummary, Phase } from '../../store/observation.ts';
import type { CompleteTrial } from '../../store/trial.ts';
import type { CandidateFacts } from '../build/candidate.ts';
import type { Disagreement } from '../recount/disagreement.ts';
import { estimateOf, holds, pooled } from './agreeing-latency.ts';
import { type CostFigure, costs } from './stored-costs.ts';

export interface TrialVerdict {
  readonly trial: number;
  /** Whether the rebuilt candidate has the stored hash; near: it cannot, since the runtime rounded its statistics otherwise. */
  readonly model: 'equal' | 'near' | 'differs';
  /** What else follows from the rebuilt candidate, and is stored otherwise. */
  readonly facts: readonly Disagreement[];
  /** Whether the correction, found anew on the calibration images, is the stored one; null where there is none or it was not tried. */
  readonly correction: { readonly verdict: 'equal' | 'differs'; readonly largestDifference: number } | null;
  /** Those that were scored and timed again. */
  readonly phases: readonly PhaseVerdict[];
  /** Of the candidate with its refined weights; null or missing where the trial has none. */
  readonly refined?: RefinedVerdict | null;
}

export interface RefinedVerdict {
  /** As `model` of the trial, of the refined candidate. */
  readonly model: TrialVerdict['model'];
  /** Null where it was not scored again. */
  readonly accuracy: AccuracyVerdict | null;
  /** Why it could not be scored. */
  readonly failure: string | null;
}

export interface PhaseVerdict {
  readonly phase: Phase;
  readonly accuracy: AccuracyVerdict | null;
  /** Null for the dense model, whose ratio to itself is 1 by definition. */
  readonly latency: LatencyVerdict | null;
  /** Null where the study does not measure it. */
  readonly memory: MemoryVerdict | null;
  /** Why it could not be measured. */
  readonly failure: string | null;
  /** Who took the stored latency, where several workers shared the study. */
  readonly measuredBy?: MeasuredBy;
}

export interface AccuracyVerdict {
  readonly verdict: 'equal' | 'near' | 'differs';
  readonly stored: number;
  readonly now: number;
  readonly changedImages: number;
}

export interface LatencyVerdict {
  /**
   * `disturbed`: it was taken on a busy machine and is shown as such, and nothing speaks against it. `busy`: the machine is busy now, so that
   * it cannot be judged. `other-machine`: what measures now is another one. `not-measured`: the device cannot be reached from here.
   */
  readonly verdict: 'consistent' | 'differs' | 'disturbed' | 'busy' | 'other-machine' | 'not-measured';
  readonly stored: Ratio;
  /** What the good ones of the fresh measurements come to, or the latest where none was; null where nothing was measured. */
  readonly now: Ratio | null;
  /** Fresh ones. */
  readonly measurements: number;
}

export interface MemoryVerdict {
  /** `other-machine`: what measures now is another one, or other versions. `not-measured`: no device here can tell. */
  readonly verdict: 'consistent' | 'differs' | 'other-machine' | 'not-measured';
  readonly stored: Memories;
  /** Medians over all fresh processes; null where nothing was measured. */
  readonly now: Memories | null;
  readonly measurements: number;
}

/** Of the candidate, and of the dense model beside it. */
export interface Memories {
  readonly bytes: number;
  readonly referenceBytes: number;
}

export interface Ratio {
  readonly ratio: number;
  /** 95 %. */
  readonly interval: readonly [number, number];
  readonly quality: Quality;
}

export const passes = ({ model, facts, correction, phases, refined = null }: TrialVerdict): boolean =>
  model !== 'differs' &&
  (refined === null || holdsRefined(refined)) &&
  facts.length === 0 &&
  correction?.verdict !== 'differs' &&
  phases.every(
    ({ accuracy, latency, memory, failure }) =>
      accuracy?.verdict !== 'differs' &&
      latency?.verdict !== 'differs' &&
      memory?.verdict !== 'differs' &&
      failure === null,
  );

export const holdsRefined = ({ model, accuracy, failure }: RefinedVerdict): boolean =>
  model !== 'differs' && accuracy?.verdict !== 'differs' && failure === null;

/** Of a scale or shift x, relative to 1 + |x|. Sums of 10^5 and more float32 numbers in another order differ by less. */
const correctionTolerance = 1e-3;

/** Share of images whose prediction may change on another machine, where the runtime rounds otherwise. */
export const nearTies = 1 / 200;

export function judgeModel(
  trial: CompleteTrial,
  now: CandidateFacts,
  roundedOtherwise: boolean,
  countedOtherwise: readonly CostFigure[] = [],
): Pick<TrialVerdict, 'model' | 'facts'> {
  const model = now.sha256 === trial.modelSha256 ? 'equal' : roundedOtherwise ? 'near' : 'differs';
  const checked = costs.filter(({ figure }) => model !== 'equal' || !countedOtherwise.includes(figure));
  const facts = checked
    .filter(({ key }) => now[key] !== trial[key])
    .map(({ key, figure }) => ({
      ...{ trial: trial.number, phase: null, figure },
      stored: trial[key],
      recounted: now[key],
    }));
  return { model, facts };
}

/** Found anew, the correction must be the stored one but for the rounding of sums. `now` is null where none was found. */
export function judgeCorrection(stored: Uint8Array, now: Uint8Array | null): NonNullable<TrialVerdict['correction']> {
  const difference = now ? largestDifference(stored, now) : Number.POSITIVE_INFINITY;
  return { verdict: difference <= correctionTolerance ? 'equal' : 'differs', largestDifference: difference };
}

type Answers = Pick<AccuracySummary, 'value' | 'environment'> & Pick<AccuracySamples, 'correct' | 'predictions'>;

/** Grades that differ by less are the same: another order of sums may change the last digits. */
const gradeTolerance = 1e-4;

export function judgeAccuracy(before: Answers, now: Answers): AccuracyVerdict {
  const images = before.correct.length;
  const same = images === now.correct.length;
  const differ = (a: ArrayLike<number>, b: ArrayLike<number>, tolerance: number): boolean[] =>
    Array.from(a, (each, image) => !(Math.abs(each - (b[image] ?? Number.NaN)) <= tolerance));
  const marks = differ(before.correct, now.correct, areFlags(before.correct) ? 0 : gradeTolerance);
  const classes = before.predictions ? differ(before.predictions, now.predictions ?? [], 0) : [];
  // Elsewhere the dense model may answer otherwise too, which changes what counts as right.
  const marked = !before.predictions || sameRuntime(before.environment, now.environment);
  const changedImages = marks.filter((other, image) => (marked && other) || classes[image]).length;
  const near = same && !sameRuntime(before.environment, now.environment) && changedImages <= nearTies * images;
  const verdict = same && changedImages === 0 ? 'equal' : near ? 'near' : 'differs';
  return { verdict, stored: before.value, now: now.value, changedImages };
}

/** How many fresh measurements are looked at together, at most, when the first one differs. */
export const mostMeasurements = 3;

/**
 * One unlucky measurement is no difference: where the first one speaks against what is stored, more are taken, and judged together.
 * What is measured on a busy machine proves nothing.
 *
 * @param again the candidate measured anew; null when it cannot be
 */
export async function judgeLatency(
  stored: LatencySummary,
  first: LatencySummary,
  again: () => Promise<LatencySummary | null>,
): Promise<LatencyVerdict> {
  // What is computed is the same on every machine, at once.
  const computed = stored.endedBy === 'exact';
  const comparable = computed || sameMachine(stored.environment, first.environment);
  const good: LatencySummary[] = [];
  let held = false;
  for (let latest: LatencySummary | null = first; latest?.quality === 'good'; latest = await again()) {
    good.push(latest);
    held = holds(stored, good);
    if (held || !comparable || good.length === (computed ? 1 : mostMeasurements)) break;
  }
  return {
    verdict: verdictOf(stored.quality, held, comparable, computed ? good.length > 0 : good.length > 1),
    stored: ratioOf(stored),
    now: good.length > 0 ? pooledRatio(good) : ratioOf(first),
    measurements: Math.max(1, good.length),
  };
}

/** Of a latency whose device cannot be reached. */
export const notMeasured = (stored: LatencySummary): LatencyVerdict => ({
  verdict: 'not-measured',
  stored: ratioOf(stored),
  now: null,
  measurements: 0,
});

/** @param enough whether the good measurements are enough to say that it does not hold */
function verdictOf(stored: Quality, held: boolean, comparable: boolean, enough: boolean): LatencyVerdict['verdict'] {
  if (held) return stored === 'disturbed' ? 'disturbed' : 'consistent';
  if (!comparable) return 'other-machine';
  return enough ? 'differs' : 'busy';
}

const ratioOf = ({ value, interval, quality }: LatencySummary): Ratio => ({ ratio: value, interval, quality });

function pooledRatio(good: readonly LatencySummary[]): Ratio {
  const [only] = good;
  if (only && good.length === 1) return ratioOf(only);
  const { log, standardError } = pooled(good.map(estimateOf));
  const at = (z: number): number => Math.exp(log + z * standardError);
  return { ratio: at(0), interval: [at(-z95), at(z95)], quality: 'good' };
}

/** Whether the times of both can be compared. */
export const sameMachine = (a: Environment, b: Environment): boolean =>
  a.cpuModel === b.cpuModel && a.cores === b.cores && a.arch === b.arch;

/** Whether both round alike. */
export const sameRuntime = (a: Environment, b: Environment): boolean =>
  sameMachine(a, b) && a.onnxruntime === b.onnxruntime;
