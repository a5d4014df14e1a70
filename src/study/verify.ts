/** `verify`: stored trials made and measured again (docs/decisions/0004). */
import { latencyBudget } from '../device/profile.ts';
import type { Store } from '../store/store.ts';
import type { Study } from '../store/study.ts';
import type { CompleteTrial } from '../store/trial.ts';
import { reopenCalibration } from './calibration.ts';
import { type OpenInstruments, openInstruments } from './instruments.ts';
import { observe } from './observe.ts';
import { openStudyData } from './open-data.ts';
import type { Plan } from './plan.ts';
import { seenIn } from './read-front.ts';
import { judgeAccuracy, judgeCorrection, judgeLatency, judgeModel, type TrialVerdict } from './verdict.ts';

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
    correction: await correctionAgain(trial, correction, instruments),
  } as const;
  if (!before || !now) return { ...seen, accuracy: null, latency: null, failure: 'its observations are not stored' };
  return {
    ...seen,
    accuracy: judgeAccuracy(before, now),
    latency: await judgeLatency(before, now, () => latencyAgain(trial, correction, plan, instruments)),
    failure: null,
  };
}

/** Null where there is none or it cannot be found anew. */
async function correctionAgain(
  trial: CompleteTrial,
  stored: Uint8Array | null,
  { builder, corrects }: OpenInstruments,
): Promise<TrialVerdict['correction']> {
  if (!stored || !corrects) return null;
  const found = await builder.correction(trial.assignment);
  return judgeCorrection(stored, found.state === 'complete' ? found.value : null);
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
