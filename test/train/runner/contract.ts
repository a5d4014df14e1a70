/** What every runner of a training keeps, in whichever process it is. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { noAugmentation } from '../../../src/data/augment/augmentation.ts';
import { normalizationTable } from '../../../src/data/normalize.ts';
import { openShapes } from '../../../src/data/shapes/open.ts';
import { parseDataSpec, type ShapesSpec } from '../../../src/data/spec.ts';
import type { Attempt } from '../../../src/errors/failure.ts';
import type { StepReport, TrainingRunner } from '../../../src/train/runner/runner.ts';
import type { TrainingState } from '../../../src/train/trainer.ts';
import { expectSame } from '../contract.ts';

const spec = { ...(parseDataSpec('shapes:3') as ShapesSpec), trainImages: 40 };
const small = { resize: 6, height: 6, width: 6 };
const reading = {
  transform: small,
  table: normalizationTable('torchvision'),
  channels: 'rgb',
  layout: 'nchw',
} as const;
const train = openShapes(spec, 'train');

/** Ten shapes as three classes, which nothing learns well and everything learns a little. */
export const classes = 3;
export const imageDims = [3, 6, 6];
export const stepSize = 8;
export const trainData = {
  dataset: train,
  labels: train.labels!.map(label => label % classes),
  classes,
  reading,
  augmentation: noAugmentation,
  seed: 1,
  threads: 1,
  maxUnreadable: 0,
};
/** The same images, so that what learns must score better. */
export const validationData = { dataset: train, labels: trainData.labels, reading, batch: 7 };

export function taken<T>(attempt: Attempt<T>): T {
  if (attempt.state === 'failed') throw new Error(`${attempt.reason}: ${attempt.detail}`);
  return attempt.value;
}

/** What of a report does not depend on the clock. */
const timeless = ({ place, step, metrics }: StepReport) => ({ place, step, metrics });

const rates = (count: number, learningRate = 0.05) => Array.from({ length: count }, () => ({ learningRate }));

export function runnerContract(name: string, open: () => Promise<TrainingRunner>): void {
  describe(`${name} keeps the contract of a runner`, () => {
    // One runner for all, since a process takes a second or more to start: each test begins from the first state, with all weights trained.
    let runner: TrainingRunner;
    let first: TrainingState;
    beforeAll(async () => {
      runner = await open();
      first = taken(await runner.state());
    });
    afterAll(() => runner?.close());
    const begin = async (): Promise<TrainingRunner> => {
      taken(await runner.setTrainable({ trainable: new Set(runner.info.weights), settled: new Set() }));
      taken(await runner.load(first));
      return runner;
    };
    const steps = async (runner: TrainingRunner, count: number): Promise<readonly StepReport[]> =>
      taken(await runner.steps(rates(count)));

    test('steps take the batches in their order, until the data end', async () => {
      const runner = await begin();
      expect(runner.info).toMatchObject({ stepSize, batchesPerEpoch: 5 });
      taken(await runner.begin({ epoch: 0, batch: 3 }, 2));
      const reports = [...(await steps(runner, 4)), ...(await steps(runner, 9)), ...(await steps(runner, 1))];
      const places = [[0, 3], [0, 4], [1, 0], [1, 1], [1, 2], [1, 3], [1, 4]] as const; // biome-ignore format: a table
      expect(reports.map(({ place }) => [place.epoch, place.batch])).toEqual(places);
      expect(reports.map(({ step }) => step)).toEqual([1, 2, 3, 4, 5, 6, 7]);
      for (const { metrics, stepMs, waitedMs } of reports) {
        expect(metrics).toMatchObject({ count: stepSize, notFinite: null, skipped: false });
        expect(stepMs).toBeGreaterThan(0);
        expect(waitedMs).toBeGreaterThanOrEqual(0);
      }
    });

    test('a run that is taken up from a state and a place goes on bit for bit', async () => {
      const runner = await begin();
      await runner.begin({ epoch: 0, batch: 0 }, 2);
      await steps(runner, 4);
      const kept = taken(await runner.state());
      const rest = (await steps(runner, 4)).map(timeless);
      const end = taken(await runner.state());
      taken(await runner.load(kept));
      await runner.begin({ epoch: 0, batch: 4 }, 2);
      expect((await steps(runner, 4)).map(timeless)).toEqual(rest);
      expectSame(taken(await runner.state()), end);
    });

    test('numbers that are not finite end the steps with where and in what, and the state from before', async () => {
      const runner = await begin();
      await runner.begin({ epoch: 0, batch: 0 }, 2);
      await steps(runner, 2);
      const before = taken(await runner.state());
      const reports = taken(await runner.steps([...rates(1, Number.POSITIVE_INFINITY), ...rates(3)]));
      expect(reports).toHaveLength(1);
      expect(reports[0]!.step).toBe(3);
      expect(reports[0]!.metrics.notFinite).toMatchObject({ in: 'weight', name: expect.stringMatching(/\w/) });
      expectSame(taken(await runner.state()), before);
      expect((await steps(runner, 1))[0]).toMatchObject({ step: 3, place: { epoch: 0, batch: 3 } });
    });

    test('timing other sets changes neither the state nor the set nor the place', async () => {
      const runner = await begin();
      const { weights } = runner.info;
      await runner.begin({ epoch: 0, batch: 0 }, 1);
      taken(
        await runner.setTrainable({ trainable: new Set(weights.slice(-1)), settled: new Set(weights.slice(0, -1)) }),
      );
      await steps(runner, 2);
      const kept = taken(await runner.state());
      const rest = (await steps(runner, 9)).map(timeless);
      const end = taken(await runner.state());
      taken(await runner.load(kept));
      await runner.begin({ epoch: 0, batch: 2 }, 1);
      const times = taken(await runner.time({ trainable: new Set(weights), settled: new Set() }, 3));
      expect(times).toHaveLength(3);
      for (const time of times) expect(time).toBeGreaterThan(0);
      expect((await steps(runner, 9)).map(timeless)).toEqual(rest);
      expectSame(taken(await runner.state()), end);
    });

    test('validation scores every image, and steps that learn bring its loss down', async () => {
      const runner = await begin();
      const before = taken(await runner.evaluate('last'));
      expect(before).toMatchObject({ count: 40, correctTop5: 40 }); // three classes
      await runner.begin({ epoch: 0, batch: 0 }, 8);
      expect(taken(await runner.steps(rates(40, 0.01)))).toHaveLength(40);
      const after = taken(await runner.evaluate('last'));
      expect(after.loss).toBeLessThan(before.loss);
      expect(taken(await runner.evaluate('last'))).toMatchObject({ loss: after.loss, correct: after.correct });
    });

    test('a set with an unknown weight is a UserError, after which the training goes on', async () => {
      const runner = await begin();
      await expect(runner.setTrainable({ trainable: new Set(['nobody']), settled: new Set() })).rejects.toMatchObject({
        name: 'UserError',
        message: expect.stringContaining('"nobody"'),
        wayOut: expect.stringMatching(/\w/),
      });
      await runner.begin({ epoch: 0, batch: 0 }, 1);
      expect(await steps(runner, 9)).toHaveLength(5);
      expect(taken(await runner.unreadable())).toEqual({ images: 0, example: '' });
    });
  });
}
