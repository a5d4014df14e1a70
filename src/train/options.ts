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
  readonly precision: 'float32' | 'float16';
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
export function requireTrainingOptions(options: TrainingOptions): void {
  const { batchSize, accumulation, batchesPerCall, optimiser } = options;
  const whole = (name: string, value: number): void =>
    require(Number.isInteger(value) && value >= 1, name, 'a whole number from 1 on', value);
  const share = (name: string, value: number): void =>
    require(value >= 0 && value <= 1, name, 'a number from 0 to 1', value);
  const below1 = (name: string, value: number): void =>
    require(value >= 0 && value < 1, name, 'a number from 0 to below 1', value);
  const positive = (name: string, value: number): void =>
    require(value > 0 && Number.isFinite(value), name, 'a number above 0', value);
  const notNegative = (name: string, value: number): void =>
    require(value >= 0 && Number.isFinite(value), name, 'a number from 0 on', value);
  whole('batch size', batchSize);
  whole('accumulation', accumulation);
  whole('batches per call', batchesPerCall);
  require(accumulation % batchesPerCall ===
    0, 'batches per call', `a divisor of the accumulation ${accumulation}`, batchesPerCall);
  share('label smoothing', options.labelSmoothing);
  share('distillation weight', options.distillationWeight);
  positive('temperature', options.temperature);
  notNegative('weight decay', options.weightDecay);
  notNegative('Frobenius decay', options.frobeniusDecay);
  if (options.clipNorm !== null) positive('clip norm', options.clipNorm);
  if (options.emaDecay !== null) share('EMA decay', options.emaDecay);
  if (optimiser.kind === 'sgd') {
    below1('momentum', optimiser.momentum);
    require(!optimiser.nesterov || optimiser.momentum > 0, 'momentum', 'above 0 with Nesterov', optimiser.momentum);
  } else {
    below1('beta1', optimiser.beta1);
    below1('beta2', optimiser.beta2);
    positive('epsilon', optimiser.epsilon);
  }
}

function require(met: boolean, name: string, wanted: string, found: number): void {
  if (!met) throw new UserError(`Cannot train with ${name} ${found}: expected ${wanted}.`, `Change the ${name}.`);
}
