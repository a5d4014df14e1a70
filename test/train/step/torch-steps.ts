/** Holds three steps of each kind of training against PyTorch's, on any engine. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { Model } from '../../../src/onnx/graph.ts';
import { floatTensor } from '../../../src/onnx/tensor.ts';
import { defaultTraining, type TrainingOptions } from '../../../src/train/options.ts';
import type { Batch, Hyperparameters, Trainer, TrainingState } from '../../../src/train/trainer.ts';
import { factorisedNetwork } from '../factorised-network.ts';

type Numbers = Readonly<Record<string, readonly number[]>>;

/** What `torch_steps.py` computes in float64: three steps of each case. */
interface Reference {
  readonly rates: readonly number[];
  readonly student: Numbers;
  readonly teacher: Numbers;
  readonly images: readonly (readonly number[])[];
  readonly labels: readonly (readonly number[])[];
  readonly mixed: readonly (readonly number[])[];
  readonly cases: Readonly<Record<string, Case>>;
}
interface Case {
  readonly reports: readonly { readonly loss: number; readonly correct: number; readonly gradientNorm: number }[];
  readonly state: Numbers;
}
const torch: Reference = JSON.parse(readFileSync(new URL('torch-steps.json', import.meta.url), 'utf8'));

function networkOf(numbers: Numbers): Model {
  const model = factorisedNetwork();
  const initializers = new Map(model.graph.initializers);
  for (const [name, { dims }] of initializers)
    initializers.set(name, floatTensor(name, dims, Float32Array.from(numbers[name]!)));
  return { ...model, graph: { ...model.graph, initializers } };
}

interface Variant {
  readonly options?: Partial<TrainingOptions>;
  readonly frozen?: (weight: string) => boolean;
  readonly soft?: boolean;
  readonly distil?: readonly number[];
}

export type Open = (options: TrainingOptions) => Promise<Trainer>;

async function train(open: Open, { options, frozen = () => false, soft = false, distil }: Variant) {
  const trainer = await open({
    ...defaultTraining,
    optimiser: sgd(0),
    weightDecay: 0,
    model: networkOf(torch.student),
    batchSize: 8,
    ...options,
  });
  try {
    const rest = trainer.weights.filter(frozen);
    await trainer.setTrainable({
      trainable: new Set(trainer.weights.filter(weight => !frozen(weight))),
      settled: new Set(rest),
    });
    const reports: Case['reports'][number][] = [];
    for (const [i, learningRate] of torch.rates.entries()) {
      const targets: Batch['targets'] = soft
        ? { kind: 'soft', probabilities: Float32Array.from(torch.mixed[i]!) }
        : { kind: 'labels', labels: Int32Array.from(torch.labels[i]!) };
      const hyper: Hyperparameters = { learningRate, ...(distil ? { distillationWeight: distil[i]! } : {}) };
      const { loss, correct, gradientNorm, notFinite } = await trainer.step(
        { images: Float32Array.from(torch.images[i]!), targets, count: 8 },
        hyper,
      );
      expect(notFinite).toBeNull();
      reports.push({ loss, correct, gradientNorm });
    }
    return { reports, state: await trainer.state() };
  } finally {
    await trainer.close();
  }
}

function expectAgreement(found: { reports: Case['reports']; state: TrainingState }, expected: Case): void {
  for (const [i, report] of expected.reports.entries()) {
    const { loss, correct, gradientNorm } = found.reports[i]!;
    expect(Math.abs(loss / report.loss - 1)).toBeLessThan(1e-5);
    expect(correct).toBe(report.correct);
    expect(Math.abs(gradientNorm / report.gradientNorm - 1)).toBeLessThan(1e-4);
  }
  for (const [name, numbers] of Object.entries(expected.state)) {
    const { data } = found.state.tensors.get(name)!;
    expect(data).toHaveLength(numbers.length);
    const scale = Math.max(1e-2, ...numbers.map(Math.abs));
    const worst = Math.max(...numbers.map((value, i) => Math.abs(value - data[i]!)));
    expect([name, worst / scale < 2e-5, worst]).toEqual([name, true, worst]);
  }
}

const sgd = (momentum: number, nesterov = false): TrainingOptions['optimiser'] => ({ kind: 'sgd', momentum, nesterov });
const outer = (weight: string): boolean => /svd_0|tucker2_[02]\.weight/.test(weight);
const prefix = (weight: string): boolean => /^(stem|norm[12]|body)/.test(weight);
const teacher = networkOf(torch.teacher);
const smooth = { labelSmoothing: 0.1 };
const momentum = { optimiser: sgd(0.9) };
const decayed = { ...momentum, weightDecay: 0.05 };

const variants: readonly (readonly [name: string, variant: Variant])[] = [
  ['plain SGD', {}],
  ['momentum and weight decay', { options: decayed }],
  ['Nesterov and weight decay', { options: { ...decayed, optimiser: sgd(0.9, true) } }],
  ['AdamW', { options: { optimiser: { kind: 'adamw', beta1: 0.9, beta2: 0.99, epsilon: 1e-2 }, weightDecay: 0.05 } }],
  ['clipped gradients', { options: { ...momentum, clipNorm: 0.3 } }],
  ['label smoothing', { options: smooth }],
  ['soft targets', { options: smooth, soft: true }],
  ['distillation', { options: { teacher, temperature: 3 }, distil: [1, 1, 1] }],
  ['distillation beside smoothed labels', { options: { teacher, temperature: 2, ...smooth }, distil: [0.3, 0.5, 0.8] }],
  ['accumulation', { options: { ...decayed, batchSize: 4, accumulation: 2 } }],
  ['accumulation', { options: { ...decayed, batchSize: 4, accumulation: 2, batchesPerCall: 2 } }],
  ['moving average', { options: { ...momentum, emaDecay: 0.8 } }],
  ['a frozen prefix with a moving average', { options: { ...decayed, emaDecay: 0.8 }, frozen: prefix }],
  ['frozen first factors', { options: decayed, frozen: outer }],
  ['Frobenius decay', { options: { ...decayed, frobeniusDecay: 0.2 } }],
  ['Frobenius decay with frozen first factors', { options: { ...decayed, frobeniusDecay: 0.2 }, frozen: outer }],
];

export function torchSteps(open: Open): void {
  test('every case that PyTorch was run on is compared', () => {
    expect(new Set(variants.map(([name]) => name))).toEqual(new Set(Object.keys(torch.cases)));
  });

  test.each(variants)('three steps with %s agree with PyTorch', async (name, variant) => {
    expectAgreement(await train(open, variant), torch.cases[name]!);
  });
}
