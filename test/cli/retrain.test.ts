/** `rankfront retrain` on a trial of a small search. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openStore } from '../../src/store/open.ts';
import type { TrainingEpoch, TrainingPhase, TrainingRun } from '../../src/store/training.ts';
import { requireComplete } from '../../src/study/build/export.ts';
import { requireFactorised } from '../../src/study/train/retrain.ts';
import { named, noTorch, testPython } from '../train/torch/available.ts';
import { type Ended, rankfront } from './rankfront.ts';
import { cifarRecords, makeWorld, type World } from './world.ts';

let world: World;
let searched: Ended;
beforeAll(async () => {
  world = makeWorld();
  writeFileSync(join(world.folder, 'images/data_batch_1.bin'), cifarRecords(60, 4));
  searched = await rankfront(world.search('--trials', '2', '--seed', '1'), world.env);
});
afterAll(() => world.remove());

const at = (name: string): string => join(world.folder, name);
const retrain = (trial: number, out: string, ...more: string[]): Promise<Ended> =>
  rankfront(
    [
      'retrain',
      ...['--store', world.store, '--study', 'small', '--trial', String(trial), '--out', at(out)],
      ...['--batch', '20', '--epochs', '2', '--threads', '1', '--loader-threads', '1', '--json', ...more],
    ],
    world.env,
  );
const kept = async (
  number: number,
): Promise<(TrainingRun & { epochs: TrainingEpoch[]; phases: TrainingPhase[] })[]> => {
  const store = await openStore(world.store, { readOnly: true });
  try {
    const study = await store.studies.get('small');
    const trial = await store.trials.get(study!.id, number);
    const runs = await store.training.list(trial!.id);
    return await Promise.all(
      runs.map(async run => {
        const { epochs, phases } = await store.training.metrics(run.id);
        return { ...run, epochs: [...epochs], phases: [...phases] };
      }),
    );
  } finally {
    await store.close();
  }
};

describe('rankfront retrain', () => {
  test('retrains a trial with distillation, and keeps what it started from, its epochs and its step times', async () => {
    expect(searched).toMatchObject({ status: 0 });
    const ended = await retrain(1, 'one.onnx', '--freeze', 'list:w0', '--lr', '0.001');
    expect(ended).toMatchObject({ status: 0, stderr: '' });
    const events = ended.stdout.trim().split('\n').map(line => JSON.parse(line)); // biome-ignore format: one line
    expect(events[0]).toMatchObject({ kind: 'before', validationImages: 120 });
    // The epoch was chosen on training images, and the test images have the last word.
    const chosen = { kind: 'written', path: at('one.onnx'), agrees: true, images: 3 };
    expect(events.at(-1)).toMatchObject({ ...chosen, test: { images: 120 } });
    expect(events.find(({ kind }) => kind === 'training-started')).toMatchObject({
      ...{ trainImages: 57, validationImages: 3, testImages: 120 },
    });
    const [run, ...others] = await kept(1);
    expect(others).toEqual([]);
    expect(run).toMatchObject({
      state: 'complete',
      top1: events.at(-1).test.top1,
      validationImages: 120,
      detail: '',
      denseTop1: events[0].denseTop1,
    });
    expect(run!.identity).toMatchObject({
      '--lr': '0.001',
      '--distil': '0.5',
      'the teacher': expect.stringMatching(/^[0-9a-f]{64}$/),
      'the test set': expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect(run!.epochs.map(({ epoch }) => epoch)).toEqual([1, 2]);
    expect(run!.phases).toHaveLength(1);
    expect(run!.phases[0]).toMatchObject({ firstEpoch: 1, lastEpoch: 2, steps: 4 });
    expect(run!.phases[0]!.unfrozenStepMs).toBeGreaterThan(0);
  });

  test('begun again when it is complete, it is refused and stays complete', async () => {
    const before = await kept(1);
    const again = await retrain(1, 'one.onnx', '--freeze', 'list:w0', '--lr', '0.001');
    expect(again).toMatchObject({ status: 2, stdout: '', stderr: expect.stringContaining('there is such a file') });
    expect(await kept(1)).toEqual(before);
  });

  test('the dense model is not written over', async () => {
    const dense = readFileSync(world.model);
    const ended = await retrain(1, 'model.onnx', '--distil-weight', '0', '--restart');
    expect(ended).toMatchObject({ status: 2, stderr: expect.stringContaining('reads a network from there') });
    expect(readFileSync(world.model)).toEqual(dense);
  });

  test('a training that diverges is kept as failed, with why', async () => {
    const ended = await retrain(2, 'two.onnx', '--lr', '1e30', '--schedule', 'constant', '--warm-up', '0');
    expect(ended.status).toBe(2);
    expect(ended.stderr).toMatch(/^rankfront: The training diverged at step/);
    expect(await kept(2)).toMatchObject([{ state: 'failed', top1: null, detail: expect.stringContaining('diverged') }]);
    expect(existsSync(at('two.onnx'))).toBe(false);
  });

  test('an absent store is refused in a sentence, and not made', async () => {
    const absent = await rankfront(['retrain', '--store', at('none.sqlite'), '--trial', '1', '--out', at('no.onnx')]);
    expect(absent).toMatchObject({ status: 2, stderr: expect.stringContaining('there is no such file') });
    expect(existsSync(at('none.sqlite'))).toBe(false);
  });

  test('the dense model and an unknown trial are refused', async () => {
    expect(() => requireFactorised(0)).toThrow('the dense model itself');
    const store = await openStore(world.store, { readOnly: true });
    const study = await store.studies.get('small');
    expect(() => requireComplete(null, 9, study!)).toThrow('has no trial 9');
    await store.close();
  });
});

describe.skipIf(noTorch !== null)(named('rankfront retrain --engine torch'), () => {
  test('retrains on two processes, and keeps and proves it as a training of our own', async () => {
    expect(searched).toMatchObject({ status: 0 });
    const options = [
      '--engine',
      'torch',
      '--devices',
      '2',
      '--python',
      testPython,
      '--freeze',
      'list:w0',
      '--lr',
      '0.001',
    ];
    const ended = await retrain(1, 'torch.onnx', ...options);
    expect(ended).toMatchObject({ status: 0, stderr: '' });
    const events = ended.stdout.trim().split('\n').map(line => JSON.parse(line)); // biome-ignore format: one line
    expect(events.at(-1)).toMatchObject({
      kind: 'written',
      path: at('torch.onnx'),
      agrees: true,
      test: { images: 120 },
    });
    const run = (await kept(1)).find(({ identity }) => identity['--engine'] === 'torch');
    expect(run).toMatchObject({ state: 'complete', top1: events.at(-1).test.top1 });
    expect(run?.epochs.map(({ epoch }) => epoch)).toEqual([1, 2]);
    expect(run?.phases).toMatchObject([{ firstEpoch: 1, lastEpoch: 2, unfrozenStepMs: expect.any(Number) }]);
    const proved = await rankfront(
      ['verify', '--store', world.store, '--study', 'small', '--retrained', world.folder],
      world.env,
    );
    expect(proved).toMatchObject({ status: 0 });
    expect(proved.stdout).toMatch(/ok {3}training \d of trial 1\n.*ok {3}training \d of trial 1\n/s);
  });
});
