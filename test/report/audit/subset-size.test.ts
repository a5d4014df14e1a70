import { describe, expect, test } from 'vitest';
import { seededRng } from '../../../src/random/rng.ts';
import type { ScoredTrial } from '../../../src/report/audit/input.ts';
import { subsetAdvice } from '../../../src/report/audit/subset-size.ts';
import { kendallTau } from '../../../src/stats/kendall.ts';
import { madeAnswers } from './made.ts';

const trialsOf = (answers: readonly Uint8Array[]): ScoredTrial[] =>
  answers.map((heldBack, i) => ({ trial: i + 1, latency: i, proxy: new Uint8Array(), heldBack }));
const made = (accuracies: readonly number[], images: number, slip: number, seed: number): ScoredTrial[] =>
  trialsOf(madeAnswers(accuracies, images, slip, seededRng(seed)));

describe('subsetAdvice', () => {
  const close = Array.from({ length: 16 }, (_, i) => 0.7 + 0.01 * i);

  test('tau grows with the subset to what fresh images of the same number give', () => {
    const audited = made(close, 2000, 0.3, 1);
    const { rows, used } = subsetAdvice(audited, [], 77, seededRng(5))!;
    expect(used).toBe(77);
    expect(rows.map(({ images }) => images)).toEqual([50, 100, 200, 500, 1000]);
    for (const [i, row] of rows.entries()) if (i > 0) expect(row.tau).toBeGreaterThan(rows[i - 1]!.tau);
    // The second way: independent images each time, 50 against 1000.
    const rng = seededRng(6);
    const taus = Array.from({ length: 200 }, () => {
      const [few, many] = [madeAnswers(close, 50, 0.3, rng), madeAnswers(close, 1000, 0.3, rng)];
      const count = (answers: Uint8Array): number => answers.reduce((sum, each) => sum + each, 0);
      return kendallTau(few.map(count), many.map(count))!;
    });
    const fresh = taus.reduce((sum, tau) => sum + tau, 0) / taus.length;
    expect(Math.abs(rows[0]!.tau - fresh)).toBeLessThan(0.06);
    expect(rows.every(({ orderRight }) => orderRight === null)).toBe(true);
  });

  test('the rule: the smallest within the noise of half the images', () => {
    const { rows, recommended, because } = subsetAdvice(made(close, 2000, 0.3, 2), [], 100, seededRng(5))!;
    const full = rows.at(-1)!;
    const enough = rows.filter(({ tau }) => tau >= full.tau - full.tauDeviation).map(({ images }) => images);
    expect(recommended).toBe(Math.min(...enough));
    expect(recommended).toBeGreaterThan(50);
    expect(because).toBe('tau');
  });

  test('neighbours that are clearly apart need few images, by hand 4 s^2 / d^2', () => {
    const easy = Uint8Array.from({ length: 400 }, (_, i) => (i % 4 === 0 ? 0 : 1));
    const hard = Uint8Array.from({ length: 400 }, (_, i) => (i % 4 < 2 ? 0 : 1));
    const front = trialsOf([hard, easy]);
    const { apart, rows, recommended, because } = subsetAdvice(made(close, 400, 0.3, 3), front, 100, seededRng(5))!;
    // d = 1/4; the difference is 1 on a quarter of the images, so s^2 = 1/4 3/4 400/399.
    expect(apart).toBe(Math.ceil((4 * (3 / 16) * (400 / 399)) / (1 / 16)));
    expect([recommended, because]).toEqual([apart, 'apart']);
    expect(rows.every(({ orderRight }) => orderRight! > 0.99)).toBe(true);
  });

  test('neighbours that are equally good are in order half of the time', () => {
    const front = made(new Array<number>(12).fill(0.8), 1000, 0.9, 4);
    const { rows } = subsetAdvice(made(close, 1000, 0.3, 3), front, 100, seededRng(5))!;
    expect(Math.abs(rows[0]!.orderRight! - 0.5)).toBeLessThan(0.1);
  });

  test('says nothing where all configurations answer alike', () => {
    const same = new Uint8Array(60).fill(1);
    expect(subsetAdvice(trialsOf([same, same, same]), [], 50, seededRng(1))).toBeNull();
  });
});
