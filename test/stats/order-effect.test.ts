import { expect, test } from 'vitest';
import { seededRng } from '../../src/random/rng.ts';
import { withoutOrder } from '../../src/stats/order-effect.ts';
import { sessionInterval } from '../../src/stats/session-interval.ts';

const mean = (values: readonly number[]): number => values.reduce((sum, each) => sum + each, 0) / values.length;
const geometric = (ratios: readonly number[]): number => Math.exp(mean(ratios.map(Math.log)));

test('drift that is the same between all blocks is taken out to the last digit', () => {
  const order = [true, false, false, true, true];
  // The second block of a session is 3 % slower, whichever model it times.
  const ratios = order.map(first => 0.8 * (first ? 1 / 1.03 : 1.03));
  const free = withoutOrder(ratios, order);
  for (const ratio of free.ratios) expect(ratio).toBeCloseTo(0.8, 12);
  expect(Math.exp(2 * free.effect)).toBeCloseTo(1.03 ** 2, 12);
  expect(geometric(ratios)).not.toBeCloseTo(0.8, 3);
});

test('the estimate is half-way between the means of either order', () => {
  const ratios = [0.81, 0.78, 0.83, 0.8, 0.79, 0.85, 0.9];
  const order = [true, false, true, true, false, true, false];
  const of = (which: boolean): number => mean(ratios.filter((_, k) => order[k] === which).map(Math.log));
  expect(Math.log(geometric(withoutOrder(ratios, order).ratios))).toBeCloseTo((of(true) + of(false)) / 2, 12);
  // Var = s^2 / 4 (1 / n+ + 1 / n-), against s^2 / n.
  expect(withoutOrder(ratios, order).inflation).toBeCloseTo((7 / 4) * (1 / 4 + 1 / 3), 12);
});

test('where all orders are the same, nothing is taken out', () => {
  expect(withoutOrder([0.9, 0.8], [true, true])).toEqual({ ratios: [0.9, 0.8], estimated: 0, inflation: 1, effect: 0 });
  expect(() => withoutOrder([0.9, 0.8], [true])).toThrow(RangeError);
});

test('turning candidate and reference round turns the ratios round', () => {
  const [ratios, order] = [
    [0.7, 0.8, 0.75, 0.71],
    [true, false, false, true],
  ];
  const { ratios: free } = withoutOrder(ratios, order);
  const { ratios: turned } = withoutOrder(
    ratios.map(each => 1 / each),
    order.map(each => !each),
  );
  for (const [k, ratio] of free.entries()) expect(1 / (turned[k] ?? 0)).toBeCloseTo(ratio, 12);
});

test('beside drift, intervals hold the truth as often as they say, and are narrower than without knowing the order', () => {
  const rng = seededRng(4);
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - rng.uniform())) * Math.cos(2 * Math.PI * rng.uniform());
  const runs = 2000;
  let held = 0;
  let narrower = 0;
  for (let run = 0; run < runs; run++) {
    const order = [true, false, true, false, rng.integer(2) === 0];
    const ratios = order.map(first => Math.exp((first ? -0.04 : 0.04) + 0.01 * normal()));
    const free = withoutOrder(ratios, order);
    const { interval, sampling } = sessionInterval(free.ratios, 0, 0, free);
    if (interval[0] <= 1 && 1 <= interval[1]) held++;
    if (sampling < sessionInterval(ratios, 0).sampling) narrower++;
  }
  // The prior is as the sessions are, so that 95 % is right: three standard errors of the count.
  expect(held / runs).toBeGreaterThan(0.935);
  expect(narrower / runs).toBeGreaterThan(0.99);
});
