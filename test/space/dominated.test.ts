import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Rung } from '../../src/decompose/method.ts';
import { rungLabel } from '../../src/decompose/ranks.ts';
import { withoutDominated } from '../../src/space/dominated.ts';
import { convSite } from './sites.ts';

const site = convSite('a', 64, 64);
const svd = (rank: number): Rung => ({ method: 'svd', rank });
const spatial = (rank: number): Rung => ({ method: 'spatial', rank });
const dense: Rung = { method: 'dense' };

function cleaned(figures: ReadonlyMap<Rung, readonly [cost: number, loss: number]>): readonly Rung[] {
  const at = (rung: Rung, which: 0 | 1): number =>
    [...figures].find(([each]) => rungLabel(each) === rungLabel(rung))![1][which];
  const space = { sites: [{ site, ladder: [...figures.keys()] }], kept: [] };
  return withoutDominated(space, { cost: (_, rung) => at(rung, 0), loss: (_, rung) => at(rung, 1) }).sites[0]!.ladder;
}

test('of two rungs at the same cost the one that loses less stays, and the order is that of the cost', () => {
  const ladder = cleaned(
    new Map<Rung, [number, number]>([
      [svd(1), [20, 0.5]],
      [spatial(1), [21, 0.3]], // hardly dearer than svd 1 and better
      [spatial(2), [40, 0.2]],
      [svd(2), [45, 0.25]], // dearer and worse
      [svd(3), [30, 0.29]],
      [dense, [100, 0]],
    ]),
  );
  expect(ladder.map(rungLabel)).toEqual(['spatial 1', 'svd 3', 'spatial 2', 'dense']);
});

test('a ladder of one method stays as it was asked for, and one of which all cost more than dense too', () => {
  const one = new Map<Rung, [number, number]>([
    [svd(1), [20, 0.2]],
    [svd(2), [20, 0.5]],
    [dense, [100, 0]],
  ]);
  expect(cleaned(one)).toEqual([...one.keys()]);
  const slow = new Map<Rung, [number, number]>([
    [svd(1), [120, 0.2]],
    [spatial(1), [110, 0.5]],
    [dense, [100, 0]],
  ]);
  expect(cleaned(slow)).toEqual([...slow.keys()]);
});

test('what goes is beaten by something that stays, and nothing that stays is beaten', () => {
  const rungs = fc.array(fc.tuple(fc.constantFrom('svd', 'spatial', 'input'), fc.nat(99), fc.nat(20)), {
    minLength: 2,
    maxLength: 12,
  });
  fc.assert(
    fc.property(rungs, given => {
      const figures = new Map<Rung, readonly [number, number]>(
        given.map(([method, cost, loss], i) => [{ method, rank: i + 1 } as Rung, [cost, loss] as const]),
      );
      figures.set(dense, [100, 0]);
      const ladder = cleaned(figures);
      if (new Set(given.map(([method]) => method)).size < 2) return;
      const figureOf = (rung: Rung): readonly [number, number] =>
        [...figures].find(([each]) => rungLabel(each) === rungLabel(rung))![1];
      const stays = ladder.map(figureOf);
      for (const [i, [cost, loss]] of stays.entries()) {
        if (i > 0) expect(cost).toBeGreaterThanOrEqual(stays[i - 1]![0]);
        if (i > 0) expect(loss).toBeLessThanOrEqual(stays[i - 1]![1]);
      }
      for (const [cost, loss] of figures.values()) {
        // Each step of the chain that beat it is at most 2 % dearer.
        expect(stays.some(([c, l]) => l <= loss && c <= cost + 2 * given.length)).toBe(true);
      }
    }),
  );
});
