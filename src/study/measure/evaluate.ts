/** Candidates measured one by one for whoever proposes them: what `rankfront evaluate` and the benchmarks run on. */
import type { Normalization } from '../../data/normalize.ts';
import { latencyBudget } from '../../device/profile.ts';
import type { TellStage } from '../../events/stage.ts';
import { parseMetric } from '../../metric/choice.ts';
import { assignmentOf } from '../../space/configuration.ts';
import type { TrialResult } from '../../store/trial.ts';
import type { Configuration } from '../../tuner/strategy.ts';
import { openCalibration } from '../build/calibration.ts';
import { notesOf } from '../build/model-notes.ts';
import { dataOnce } from '../build/open-data.ts';
import { demandTimeablePlan, type Plan, planFromFiles } from '../build/plan.ts';
import { type OpenInstruments, openInstruments } from './instruments.ts';
import { judgeDense } from './judge-dense.ts';
import { observe } from './observe.ts';
import { scoreTimeoutMs } from './run-budget.ts';

export interface EvaluatorOptions {
  /** Path of the dense model, an ONNX file. */
  readonly model: string;
  /** `cifar10:DIR`, `folder:DIR` or the path of a dataset YAML. */
  readonly data: string;
  /** Path of a search space; without it, one is proposed. */
  readonly space?: string | undefined;
  /** Path of a hardware profile. */
  readonly hardware: string;
  /** As in `search`. */
  readonly inputShape?: string | undefined;
  /** Seeds the choice of the images, the order of timed calls and the bootstrap; 0 by default. */
  readonly seed?: number | undefined;
  readonly normalize?: Normalization | undefined;
  /** As in `search`. */
  readonly calibration?: string | undefined;
  readonly calibrationImages?: number | undefined;
  readonly corrections?: 'moments' | 'reconstruction' | 'none' | undefined;
  /** As in `search`. */
  readonly metric?: string | undefined;
  /** How many images a candidate is scored on; by default chosen from the size of the data. */
  readonly images?: number | undefined;
  /** Whether to go on with a dense model that looks wrong on these images; false by default. */
  readonly acceptDense?: boolean | undefined;
  readonly warn?: ((message: string) => void) | undefined;
  /** Called while calibration images, factors and the like are made ready. */
  readonly onStage?: TellStage | undefined;
}

export interface Evaluator {
  readonly plan: Plan;
  readonly instruments: OpenInstruments;
  /** Throws a RangeError for a configuration that does not fit the space; what a candidate does is a state. */
  evaluate(configuration: Configuration): Promise<TrialResult>;
  /** Ends what runs; an evaluation under way fails as `interrupted`. */
  close(): Promise<void>;
}

/** @throws UserError for a file or dataset that cannot be used */
export async function openEvaluator(options: EvaluatorOptions): Promise<Evaluator> {
  const warn = options.warn ?? (() => {});
  const seed = options.seed ?? 0;
  const data = dataOnce(options.data, options.normalize);
  const given = await planFromFiles(
    options.model,
    options.space,
    options.hardware,
    options.metric === undefined ? undefined : parseMetric(options.metric),
    { inputShape: options.inputShape, data, note: warn },
  );
  demandTimeablePlan(given);
  const dataset = await data();
  const watch = { warn, stage: options.onStage };
  const calibration = await openCalibration(given, dataset, options.data, { ...options, seed }, watch);
  const instruments = await openInstruments({
    plan: given,
    dataset,
    proxyImages: options.images,
    seed,
    calibration,
    watch,
  });
  const plan: Plan = { ...given, space: instruments.space };
  try {
    for (const note of [...notesOf(plan), ...instruments.scorer.info.notes]) warn(note);
    await judgeDense(instruments.scorer, options.acceptDense ?? false, warn);
  } catch (error) {
    await instruments.close();
    throw error;
  }
  const budget = latencyBudget(plan.hardware, seed);
  let asked = 0;
  return {
    plan,
    instruments,
    evaluate: configuration =>
      observe(instruments, assignmentOf(plan.space, configuration), {
        objectives: ['latency', instruments.scorer.objective],
        latency: { ...budget, seed: seed + asked++ },
        score: { images: 'proxy', timeoutMs: scoreTimeoutMs },
      }),
    close: instruments.close,
  };
}
