import { describe, expect, test } from 'vitest';
import { seededRng } from '../../../src/random/rng.ts';
import {
  drawnTogether,
  noisySiteTable,
  type SweptRung,
  savedShares,
  siteTable,
} from '../../../src/study/propose/site-table.ts';
import { sweptSpace } from './swept-space.ts';

const space = sweptSpace([100, 400, 200, 300]);
const shares = savedShares(space);
const at = (site: number, rung: number, change: number, standardError: number): SweptRung => ({
  ...{ site, rung, change, standardError, saved: shares[site]![rung]! },
});

describe('drawnTogether', () => {
  test('of one measurement says what it says, and no more', () => {
    const [only] = drawnTogether([at(1, 0, -0.2, 0.03)]);
    expect(only!.change).toBeCloseTo(-0.2, 12);
    expect(only!.standardError).toBeCloseTo(0.03, 12);
  });

  test('of measurements on one line is that line, known better than any of them', () => {
    const swept = [0, 1, 2, 3].map(site => at(site, 0, -0.8 * shares[site]![0]!, 0.05));
    for (const [i, each] of drawnTogether(swept).entries()) {
      expect(each.change).toBeCloseTo(swept[i]!.change, 12);
      expect(each.standardError).toBeLessThan(0.05);
      expect(each.standardError).toBeGreaterThan(0);
    }
  });

  test('covers the truth about as often as it says, over many drawn sweeps', () => {
    const rng = seededRng(5);
    const gauss = (): number => Math.sqrt(-2 * Math.log(1 - rng.uniform())) * Math.cos(2 * Math.PI * rng.uniform());
    let inside = 0;
    let all = 0;
    for (let draw = 0; draw < 400; draw++) {
      const truth = shares.map(of => of.map(saved => -saved * (0.8 + 0.3 * gauss())));
      const swept = [0, 1, 2, 3].flatMap(site =>
        [0, 2].map(rung => at(site, rung, truth[site]![rung]! + 0.02 * gauss(), 0.02)),
      );
      for (const each of drawnTogether(swept)) {
        all++;
        if (Math.abs(each.change - truth[each.site]![each.rung]!) < 1.96 * each.standardError) inside++;
      }
    }
    expect(inside / all).toBeGreaterThan(0.88);
    expect(inside / all).toBeLessThan(0.995);
  });
});

describe('a site that was not measured', () => {
  const swept = [0, 1, 2].map(site => at(site, 0, -0.8 * shares[site]![0]!, 0.01));

  test('lies on the line of the others, and is known by half of it at best', () => {
    const table = noisySiteTable(space, swept);
    for (const [rung, saved] of shares[3]!.slice(0, -1).entries()) {
      expect(table.changes[3]![rung]).toBeCloseTo(-0.8 * saved, 10);
      expect(table.standardErrors[3]![rung]).toBeGreaterThanOrEqual(0.4 * saved);
    }
    expect(table.changes[3]!.at(-1)).toBe(0);
    expect(table.standardErrors[3]!.at(-1)).toBe(0);
  });

  test('does not change what is said of the others', () => {
    const [all, three] = [
      noisySiteTable(space, [...swept, at(3, 0, -0.8 * shares[3]![0]!, 10)]),
      noisySiteTable(space, swept),
    ];
    for (const site of [0, 1, 2]) expect(all.changes[site]![0]).toBeCloseTo(three.changes[site]![0]!, 4);
  });
});

test('siteTable puts a rung between two measured ones on the line in what they save', () => {
  const table = siteTable(
    space,
    [0, 1, 2, 3].flatMap(site => [at(site, 0, -0.3, 0.03), at(site, 2, -0.1, 0.04)]),
  );
  const [low, middle, high] = [shares[0]![2]!, shares[0]![1]!, shares[0]![0]!];
  const t = (middle - low) / (high - low);
  expect(table.changes[0]![1]).toBeCloseTo(-0.1 + t * -0.2, 12);
  expect(table.standardErrors[0]![1]).toBeCloseTo(Math.hypot((1 - t) * 0.04, t * 0.03), 12);
});
