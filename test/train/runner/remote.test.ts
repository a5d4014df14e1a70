import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { writeModel } from '../../../src/onnx/write.ts';
import { defaultTraining } from '../../../src/train/options.ts';
import { startRunner } from '../../../src/train/runner/remote.ts';
import type { RunnerSetup } from '../../../src/train/runner/runner.ts';
import { tinyNetwork } from '../tiny-network.ts';
import { runnerContract, stepSize, taken, trainData, validationData } from './contract.ts';

const folder = mkdtempSync(join(tmpdir(), 'rankfront-runner-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const modelPath = join(folder, 'tiny.onnx');
writeFileSync(modelPath, writeModel(tinyNetwork()));

const { teacher: _, ...training } = defaultTraining;
const setup: RunnerSetup = {
  engine: { kind: 'onnxruntime', provider: 'cpu', threads: 1, graphOptimization: 'all' },
  modelPath,
  teacherPath: null,
  training: { ...training, batchSize: stepSize },
  data: trainData,
  validation: validationData,
};

runnerContract('onnxruntime in a child process', async () => taken(await startRunner(setup)));

describe('a runner in a child process', () => {
  test('on TensorFlow.js takes the same steps as on ONNX Runtime', async () => {
    const losses: number[][] = [];
    for (const engine of [setup.engine, { kind: 'tfjs', package: '@tensorflow/tfjs' } as const]) {
      const runner = taken(await startRunner({ ...setup, engine }));
      await runner.begin({ epoch: 0, batch: 0 }, 1);
      const reports = taken(await runner.steps(Array.from({ length: 5 }, () => ({ learningRate: 0.02 }))));
      losses.push([...reports.map(({ metrics }) => metrics.loss), taken(await runner.evaluate('last')).loss]);
      await runner.close();
    }
    const [own, other] = losses as [number[], number[]];
    expect(own).toHaveLength(6);
    own.forEach((loss, i) => {
      expect(Math.abs(other[i]! / loss - 1)).toBeLessThan(1e-4);
    });
  });

  test('says what is wrong with the model in the words of the error', async () => {
    await expect(startRunner({ ...setup, modelPath: join(folder, 'absent.onnx') })).rejects.toMatchObject({
      name: 'UserError',
      message: expect.stringContaining('there is no such file'),
      wayOut: 'Check the path and the permissions.',
    });
  });

  test('that throws what is no UserError is at an end: every command fails with the first reason', async () => {
    const runner = taken(await startRunner({ ...setup, validation: null }));
    const first = await runner.evaluate('last');
    expect(first).toMatchObject({ state: 'failed', reason: 'crashed', detail: expect.stringContaining('validation') });
    expect(await runner.state()).toEqual(first);
    await runner.close();
    expect(await runner.steps([{ learningRate: 1 }])).toEqual(first);
  });

  test('that is closed gives failures and no exceptions', async () => {
    const runner = taken(await startRunner(setup));
    await runner.begin({ epoch: 0, batch: 0 }, 1);
    const pending = runner.steps([{ learningRate: 0.1 }]);
    await runner.close();
    expect((await pending).state).toBe('failed');
    expect(await runner.state()).toMatchObject({ state: 'failed', reason: 'interrupted' });
  });
});
