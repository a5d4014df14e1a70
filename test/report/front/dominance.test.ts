import fc from 'fast-check';
import { expect, test } from 'vitest';
import { dominators } from '../../../src/report/front/dominance.ts';
import { dominates } from '../../../src/tuner/pareto/dominance.ts';

const byCoordinates = (a: readonly number[], b: readonly number[]): number => {
  const k = a.findIndex((value, i) => value !== b[i]);
  return k < 0 ? 0 : a[k]! - b[k]!;
};

test.each([2, 3, 4])('with %i coordinates one is beaten exactly where a comparison of all finds a winner', m => {
  const point = fc.array(fc.integer({ min: 0, max: 6 }), { minLength: m, maxLength: m });
  fc.assert(
    fc.property(fc.array(point, { maxLength: 40 }), all => {
      const points = [...all].sort(byCoordinates);
      dominators(points).forEach((winner, i) => {
        const beaten = points.some(other => dominates(other, points[i]!));
        expect(winner >= 0).toBe(beaten);
        if (winner < 0) return;
        expect(dominates(points[winner]!, points[i]!)).toBe(true);
        expect(points.some(other => dominates(other, points[winner]!))).toBe(false);
      });
    }),
  );
});
