/** `verify`: stored trials made and measured again (docs/decisions/0004). */

import { largestDifference } from '../decompose/corrections/packing.ts';
import { latencyBudget } from '../device/profile.ts';
import type { Environment } from '../store/environment.ts';
import { currentEnvironment } from '../store/environment.ts';
import type { Store } from '../store/store.ts';
import type { Study } from '../store/study.ts';
import type { CompleteTrial } from '../store/trial.ts';
import { reopenCalibration } from './calibration.ts';
import type { CandidateFacts } from './candidate.ts';
import { consistentLatency, freshMeasurements, withinPrediction } from './consistent-latency.ts';
import { type OpenInstruments, openInstruments } from './instruments.ts';
import { observe } from './observe.ts';
import { openStudyData } from './open-data.ts';
import type { Plan } from './plan.ts';
import { type Seen, seenIn } from './read-front.ts';

export interface VerifyOptions {
  readonly store: Store;
  readonly study: Study;
  readonly plan: Plan;
  /** Where the images are now, if they have moved. */
  readonly data?: string | undefined;
  /** Where the calibration images are now, if they have moved. */
  readonly calibration?: string | undefined;
  /** The trials whose accuracy and latency are measured again. */
  readonly measure: readonly CompleteTrial[];
  /** Those that are only rebuilt. */
  readonly rebuild: readonly CompleteTrial[];
  readonly onTrial: (verdict: TrialVerdict) => void;
  readonly warn: (message: string) => void;
  readonly finish: AbortSignal;
  readonly stop: AbortSignal;
}

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

/** The verdicts of all trials, in order; fewer when it is interrupted. */
export async function verifyTrials(options: VerifyOptions): Promise<TrialVerdict[]> {
  const { study, plan, warn } = options;
  const dataset = await openStudyData(study, options.data);
  const calibration = await reopenCalibration(plan, dataset, study, options.calibration, { warn });
  const roundedOtherwise = calibration?.record.statistics !== study.calibration?.statistics;
  if (roundedOtherwise)
    warn(
      'The calibration statistics were measured anew and differ from those of the study in rounding: so do its candidates.',
    );
  const instruments = await openInstruments({
    plan,
    dataset,
    proxyImages: study.proxy.images,
    seed: study.proxy.seed,
    calibration,
    watch: { warn },
  });
  const abort = (): void => void instruments.close();
  options.stop.addEventListener('abort', abort);
  try {
    const verdicts: TrialVerdict[] = [];
    const measured = new Set(options.measure.map(({ number }) => number));
    const trials = [...options.measure, ...options.rebuild.filter(({ number }) => !measured.has(number))];
    for (const trial of trials) {
      if (options.finish.aborted || options.stop.aborted) break;
      const verdict = measured.has(trial.number)
        ? await remeasured(trial, options, roundedOtherwise, instruments)
        : rebuilt(trial, await options.store.trials.correction(trial.id), roundedOtherwise, instruments);
      if (options.stop.aborted) break;
      verdicts.push(verdict);
      options.onTrial(verdict);
    }
    return verdicts;
  } finally {
    options.stop.removeEventListener('abort', abort);
    await instruments.close();
  }
}

function rebuilt(
  trial: CompleteTrial,
  correction: Uint8Array | null,
  roundedOtherwise: boolean,
  { builder }: OpenInstruments,
): TrialVerdict {
  const { sha256, macs, params } = builder.bytes(trial.assignment, correction);
  return {
    trial: trial.number,
    model: judgeModel(trial, { sha256, macs, params }, roundedOtherwise),
    correction: null,
    accuracy: null,
    latency: null,
    failure: null,
  };
}

async function remeasured(
  trial: CompleteTrial,
  { store, study, plan }: VerifyOptions,
  roundedOtherwise: boolean,
  instruments: OpenInstruments,
): Promise<TrialVerdict> {
  const correction = await store.trials.correction(trial.id);
  const budget = {
    latency: latencyBudget(plan.hardware, study.seed + trial.number + 1_000_003),
    score: { images: 'proxy', timeoutMs: 3_600_000 } as const,
  };
  const result = await observe(instruments, trial.assignment, budget, correction);
  if (result.state !== 'complete') {
    return {
      ...rebuilt(trial, correction, roundedOtherwise, instruments),
      failure: result.state === 'failed' ? result.detail : 'it was pruned',
    };
  }
  const { modelSha256: sha256, macs, params } = result;
  const model = judgeModel(trial, { sha256, macs, params }, roundedOtherwise);
  const before = seenIn(await store.trials.samples(trial.id), 'search');
  const stamped = result.observations.map(each => ({ ...each, phase: 'search' as const, storedAtMs: 0 }));
  const now = seenIn(stamped, 'search');
  const seen = {
    trial: trial.number,
    model,
    correction: await judgeCorrection(trial, correction, instruments),
  } as const;
  if (!before || !now) return { ...seen, accuracy: null, latency: null, failure: 'its observations are not stored' };
  return {
    ...seen,
    accuracy: judgeAccuracy(before, now),
    latency: await judgeLatency(before, now, () => latencyAgain(trial, correction, plan, instruments)),
    failure: null,
  };
}

function judgeModel(trial: CompleteTrial, now: CandidateFacts, roundedOtherwise: boolean): TrialVerdict['model'] {
  if (now.sha256 === trial.modelSha256) return 'equal';
  return roundedOtherwise && now.macs === trial.macs && now.params === trial.params ? 'near' : 'differs';
}

/** Found anew, the correction must be the stored one but for the rounding of sums; null where it cannot be found anew. */
async function judgeCorrection(
  trial: CompleteTrial,
  stored: Uint8Array | null,
  { builder, corrects }: OpenInstruments,
): Promise<TrialVerdict['correction']> {
  if (!stored || !corrects) return null;
  const found = await builder.correction(trial.assignment);
  const now = found.state === 'complete' ? found.value : null;
  const difference = now ? largestDifference(stored, now) : Number.POSITIVE_INFINITY;
  return { verdict: difference <= correctionTolerance ? 'equal' : 'differs', largestDifference: difference };
}

function judgeAccuracy({ accuracy: before }: Seen, { accuracy: now }: Seen): NonNullable<TrialVerdict['accuracy']> {
  const changedImages = before.predictions.reduce(
    (sum, predicted, image) => sum + (predicted === now.predictions[image] ? 0 : 1),
    0,
  );
  const near = !sameRuntime(before.environment) && changedImages <= nearTies * before.images;
  const verdict = changedImages === 0 ? 'equal' : near ? 'near' : 'differs';
  return { verdict, stored: before.value, now: now.value, changedImages };
}

/** A difference that the rank test finds must also lie outside of what fresh sessions differ by among themselves. */
async function judgeLatency(
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

/** The ratio in a session made anew; null when it cannot be measured. */
async function latencyAgain(
  trial: CompleteTrial,
  correction: Uint8Array | null,
  plan: Plan,
  instruments: OpenInstruments,
): Promise<number | null> {
  const built = await instruments.build(trial.assignment, 'candidate.onnx', correction);
  if (built.state === 'failed') return null;
  const budget = latencyBudget(plan.hardware, trial.number);
  const latency = await instruments.device.latency(built.value, instruments.reference, budget);
  return latency.state === 'complete' ? latency.value.ratio : null;
}

const sameMachine = ({ cpuModel, cores, arch }: Environment): boolean => {
  const here = currentEnvironment();
  return here.cpuModel === cpuModel && here.cores === cores && here.arch === arch;
};

const sameRuntime = (environment: Environment): boolean =>
  sameMachine(environment) && currentEnvironment().onnxruntime === environment.onnxruntime;
