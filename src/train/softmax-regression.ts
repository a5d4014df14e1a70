/**
 * The deterministic twin of the trainers on an engine: softmax regression, scores = images weight + bias, by plain stochastic
 * gradient descent with momentum, in TypeScript. It needs no runtime, keeps every promise of the interface, and serves
 * wherever something that trains is wanted in a test.
 */
import { elementCount } from '../onnx/tensor.ts';
import { score } from './evaluator.ts';
import { requireSameLayout } from './state/check-state.ts';
import { denseTargets, requireBatch } from './step/batch.ts';
import { requireTrainable } from './trainable-set.ts';
import type { Batch, StateTensor, StepMetrics, TrainableSet, Trainer, TrainingState } from './trainer.ts';

export interface SoftmaxRegressionOptions {
  readonly imageDims: readonly number[];
  readonly classes: number;
  readonly stepSize: number;
  readonly momentum?: number;
}

const weights = ['weight', 'bias'] as const;

export function softmaxRegression(options: SoftmaxRegressionOptions): Trainer {
  const { imageDims, classes, stepSize, momentum = 0.9 } = options;
  const pixels = elementCount(imageDims);
  const shapes = { weight: [pixels, classes], bias: [classes] };
  const zeros = (): Map<string, StateTensor> =>
    new Map(
      ['weight', 'momentum'].flatMap(slot =>
        weights.map(name => {
          const dims = shapes[name];
          return [`${slot}/${name}`, { dims, data: new Float32Array(elementCount(dims)) }] as const;
        }),
      ),
    );
  let state: TrainingState = { tensors: zeros(), counters: { steps: 0, lossScale: 1, stepsSinceScaling: 0 } };
  let set: TrainableSet = { trainable: new Set(weights), settled: new Set() };
  const data = (name: string): Float32Array => (state.tensors.get(name) as StateTensor).data;

  const scoresOf = ({ images, count }: Batch): Float32Array => {
    const [weight, bias] = [data('weight/weight'), data('weight/bias')];
    const scores = new Float32Array(count * classes);
    for (let i = 0; i < count; i++) {
      for (let k = 0; k < classes; k++) {
        let sum = bias[k] as number;
        for (let p = 0; p < pixels; p++)
          sum += (images[i * pixels + p] as number) * (weight[p * classes + k] as number);
        scores[i * classes + k] = sum;
      }
    }
    return scores;
  };

  const step = async (batch: Batch, learningRate: number): Promise<StepMetrics> => {
    if (batch.count !== stepSize) throw new Error(`a step takes ${stepSize} images, got ${batch.count}`);
    requireBatch(batch, { imageDims, classes });
    const targets = denseTargets(batch.targets, classes);
    const scores = scoresOf(batch);
    const { loss, correct } = score(scores, targets, batch.count);
    const gradients = gradientsOf(batch, scores, targets, pixels, classes);
    let squares = 0;
    for (const name of set.trainable) for (const g of gradients[name as 'weight']) squares += g * g;
    const metrics = { loss, correct, count: batch.count, gradientNorm: Math.sqrt(squares), skipped: false };
    if (!Number.isFinite(loss)) return { ...metrics, notFinite: { in: 'loss', name: 'scores' } };
    const next = new Map(state.tensors);
    for (const name of weights.filter(each => set.trainable.has(each))) {
      const moved = data(`momentum/${name}`).map((m, i) => momentum * m + (gradients[name][i] as number));
      const changed = data(`weight/${name}`).map((w, i) => w - learningRate * (moved[i] as number));
      if (!changed.every(Number.isFinite)) return { ...metrics, notFinite: { in: 'weight', name } };
      next.set(`momentum/${name}`, { dims: shapes[name], data: moved });
      next.set(`weight/${name}`, { dims: shapes[name], data: changed });
    }
    state = { tensors: next, counters: { ...state.counters, steps: state.counters.steps + 1 } };
    return { ...metrics, notFinite: null };
  };

  return {
    stepSize,
    weights,
    step: (batch, { learningRate }) => step(batch, learningRate),
    state: async () => copy(state),
    load: async given => {
      requireSameLayout(given, state);
      state = copy(given);
    },
    evaluate: async batch => {
      requireBatch(batch, { imageDims, classes });
      const logits = scoresOf(batch);
      return { logits, count: batch.count, ...score(logits, denseTargets(batch.targets, classes), batch.count) };
    },
    setTrainable: async wanted => {
      requireTrainable(wanted, weights);
      set = wanted;
    },
    close: async () => {},
  };
}

/** d mean cross-entropy: dz = (softmax(z) - t) / n, dW = images^T dz, db = the sum of dz over the images. */
function gradientsOf(
  { images, count }: Batch,
  scores: Float32Array,
  targets: Float32Array,
  pixels: number,
  classes: number,
): { readonly weight: Float32Array; readonly bias: Float32Array } {
  const weight = new Float32Array(pixels * classes);
  const bias = new Float32Array(classes);
  for (let i = 0; i < count; i++) {
    const row = scores.subarray(i * classes, (i + 1) * classes);
    const largest = Math.max(...row);
    const sum = row.reduce((so, z) => so + Math.exp(z - largest), 0);
    for (let k = 0; k < classes; k++) {
      const dz = (Math.exp((row[k] as number) - largest) / sum - (targets[i * classes + k] as number)) / count;
      bias[k] = (bias[k] as number) + dz;
      for (let p = 0; p < pixels; p++) {
        weight[p * classes + k] = (weight[p * classes + k] as number) + dz * (images[i * pixels + p] as number);
      }
    }
  }
  return { weight, bias };
}

const copy = ({ tensors, counters }: TrainingState): TrainingState => ({
  tensors: new Map([...tensors].map(([name, { dims, data }]) => [name, { dims, data: new Float32Array(data) }])),
  counters,
});
