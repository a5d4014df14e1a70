import { expect, test } from 'vitest';
import { energyPerMillion, energyPerMillionOf, pricePerMillion } from '../../src/money/per-million.ts';

test('by hand', () => {
  // 36 ms a call: a million calls take 10 hours.
  expect(pricePerMillion(0.5, 36, 1)).toBeCloseTo(5, 12);
  // 8 in a batch of 36 ms: 1.25 hours.
  expect(pricePerMillion(0.5, 36, 8)).toBeCloseTo(0.625, 12);
  // 10 W over 10 hours.
  expect(energyPerMillion(10, 36, 1)).toBeCloseTo(0.1, 12);
  // 3.6 J a call: 3.6 MJ, which is a kilowatt-hour.
  expect(energyPerMillionOf(3.6, 1)).toBeCloseTo(1, 12);
  expect(energyPerMillionOf(3.6, 4)).toBeCloseTo(0.25, 12);
});
