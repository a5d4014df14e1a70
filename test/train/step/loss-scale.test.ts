import { expect, test } from 'vitest';
import { afterOverflow, afterStep } from '../../../src/train/step/loss-scale.ts';
import type { Counters } from '../../../src/train/trainer.ts';

test('the scale doubles after two thousand steps that held, and no further than 2^24', () => {
  let counters: Counters = { steps: 0, lossScale: 2 ** 23, stepsSinceScaling: 0 };
  for (let i = 0; i < 1999; i++) counters = afterStep(counters, true);
  expect(counters).toEqual({ steps: 1999, lossScale: 2 ** 23, stepsSinceScaling: 1999 });
  counters = afterStep(counters, true);
  expect(counters).toEqual({ steps: 2000, lossScale: 2 ** 24, stepsSinceScaling: 0 });
  for (let i = 0; i < 2100; i++) counters = afterStep(counters, true);
  expect(counters.lossScale).toBe(2 ** 24);
});

test('it halves at an overflow, and at 1 an overflow is no matter of scale any more', () => {
  expect(afterOverflow({ steps: 7, lossScale: 8, stepsSinceScaling: 5 })).toEqual({
    steps: 7,
    lossScale: 4,
    stepsSinceScaling: 0,
  });
  expect(afterOverflow({ steps: 7, lossScale: 1, stepsSinceScaling: 5 })).toBeNull();
});

test('in single precision it stays 1', () => {
  expect(afterStep({ steps: 3, lossScale: 1, stepsSinceScaling: 0 }, false)).toEqual({
    steps: 4,
    lossScale: 1,
    stepsSinceScaling: 0,
  });
});
