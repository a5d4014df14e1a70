import fc from 'fast-check';
import { expect, test } from 'vitest';
import { nondominated, weaklyDominates } from '../../../src/tuner/pareto/dominance.ts';
import { extendBounds, localUpperBounds } from '../../../src/tuner/pareto/local-upper-bounds.ts';

const texts = (bounds: readonly { readonly bound: readonly number[] }[]): string[] =>
  bounds.map(({ bound }) => bound.join(' ')).sort();

test('one point lowers one coordinate at a time', () => {
  expect(texts(localUpperBounds([[1, 2, 3]], [9, 9, 9]))).toEqual(['1 9 9', '9 2 9', '9 9 3']);
});

test('in general position they are the maximal corners below which no point lies', () => {
  // Every coordinate at most once: a permutation of 0 to 5 per objective.
  const shuffled = fc.shuffledSubarray([0, 1, 2, 3, 4, 5], { minLength: 6 });
  fc.assert(
    fc.property(fc.tuple(shuffled, shuffled, shuffled), ([xs, ys, zs]) => {
      const points = nondominated(xs.map((x, i) => [x, ys[i]!, zs[i]!]));
      const grid = [0, 1, 2, 3, 4, 5, 6];
      const empty: number[][] = [];
      for (const x of grid)
        for (const y of grid)
          for (const z of grid) {
            const corner = [x, y, z];
            if (!points.some(point => point.every((value, k) => value < corner[k]!))) empty.push(corner);
          }
      const maximal = empty.filter(c => !empty.some(other => other !== c && weaklyDominates(c, other)));
      expect(texts(localUpperBounds(points, [6, 6, 6]))).toEqual(maximal.map(each => each.join(' ')).sort());
    }),
  );
});

test('one by one and all at once give the same, in any order', () => {
  const sets = fc.array(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 3, maxLength: 3 }), {
    maxLength: 10,
  });
  fc.assert(
    fc.property(sets, points => {
      const front = nondominated(points.filter(point => point.every(value => value < 1)));
      const distinct = [0, 1, 2].every(k => new Set(front.map(point => point[k])).size === front.length);
      fc.pre(distinct);
      const all = localUpperBounds(front, [1, 1, 1]);
      expect(texts(localUpperBounds([...front].reverse(), [1, 1, 1]))).toEqual(texts(all));
      const [last, ...others] = front;
      if (last) expect(texts(extendBounds(localUpperBounds(others, [1, 1, 1]), last))).toEqual(texts(all));
    }),
  );
});
