import { expect, test } from 'vitest';
import { betaBinomial } from '../../src/stats/beta-binomial.ts';

/** The binomial probability averaged over Beta(a, b), by the midpoint rule in p = sin²(t), which takes the ends' poles away. */
function byQuadrature(m: number, a: number, b: number, k: number): number {
  const steps = 4000;
  let choose = 1;
  for (let i = 0; i < k; i++) choose *= (m - i) / (i + 1);
  let [hit, all] = [0, 0];
  for (let i = 0; i < steps; i++) {
    const p = Math.sin(((i + 0.5) / steps) * (Math.PI / 2)) ** 2;
    const density = p ** (a - 0.5) * (1 - p) ** (b - 0.5);
    all += density;
    hit += density * choose * p ** k * (1 - p) ** (m - k);
  }
  return hit / all;
}

test('is the binomial averaged over its rate', () => {
  for (const [m, a, b] of [
    [7, 0.5, 0.5],
    [30, 3.5, 8.5],
    [12, 0.5, 20.5],
  ] as const) {
    betaBinomial(m, a, b).forEach((p, k) => {
      expect(p).toBeCloseTo(byQuadrature(m, a, b, k), 10);
    });
  }
});

test('a uniform rate makes every count as likely, and no draw leaves one', () => {
  expect([...betaBinomial(4, 1, 1)].every(p => Math.abs(p - 0.2) < 1e-14)).toBe(true);
  expect([...betaBinomial(0, 0.5, 0.5)]).toEqual([1]);
});

test('fifty thousand draws neither overflow nor lose the mean', () => {
  const p = betaBinomial(50_000, 900.5, 100.5);
  const mean = p.reduce((sum, each, k) => sum + each * k, 0);
  expect(mean / ((50_000 * 900.5) / 1001)).toBeCloseTo(1, 9);
});
