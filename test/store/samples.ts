/** Records to store, made from a number so that no two are alike, and a front of two minimised objectives. */
import type { Environment } from '../../src/host/environment.ts';
import type { Observation } from '../../src/store/observation.ts';
import type { FrontOf } from '../../src/store/store.ts';
import type { NewStudy } from '../../src/store/study.ts';
import type { NewTrainingRun, TrainingEpoch, TrainingPhase } from '../../src/store/training.ts';
import type { CompleteResult, FailedResult, NewTrial, PrunedResult } from '../../src/store/trial.ts';

export const environment: Environment = {
  cpuModel: 'Test CPU @ 2.0 GHz',
  cores: 2,
  governor: null,
  memoryBytes: 8 * 2 ** 30,
  platform: 'linux',
  arch: 'x64',
  node: '24.0.0',
  onnxruntime: '1.30.0',
  rankfront: '0.1.0',
};

export const newStudy = (changes: Partial<NewStudy> = {}): NewStudy => ({
  name: 'night',
  model: { path: 'models/net.onnx', sha256: 'a'.repeat(64) },
  space: { text: 'sites:\n  conv1: [16, 32]\n', sha256: 'b'.repeat(64) },
  hardware: { text: 'driver: roofline\n', sha256: 'c'.repeat(64) },
  data: { spec: 'cifar10:data', sha256: 'd'.repeat(64), normalisation: 'torchvision', transform: 'none' },
  proxy: { images: 1000, seed: 7 },
  objectives: ['latency', 'top1'],
  seed: 1,
  strategy: { name: 'random', options: { population: 16, nested: { deep: [1, 2] } } },
  packageVersion: '0.1.0',
  commandLine: ['search', '--model', 'models/net.onnx'],
  dense: { macs: 4_089_184_256, params: 25_557_032 },
  ...changes,
});

export const newTrial = (n: number): NewTrial => ({
  configuration: [n % 7, Math.floor(n / 7), 3],
  assignment: {
    conv1: { method: 'dense' },
    'layer/2 "x"': { method: 'svd', rank: n + 1 },
    c: { method: 'tucker2', rank: [n, 8] },
  },
  strategy: 'random',
  rngBefore: [n, -1, 2 ** 31 - 1, -(2 ** 31)],
  rngAfter: [n + 1, 0, 5, -7],
  asked: null,
});

export const latencyOf = (n: number, samples = 5): Extract<Observation, { kind: 'latency' }> => ({
  kind: 'latency',
  value: 0.5 + n / 1000,
  standardError: 0.001,
  interval: [0.49 + n / 1000, 0.51 + n / 1000],
  warnings: [{ kind: 'noisy', spread: 0.1 }],
  wallMs: 1234.5,
  load: 0.25,
  environment,
  candidateMs: 6.5 + n / 10,
  referenceMs: 13,
  endedBy: 'interval',
  quality: n % 3 === 2 ? 'disturbed' : 'good',
  conditions:
    n % 5 === 4
      ? null
      : {
          rule: 1,
          sessionPairs: [samples - 2, 2],
          pairsLeftOut: n,
          waitedMs: 10.5 * n,
          slowdown: n % 2 === 0 ? null : 1 + n / 100,
          causes: [{ kind: 'other-load', busyCores: 0.75 }],
        },
  candidateSamplesMs: Array.from({ length: samples }, (_, i) => 6.5 + (n + i) / 7),
  referenceSamplesMs: Array.from({ length: samples }, (_, i) => 13 + (n - i) / 11),
});

export const accuracyOf = (n: number, images = 21): Observation => ({
  kind: 'accuracy',
  value: 0.9 - n / 1000,
  standardError: 0.002,
  interval: [0.89 - n / 1000, 0.91 - n / 1000],
  warnings: [],
  wallMs: 987.5,
  load: 0.5,
  environment: { ...environment, governor: n % 2 === 0 ? 'performance' : null },
  images,
  correct: Uint8Array.from({ length: images }, (_, i) => ((i * (n + 3)) % 5 === 0 ? 1 : 0)),
  predictions: Uint16Array.from({ length: images }, (_, i) => (i * 977 + n) % 65_536),
});

const measuredOf = (n: number) => ({
  value: 0.75 + n / 1000,
  standardError: 0,
  interval: [0.75 + n / 1000, 0.75 + n / 1000] as const,
  warnings: [],
  wallMs: 2.5 + n,
  load: 0.125,
  environment,
});

export const sizeOf = (n: number): Observation => ({
  kind: 'size',
  ...measuredOf(n),
  bytes: 7500 + 10 * n,
  referenceBytes: 10_000,
});

export const memoryOf = (n: number, processes = 3): Observation => ({
  kind: 'memory',
  ...measuredOf(n),
  bytes: 1024 * (7500 + 10 * n),
  referenceBytes: 1024 * 10_000,
  candidateSamplesKib: Array.from({ length: processes }, (_, i) => 7500 + 10 * n + i),
  // Not as many of each: a process may have failed.
  referenceSamplesKib: Array.from({ length: processes + 1 }, (_, i) => 10_000 + i),
});

/** Of a kind that this version knows nothing of. */
export const strangeOf = (n: number): Observation =>
  ({
    kind: 'joules',
    ...measuredOf(n),
    warnings: [{ kind: 'guessed', by: { what: 'a meter' } }],
    meter: 'USB',
    range: { from: 0, to: [1, { deep: null }] },
    steps: [{ a: 1 }, { a: 2 }],
    calibrated: n % 2 === 0,
    gap: null,
    traceMj: [0.5, 0.25 * n, 3],
    overflow: Uint8Array.of(0, 1, 0, 0, 0, 0, 0, 1, 1),
    states: Uint16Array.of(65_535, n),
    offsets: Int32Array.of(-2_147_483_648, n),
    none: [],
  }) as unknown as Observation;

export const completed = (n: number, changes: Partial<CompleteResult> = {}): CompleteResult => ({
  state: 'complete',
  modelSha256: n.toString(16).padStart(64, '0'),
  macs: 4_000_000_000 - n,
  params: 20_000_000 - n,
  values: [0.5 + n / 1000, 0.1 + n / 1000],
  standardErrors: [0.001, 0.002],
  feasible: true,
  stages: { buildMs: 10 + n, latencyMs: 2000.25, accuracyMs: 3000.5 },
  observations: [latencyOf(n), accuracyOf(n)],
  ...changes,
});

export const crashed: FailedResult = {
  state: 'failed',
  reason: 'crashed',
  detail: 'the child process ended on SIGSEGV',
  stages: { buildMs: 12.5, latencyMs: null, accuracyMs: null },
  observations: [],
};

/** Given up after a part of its images: what was seen is kept. */
export const pruned = (n: number, images = 13): PrunedResult => ({
  state: 'pruned',
  detail: 'less than 1 % likely to enter the front',
  values: [0.5 + n / 1000, 0.4],
  standardErrors: [0.001, 0.05],
  stages: { buildMs: 10 + n, latencyMs: 2000.25, accuracyMs: 700.5 },
  observations: [
    latencyOf(n),
    { ...accuracyOf(n, images), places: Int32Array.from({ length: images }, (_, i) => (i * 5) % 21) } as Observation,
  ],
});

/** Non-dominated points by the definition, all pairs; the area they dominate below [2, 2], strip by strip. */
export const frontOf: FrontOf = points => {
  const dominates = (a: readonly number[], b: readonly number[]): boolean =>
    a.every((value, i) => value <= b[i]!) && a.some((value, i) => value < b[i]!);
  const members = points.filter(point => !points.some(other => dominates(other.values, point.values)));
  const sorted = [...members].sort((a, b) => a.values[0]! - b.values[0]! || a.values[1]! - b.values[1]!);
  let top = 2;
  let hypervolume = 0;
  for (const { values } of sorted) {
    hypervolume += Math.max(0, 2 - values[0]!) * Math.max(0, top - values[1]!);
    top = Math.min(top, values[1]!);
  }
  return { members: members.map(({ number }) => number), hypervolume };
};

export const newTraining = (trialId: number, changes: Partial<NewTrainingRun> = {}): NewTrainingRun => ({
  trialId,
  identity: { '--lr': '0.01', 'the model': '7'.repeat(64), '--freeze': 'progressive' },
  denseTop1: 0.925,
  beforeTop1: 0.7512,
  validationImages: 10_000,
  packageVersion: '0.1.0',
  commandLine: ['retrain', '--study', 'night', '--trial', '2'],
  ...changes,
});

export const trainingEpoch = (epoch: number): TrainingEpoch => ({
  epoch,
  trainLoss: 1 / epoch,
  trainTop1: 1 - 1 / (epoch + 2),
  validationLoss: epoch % 2 ? null : 0.9 / epoch,
  validationTop1: epoch % 2 ? null : 0.9,
  learningRate: 0.1 / epoch,
  frozenShare: epoch > 2 ? 0.4 : 0,
  imagesPerSecond: 123.5,
  waitingShare: 0.0125,
  stepMs: 80.25,
  wallMs: 60_000 * epoch,
});

export const trainingPhase = (firstEpoch: number, lastEpoch: number): TrainingPhase => ({
  firstEpoch,
  lastEpoch,
  frozenShare: firstEpoch > 2 ? 0.4 : 0,
  steps: 312,
  stepMs: 80.25 - firstEpoch,
  unfrozenStepMs: firstEpoch > 2 ? 90.5 : null,
});

export const newRefinement = {
  facts: { images: 240, lossBefore: 0.5, lossAfter: 0.25 },
  packageVersion: '0.1.0',
} as const;
