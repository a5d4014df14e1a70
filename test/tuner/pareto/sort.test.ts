import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { dominates, nondominated, type Point, weaklyDominates } from '../../../src/tuner/pareto/dominance.ts';
import { crowdingDistances, dominanceRanks } from '../../../src/tuner/pareto/sort.ts';

/** Few different values, so that ties and copies are common. */
const pointsOf = (objectives: number) =>
  fc.array(fc.array(fc.integer({ min: 0, max: 6 }), { minLength: objectives, maxLength: objectives }), {
    maxLength: 24,
  });
const pointSets = fc.integer({ min: 1, max: 4 }).chain(pointsOf);

/** By the definition: take off what nobody left dominates, again and again. */
function peeledRanks(points: readonly Point[]): number[] {
  const ranks = points.map(() => -1);
  for (let rank = 0; ranks.includes(-1); rank++) {
    const left = points.flatMap((_, i) => (ranks[i] === -1 ? [i] : []));
    for (const i of left) if (!left.some(j => dominates(points[j]!, points[i]!))) ranks[i] = -2;
    ranks.forEach((each, i) => {
      if (each === -2) ranks[i] = rank;
    });
  }
  return ranks;
}

describe('dominance', () => {
  test('is irreflexive, asymmetric and transitive', () => {
    const triple = fc.integer({ min: 1, max: 4 }).chain(m =>
      fc.array(fc.array(fc.integer({ min: 0, max: 2 }), { minLength: m, maxLength: m }), {
        minLength: 3,
        maxLength: 3,
      }),
    );
    fc.assert(
      fc.property(triple, points => {
        const [a, b, c] = points as unknown as [Point, Point, Point];
        expect(dominates(a, a)).toBe(false);
        expect(weaklyDominates(a, a)).toBe(true);
        expect(dominates(a, b) && dominates(b, a)).toBe(false);
        if (dominates(a, b) && dominates(b, c)) expect(dominates(a, c)).toBe(true);
        expect(dominates(a, b)).toBe(weaklyDominates(a, b) && !weaklyDominates(b, a));
      }),
    );
  });

  test('a NaN neither dominates nor is dominated', () => {
    expect(dominates([0, Number.NaN], [1, 1])).toBe(false);
    expect(dominates([0, 0], [1, Number.NaN])).toBe(false);
  });

  test('nondominated keeps one of each point that nobody dominates', () => {
    fc.assert(
      fc.property(pointSets, points => {
        const expected = points.filter(p => !points.some(q => dominates(q, p))).map(String);
        expect(nondominated(points).map(String)).toEqual([...new Set(expected)]);
      }),
    );
  });
});

describe('dominance ranks', () => {
  test('are those of peeling fronts off', () => {
    fc.assert(
      fc.property(pointSets, points => {
        expect(dominanceRanks(points)).toEqual(peeledRanks(points));
      }),
    );
  });

  test('do not depend on the order of the points, nor on shift and scale', () => {
    fc.assert(
      fc.property(pointSets, fc.infiniteStream(fc.nat()), (points, keys) => {
        const order = points.map((_, i) => ({ i, key: keys.next().value })).sort((a, b) => a.key - b.key);
        const ranks = dominanceRanks(points);
        expect(dominanceRanks(order.map(({ i }) => points[i]!))).toEqual(order.map(({ i }) => ranks[i]));
        expect(dominanceRanks(points.map(point => point.map((value, k) => (k + 2) * value - 5)))).toEqual(ranks);
      }),
    );
  });
});

describe('crowding distances', () => {
  test('a front computed by hand', () => {
    // Extents 4 and 8: the second point's neighbours are 3 and 6 apart, the third's 3 and 4.
    const front = [
      [0, 8],
      [1, 4],
      [3, 2],
      [4, 0],
    ];
    expect(crowdingDistances(front)).toEqual([
      Number.POSITIVE_INFINITY,
      3 / 4 + 6 / 8,
      3 / 4 + 4 / 8,
      Number.POSITIVE_INFINITY,
    ]);
  });

  test('do not change with shift and scale, and a copy of a point takes nothing from it', () => {
    const front = fc
      .uniqueArray(fc.integer({ min: 0, max: 40 }), { minLength: 1, maxLength: 12 })
      .map(xs => xs.sort((a, b) => a - b).map((x, i) => [x, 100 - i * i]));
    fc.assert(
      fc.property(front, fc.nat(), (points, pick) => {
        const distances = crowdingDistances(points);
        const scaled = crowdingDistances(points.map(([x, y]) => [8 * x! + 3, 0.5 * y! - 1]));
        scaled.forEach((value, i) => {
          expect(value).toBeCloseTo(distances[i]!, 9);
        });
        expect(crowdingDistances([...points, points[pick % points.length]!])).toEqual([...distances, 0]);
      }),
    );
  });

  test('a single point stands alone, and none has none', () => {
    expect(crowdingDistances([[1, 2]])).toEqual([Number.POSITIVE_INFINITY]);
    expect(crowdingDistances([])).toEqual([]);
  });
});
