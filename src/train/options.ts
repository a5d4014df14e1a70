/** How a network is trained: everything that stays the same from the first step to the last. */
import { UserError } from '../errors/user-error.ts';
import type { Model } from '../onnx/graph.ts';

export type OptimiserOptions =
  /** Stochastic gradient descent as in PyTorch: `nesterov` looks one step ahead (Sutskever et al. 2013). */
  | { readonly kind: 'sgd'; readonly momentum: number; readonly nesterov: boolean }
  /** Adam with decoupled weight decay (Loshchilov and Hutter 2019). */
  | { readonly kind: 'adamw'; readonly beta1: number; readonly beta2: number; readonly epsilon: number };

export interface TrainingOptions {
  readonly model: Model;
  /** The dense network, whose scores are matched where the distillation weight is above 0; null for none. */
  readonly teacher: Model | null;
  /** Images that run through the network at once; BatchNormalization takes its statistics over these. */
  readonly batchSize: number;
  /** Batches whose gradients are averaged into one step. */
  readonly accumulation: number;
  /** Batches in one call of the graph, a divisor of `accumulation`: more of them carry the state in and out less often. */
  readonly batchesPerCall: number;
  /** Share of each target that is spread over all classes, 0 to 1 (Szegedy et al. 2016, section 7). */
  readonly labelSmoothing: number;
  readonly distillationWeight: number;
  readonly temperature: number;
  readonly optimiser: OptimiserOptions;
  /** Not applied to norms and biases. */
  readonly weightDecay: number;
  /** Decay of the product of a site's factors, in the place of weight decay on each of them; 0 for weight decay. */
  readonly frobeniusDecay: number;
  /** Largest norm of the gradient of all weights; null for no limit. */
  readonly clipNorm: number | null;
  /** Decay of the moving average of the weights; null for none. */
  readonly emaDecay: number | null;
  /** `bfloat16` on PyTorch alone. */
  readonly precision: 'float32' | 'float16' | 'bfloat16';
}

export const defaultTraining: Omit<TrainingOptions, 'model' | 'batchSize'> = {
  teacher: null,
  accumulation: 1,
  batchesPerCall: 1,
  labelSmoothing: 0,
  distillationWeight: 0.5,
  temperature: 4,
  optimiser: { kind: 'sgd', momentum: 0.9, nesterov: true },
  weightDecay: 5e-4,
  frobeniusDecay: 0,
  clipNorm: null,
  emaDecay: null,
  precision: 'float32',
};

/** @throws UserError naming the first option that is out of its range. */
export function requireTrainingOptions(options: Omit<TrainingOptions, 'model' | 'teacher'>): void {
  const { batchSize, accumulation, batchesPerCall, optimiser } = options;
  const whole: Check = (name, value, flag) =>
    require(Number.isInteger(value) && value >= 1, name, 'a whole number from 1 on', value, flag);
  const share: Check = (name, value, flag) =>
    require(value >= 0 && value <= 1, name, 'a number from 0 to 1', value, flag);
  const below1: Check = (name, value, flag) =>
    require(value >= 0 && value < 1, name, 'a number from 0 to below 1', value, flag);
  const positive: Check = (name, value, flag) =>
    require(value > 0 && Number.isFinite(value), name, 'a number above 0', value, flag);
  const notNegative: Check = (name, value, flag) =>
    require(value >= 0 && Number.isFinite(value), name, 'a number from 0 on', value, flag);
  whole('batch size', batchSize, '--batch');
  whole('accumulation', accumulation, '--accumulate');
  whole('batches per call', batchesPerCall);
  require(accumulation % batchesPerCall ===
    0, 'batches per call', `a divisor of the accumulation ${accumulation}`, batchesPerCall);
  share('label smoothing', options.labelSmoothing, '--label-smoothing');
  share('distillation weight', options.distillationWeight, '--distil-weight');
  positive('temperature', options.temperature, '--temperature');
  notNegative('weight decay', options.weightDecay, '--weight-decay');
  notNegative('Frobenius decay', options.frobeniusDecay, '--frobenius-decay');
  if (options.clipNorm !== null) positive('clip norm', options.clipNorm, '--clip-norm');
  if (options.emaDecay !== null) share('EMA decay', options.emaDecay, '--ema');
  if (optimiser.kind === 'sgd') {
    below1('momentum', optimiser.momentum, '--momentum');
    require(!optimiser.nesterov ||
      optimiser.momentum > 0, 'momentum', 'above 0 with Nesterov', optimiser.momentum, '--momentum');
  } else {
    below1('beta1', optimiser.beta1);
    below1('beta2', optimiser.beta2);
    positive('epsilon', optimiser.epsilon);
  }
}

/** @param flag of the command line, where there is one */
type Check = (name: string, value: number, flag?: string) => void;

function require(met: boolean, name: string, wanted: string, found: number, flag?: string): void {
  if (met) return;
  const value = Number.isNaN(found) ? 'that is no number' : found;
  throw new UserError(
    `Cannot train with ${name} ${value}: expected ${wanted}.`,
    flag ? `Give another ${flag}.` : `Change the ${name}.`,
  );
}
