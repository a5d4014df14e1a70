/** When a trial may be given up, with objectives beside latency and accuracy: not while any of them may bring it onto the front. */
import { expect, test } from 'vitest';
import type { Readings } from '../../../src/objectives/objectives.ts';
import type { CompleteTrial } from '../../../src/store/trial.ts';
import { hopeBelow, stoppingFor } from '../../../src/study/work/stopping.ts';

const names = ['size', 'latency', 'top1', 'memory'];
/** Values in the order of the names, the error third. */
const member = (...values: readonly number[]): CompleteTrial =>
  ({ values, standardErrors: [0, 0.001, 0.01, 0.001] }) as unknown as CompleteTrial;
const front = [member(1, 1, 0.1, 1), member(0.5, 0.6, 0.3, 0.8)];
const known = (size: number, latency: number, memory: number): Readings => ({
  size: { value: size, standardError: 0 },
  latency: { value: latency, standardError: 0.001 },
  memory: { value: memory, standardError: 0.001 },
});
const chances = (readings: Readings, constraints: Parameters<typeof stoppingFor>[2] = []) =>
  stoppingFor(names, front, constraints)!(readings).chances.filter(({ weight }) => weight > 1e-9);

test('one that is worse than a member in all that is known must have a smaller error than that member', () => {
  expect(chances(known(0.6, 0.7, 0.9))).toEqual([{ weight: expect.closeTo(1, 9), below: 0.3 }]);
  expect(chances(known(1.05, 1.05, 1.05))).toEqual([{ weight: expect.closeTo(1, 9), below: 0.1 }]);
  expect(stoppingFor(names, front, [])!(known(1, 1, 1)).below).toBe(hopeBelow);
});

test.each([
  ['size', known(0.49, 0.7, 0.9)],
  ['latency', known(0.6, 0.5, 0.9)],
  ['memory', known(0.6, 0.7, 0.7)],
])('one that is better than all in its %s alone is on the front whatever its error is', (_, readings) => {
  expect(chances(readings)).toEqual([{ weight: expect.closeTo(1, 9), below: Number.POSITIVE_INFINITY }]);
});

test('one that is beyond a limit of what is known has no chance', () => {
  const tooLarge = [{ objective: names.indexOf('size'), max: 0.4 }];
  const all = stoppingFor(names, front, tooLarge)!(known(0.49, 0.5, 0.7)).chances;
  expect(all.reduce((sum, { weight, below }) => sum + (below > 0 ? weight : 0), 0)).toBeCloseTo(0, 9);
});
