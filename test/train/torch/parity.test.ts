/** Real networks take the same first steps on PyTorch as on our own engine: a ViT, and ResNet-20 where it is there. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { namedAugmentation } from '../../../src/data/augment/augmentation.ts';
import { normalizationTable } from '../../../src/data/normalize.ts';
import { openShapes } from '../../../src/data/shapes/open.ts';
import { parseDataSpec, type ShapesSpec } from '../../../src/data/spec.ts';
import type { Model } from '../../../src/onnx/graph.ts';
import { readModel } from '../../../src/onnx/read.ts';
import { writeModel } from '../../../src/onnx/write.ts';
import { prepareNetwork } from '../../../src/train/network/prepare.ts';
import { defaultTraining, type OptimiserOptions } from '../../../src/train/options.ts';
import type { EngineChoice } from '../../../src/train/runner/engine-choice.ts';
import { startRunner } from '../../../src/train/runner/remote.ts';
import type { RunnerSetup } from '../../../src/train/runner/runner.ts';
import { absent, readShared } from '../../onnx/shared.ts';
import { visionTransformer } from '../../onnx/vision-transformer.ts';
import { taken } from '../runner/contract.ts';
import { named, noTorch, testPython } from './available.ts';

const folder = mkdtempSync(join(tmpdir(), 'rankfront-torch-parity-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const steps = 20;
const threads = 2;
const ort: EngineChoice = { kind: 'onnxruntime', provider: 'cpu', threads, graphOptimization: 'all' };
const torch: EngineChoice = {
  kind: 'torch',
  python: testPython,
  devices: 1,
  torchrun: null,
  device: 'cpu',
  threads,
  compile: false,
};
const sgd: OptimiserOptions = { kind: 'sgd', momentum: 0.9, nesterov: true };
const adamw: OptimiserOptions = { kind: 'adamw', beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };

function setupOf(name: string, model: Model, side: number, batch: number, optimiser: OptimiserOptions): RunnerSetup {
  const modelPath = join(folder, `${name}.onnx`);
  writeFileSync(modelPath, writeModel(model));
  const { teacher: _, ...training } = defaultTraining;
  const dataset = openShapes({ ...(parseDataSpec('shapes:1') as ShapesSpec), trainImages: steps * batch }, 'train');
  return {
    engine: ort,
    modelPath,
    teacherPath: null,
    training: { ...training, batchSize: batch, optimiser, labelSmoothing: 0.1 },
    data: {
      dataset,
      labels: dataset.labels ?? new Int32Array(0),
      classes: prepareNetwork(model).classes,
      reading: {
        transform: { resize: side === 32 ? null : side, height: side, width: side },
        table: normalizationTable('torchvision'),
        channels: 'rgb',
        layout: 'nchw',
      },
      augmentation: namedAugmentation('strong', side),
      seed: 1,
      threads: 1,
      maxUnreadable: 0,
    },
    validation: null,
  };
}

async function losses(setup: RunnerSetup, learningRate: number): Promise<number[]> {
  const runner = taken(await startRunner(setup));
  try {
    taken(await runner.begin({ epoch: 0, batch: 0 }, 1));
    const reports = taken(await runner.steps(Array.from({ length: steps }, () => ({ learningRate }))));
    return reports.map(({ metrics }) => metrics.loss);
  } finally {
    await runner.close();
  }
}

describe.skipIf(noTorch !== null)(named('the first 20 losses on PyTorch and on our engine'), () => {
  const cases: [string, () => RunnerSetup, number, boolean][] = [
    ['a ViT', () => setupOf('vit', visionTransformer(17), 32, 16, adamw), 1e-3, false],
    [
      'ResNet-20',
      () => setupOf('r20', readModel(readShared('resnet20.bn.onnx'), { name: 'resnet20' }), 32, 8, sgd),
      0.001,
      true,
    ],
  ];
  for (const [name, setup, rate, shared] of cases)
    test.skipIf(shared && absent)(name, async () => {
      const own = await losses(setup(), rate);
      const other = await losses({ ...setup(), engine: torch }, rate);
      expect(own).toHaveLength(steps);
      own.forEach((loss, i) => {
        const apart = Math.abs((other[i] ?? Number.NaN) / loss - 1);
        expect(apart, `loss ${i}: ${other[i]} against ${loss}`).toBeLessThan(1e-3);
      });
    });
});
