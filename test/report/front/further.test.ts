import { expect, test } from 'vitest';
import { keepsFurther } from '../../../src/report/front/further.ts';
import { outOfReach, type Tried } from '../../../src/report/front/out-of-reach.ts';
import { enoughOf, limitsWords, pickLimits } from '../../../src/report/front/pick-rule.ts';

/** Of a dense model of 10 MB. */
const size = (amount: number) => ({ kind: 'size' as const, amount, ratio: amount / 1e7, interval: [0, 1] as const });

test('a size is held to bytes and to a share of the dense one alike, and one on its limit keeps to it', () => {
  for (const [amount, bytes, share] of [
    [5e6, true, true],
    [5e6 + 1, false, false],
    [4e6, true, true],
  ] as const) {
    expect(keepsFurther({ maxSizeBytes: 5e6 }, () => size(amount))).toBe(bytes);
    expect(keepsFurther({ maxSizeShare: 0.5 }, () => size(amount))).toBe(share);
  }
  // What was not measured keeps to no limit of it; a drop and a speed-up are none of these.
  expect(keepsFurther({ maxSizeShare: 0.5 }, () => undefined)).toBe(false);
  expect(keepsFurther({ maxDrop: 0.01, minSpeedup: 2 }, () => undefined)).toBe(true);
});

test('a pick by a share takes what a pick by the bytes takes', () => {
  const point = { latencyMs: 1, speedup: 2, further: [size(5e6)] } as unknown as Parameters<typeof enoughOf>[0];
  for (const share of [0.4, 0.5, 0.6])
    expect(enoughOf(point, pickLimits({ maxSizeShare: share }))).toBe(enoughOf(point, { sizeBytes: share * 1e7 }));
  expect(limitsWords({ sizeShare: 0.5 })).toBe('a file of at most 50.0 % of the dense one');
});

test('a share that no trial keeps to is told with the least that was seen', () => {
  const tried = [6e6, 7e6].map(
    (bytes, i): Tried => ({
      ...{ trial: i + 1, speedup: 2, latencyMs: 1, drop: 0 },
      further: { size: size(bytes) },
    }),
  );
  expect(outOfReach({ maxSizeShare: 0.65 }, tried)).toBeNull();
  expect(outOfReach({ maxSizeShare: 0.5 }, tried)).toBe(
    'None of 2 trials keeps to the limits (a file of at most 50.0 % of the dense one): the least size is that of trial 1, 6.00 MB; give wider limits, or remove them with --max-drop none.',
  );
});
