import fc from 'fast-check';
import { expect, test } from 'vitest';
import { pairedDifference } from '../../src/stats/paired-difference.ts';

test('agrees with scipy.stats.sem of the differences', () => {
  const result = pairedDifference([1, 0, 1, 1, 0, 1, 1, 0, 1, 1], [1, 0, 0, 1, 0, 1, 0, 1, 1, 1]);
  expect(result.difference).toBeCloseTo(0.1, 14);
  expect(result.standardError).toBeCloseTo(0.17950549357115014, 14);
});

test('for right and wrong it is McNemar: only the images on which they differ count', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.boolean(), fc.boolean()), { minLength: 2, maxLength: 60 }), pairs => {
      const a = Uint8Array.from(pairs, pair => Number(pair[0]));
      const b = Uint8Array.from(pairs, pair => Number(pair[1]));
      const n = pairs.length;
      const gained = pairs.filter(pair => pair[0] && !pair[1]).length;
      const lost = pairs.filter(pair => !pair[0] && pair[1]).length;
      const { difference, standardError } = pairedDifference(a, b);
      expect(difference).toBeCloseTo((gained - lost) / n, 12);
      expect(standardError ** 2).toBeCloseTo((gained + lost - (gained - lost) ** 2 / n) / (n * (n - 1)), 12);
    }),
  );
});

test('a shift of both changes nothing; unequal lengths are refused', () => {
  expect(pairedDifference([5, 6, 9], [1, 4, 2])).toEqual(pairedDifference([15, 16, 19], [11, 14, 12]));
  expect(pairedDifference([3], [1])).toEqual({ difference: 2, standardError: 0 });
  expect(() => pairedDifference([1], [1, 2])).toThrow('expected equal lengths');
});
