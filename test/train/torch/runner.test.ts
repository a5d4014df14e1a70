/** A training on PyTorch: what every runner keeps, the same losses as ours, several processes, and what goes wrong. */
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { namedAugmentation } from '../../../src/data/augment/augmentation.ts';
import type { Model } from '../../../src/onnx/graph.ts';
import { writeModel } from '../../../src/onnx/write.ts';
import { defaultTraining } from '../../../src/train/options.ts';
import type { EngineChoice, TorchChoice } from '../../../src/train/runner/engine-choice.ts';
import { startRunner } from '../../../src/train/runner/remote.ts';
import type { RunnerSetup, TrainingRunner } from '../../../src/train/runner/runner.ts';
import { buildModel } from '../../onnx/build.ts';
import { runnerContract, stepSize, taken, trainData, validationData } from '../runner/contract.ts';
import { tinyNetwork } from '../tiny-network.ts';
import { named, noTorch, testPython } from './available.ts';

const folder = mkdtempSync(join(tmpdir(), 'rankfront-torch-runner-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const written = (name: string, model: Model): string => {
  const path = join(folder, name);
  writeFileSync(path, writeModel(model));
  return path;
};

const { teacher: _, ...training } = defaultTraining;
const torch: TorchChoice = {
  kind: 'torch',
  python: testPython,
  devices: 1,
  torchrun: null,
  device: 'cpu',
  threads: 1,
  compile: false,
};
const ort: EngineChoice = { kind: 'onnxruntime', provider: 'cpu', threads: 1, graphOptimization: 'all' };
const setup: RunnerSetup = {
  engine: torch,
  modelPath: written('tiny.onnx', tinyNetwork()),
  teacherPath: null,
  training: { ...training, batchSize: stepSize },
  data: trainData,
  validation: validationData,
};
const rates = (count: number) =>
  Array.from({ length: count }, (_, i) => ({ learningRate: 0.02 / (1 + i), emaDecay: Math.min(0.9, i / 10) }));

if (noTorch === null) runnerContract('PyTorch', async () => taken(await startRunner(setup)));

describe.skipIf(noTorch !== null)(named('a training on PyTorch'), () => {
  const all = {
    ...setup,
    modelPath: written('plain.onnx', tinyNetwork({ norm: false })),
    teacherPath: written('teacher.onnx', tinyNetwork({ norm: false, seed: 5 })),
    training: {
      ...setup.training,
      labelSmoothing: 0.1,
      distillationWeight: 0.4,
      temperature: 2,
      clipNorm: 0.5,
      emaDecay: 0.9,
      optimiser: { kind: 'adamw', beta1: 0.9, beta2: 0.999, epsilon: 1e-8 },
      weightDecay: 0.05,
    },
    data: { ...trainData, augmentation: namedAugmentation('strong', 6) },
  } as const;

  /** Losses of three epochs, and the state behind them. */
  async function trained(given: RunnerSetup) {
    const runner = taken(await startRunner(given));
    try {
      return await epochs(runner);
    } finally {
      await runner.close();
    }
  }
  async function epochs(runner: TrainingRunner) {
    taken(await runner.begin({ epoch: 0, batch: 0 }, 3));
    const reports = taken(await runner.steps(rates(15)));
    const score = taken(await runner.evaluate('ema'));
    return { metrics: reports.map(({ metrics }) => metrics), score, state: taken(await runner.state()) };
  }

  type Trained = Awaited<ReturnType<typeof trained>>;
  function expectSameCourse(own: Trained, other: Trained): void {
    for (const [i, { loss, correct, gradientNorm }] of own.metrics.entries()) {
      expect(Math.abs((other.metrics[i]?.loss ?? 0) / loss - 1), `loss ${i}`).toBeLessThan(1e-4);
      expect(Math.abs((other.metrics[i]?.gradientNorm ?? 0) / gradientNorm - 1), `norm ${i}`).toBeLessThan(1e-3);
      expect(other.metrics[i]?.correct).toBe(correct);
    }
    expect(Math.abs(other.score.loss / own.score.loss - 1)).toBeLessThan(1e-4);
    expect(other.score).toMatchObject({ correct: own.score.correct, count: own.score.count });
    expect([...other.state.tensors.keys()].sort()).toEqual([...own.state.tensors.keys()].sort());
    for (const [name, { data }] of own.state.tensors) {
      const values = other.state.tensors.get(name)?.data ?? new Float32Array(0);
      const apart = data.reduce((most, each, i) => Math.max(most, Math.abs(each - (values[i] ?? Number.NaN))), 0);
      expect(apart, name).toBeLessThan(2e-3);
    }
  }

  test('takes the steps of our own engine: augmented, mixed, distilled, clipped, averaged; on two processes too', async () => {
    const [own, one, both] = await Promise.all([
      trained({ ...all, engine: ort }),
      trained(all),
      trained({ ...all, engine: { ...torch, devices: 2 } }),
    ]);
    expect(own.metrics).toHaveLength(15);
    expectSameCourse(own, one);
    expectSameCourse(own, both);
  });

  test('keeps running statistics as our own engine, in parts of a step too; in bfloat16 nearly', async () => {
    const parts = { ...setup.training, batchSize: stepSize / 2, accumulation: 2, emaDecay: 0.9 };
    const normed = { ...setup, training: parts };
    const [own, one, rough] = await Promise.all([
      trained({ ...normed, engine: ort }),
      trained(normed),
      trained({ ...normed, training: { ...parts, precision: 'bfloat16' } }),
    ]);
    expectSameCourse(own, one);
    const apart = rough.metrics.map(({ loss }, i) => Math.abs(loss / (own.metrics[i]?.loss ?? 0) - 1));
    expect(Math.max(...apart)).toBeLessThan(0.05);
    expect(Math.max(...apart)).toBeGreaterThan(1e-5);
  });

  test('tells of a loss that is no number, and goes on', async () => {
    const runner = taken(await startRunner(setup));
    try {
      const { tensors, counters } = taken(await runner.state());
      const broken = new Map(
        [...tensors].map(([name, { dims, data }]) => [name, { dims, data: data.map(() => Number.NaN) }] as const),
      );
      taken(await runner.load({ tensors: broken, counters }));
      expect(taken(await runner.evaluate('last'))).toMatchObject({
        loss: Number.NaN,
        count: validationData.dataset.count,
      });
      taken(await runner.load({ tensors, counters }));
      expect(taken(await runner.evaluate('last')).loss).toBeGreaterThan(0);
    } finally {
      await runner.close();
    }
  });

  test('names an operator that it has not before the first step', async () => {
    const modelPath = written(
      'strange.onnx',
      buildModel({
        inputs: [{ name: 'image', shape: ['N', 3, 6, 6] }],
        outputs: [{ name: 'scores', shape: ['N', 3] }],
        nodes: [
          { op: 'Mish', name: 'odd', inputs: ['image'], outputs: ['m'] },
          { op: 'GlobalAveragePool', inputs: ['m'], outputs: ['g'] },
          { op: 'Flatten', inputs: ['g'], outputs: ['scores'] },
        ],
        opset: 18,
      }),
    );
    await expect(startRunner({ ...setup, modelPath })).rejects.toMatchObject({
      name: 'UserError',
      problem: expect.stringContaining('"odd" has the operator Mish'),
    });
  });

  test('says what is missing: Python, PyTorch, a GPU', async () => {
    const bare = join(folder, 'bare-python');
    writeFileSync(bare, `#!/bin/sh\nexec ${testPython} -S "$@"\n`);
    chmodSync(bare, 0o755);
    const cases = [
      [{ python: 'no-such-python' }, 'there is no Python "no-such-python"'],
      [{ python: bare }, 'has no torch and no numpy'],
      [{ device: 'cuda' }, 'finds none here'],
      [{}, 'Cannot train in float16 on a CPU'],
    ] as const;
    for (const [choice, said] of cases) {
      const engine = { ...torch, ...choice };
      const half = { ...setup.training, precision: 'float16' } as const;
      await expect(startRunner({ ...setup, engine, training: half })).rejects.toMatchObject({
        name: 'UserError',
        problem: expect.stringContaining(said),
        wayOut: expect.stringMatching(/\w/),
      });
    }
  });

  test('refuses a batch that the processes cannot share', async () => {
    const engine = { ...torch, devices: 2 };
    const odd = { ...setup, engine, training: { ...setup.training, batchSize: 6 } };
    await expect(startRunner(odd)).rejects.toMatchObject({
      problem: expect.stringContaining('a batch of 6 images among 2 devices'),
      wayOut: 'Give --batch 8.',
    });
  });
});
