/** `verify`: stored trials made and measured again (docs/decisions/0004). */

import { type NormalizationName, normalizations } from '../data/normalize.ts';
import { openDataset } from '../data/open.ts';
import { parseDataSpec } from '../data/spec.ts';
import { largestDifference } from '../decompose/corrections/packing.ts';
import { latencyBudget } from '../device/profile.ts';
import { UserError } from '../errors/user-error.ts';
import type { Environment } from '../store/environment.ts';
import { currentEnvironment } from '../store/environment.ts';
import type { Store } from '../store/store.ts';
import type { Study } from '../store/study.ts';
import type { CompleteTrial } from '../store/trial.ts';
import { consistentLatency, freshMeasurements, withinPrediction } from './consistent-latency.ts';
import { type OpenInstruments, openInstruments } from './instruments.ts';
import { observe } from './observe.ts';
import type { Plan } from './plan.ts';
import { type Seen, seenIn } from './read-front.ts';

export interface VerifyOptions {
  readonly store: Store;
  readonly study: Study;
  readonly plan: Plan;
  /** What the study says, or where the images are now. */
  readonly data: string;
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
  /** Whether the rebuilt candidate has the stored hash. */
  readonly model: 'equal' | 'differs';
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
  model === 'equal' &&
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
  const normalize = normalizations.find(name => name === study.data.normalisation) satisfies
    | NormalizationName
    | undefined;
  const dataset = await openDataset(parseDataSpec(options.data), { normalize });
  if (dataset.hash !== study.data.sha256) {
    throw new UserError(
      `The images of "${options.data}" are not those of study "${study.name}": their hashes differ.`,
      'Give the original images with --data.',
    );
  }
  const instruments = await openInstruments({
    plan,
    dataset,
    proxyImages: study.proxy.images,
    seed: study.proxy.seed,
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
        ? await remeasured(trial, options, instruments)
        : rebuilt(trial, await options.store.trials.correction(trial.id), instruments);
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

function rebuilt(trial: CompleteTrial, correction: Uint8Array | null, { builder }: OpenInstruments): TrialVerdict {
  const { sha256 } = builder.bytes(trial.assignment, correction);
  return {
    trial: trial.number,
    model: sha256 === trial.modelSha256 ? 'equal' : 'differs',
    correction: null,
    accuracy: null,
    latency: null,
    failure: null,
  };
}

async function remeasured(
  trial: CompleteTrial,
  { store, study, plan }: VerifyOptions,
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
      ...rebuilt(trial, correction, instruments),
      failure: result.state === 'failed' ? result.detail : 'it was pruned',
    };
  }
  const model = result.modelSha256 === trial.modelSha256 ? 'equal' : 'differs';
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
