import { expect, it } from 'vitest';
import { seededRng } from '../../../src/random/rng.ts';
import { nearFront } from '../../../src/tuner/gp/near-front.ts';
import { dominanceRanks } from '../../../src/tuner/pareto/sort.ts';
import type { Observed } from '../../../src/tuner/strategy.ts';

const rng = seededRng(2);
const observed: Observed[] = Array.from({ length: 300 }, (_, a) => ({
  state: 'complete',
  configuration: [a],
  values: [rng.uniform(), rng.uniform()],
  standardErrors: [0, 0],
  feasible: true,
}));

it('keeps a short history whole', () => {
  expect(nearFront(observed, 300)).toBe(observed);
});

it('keeps the front, so many in all, in their order, and some from everywhere', () => {
  const kept = nearFront(observed, 100);
  const places = kept.map(each => each.configuration[0]!);
  expect(kept).toHaveLength(100);
  expect(places).toEqual([...places].sort((a, b) => a - b));
  const ranks = dominanceRanks(observed.map(({ values }) => values));
  ranks.forEach((rank, a) => {
    if (rank === 0) expect(places).toContain(a);
  });
  const worst = Math.max(...ranks);
  expect(places.some(a => ranks[a]! > worst / 2)).toBe(true);
});
