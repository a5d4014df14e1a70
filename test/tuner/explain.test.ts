import { expect, test } from 'vitest';
import { seededRng } from '../../src/random/rng.ts';
import { distribution } from '../../src/tuner/acquisition/normal.ts';
import { beliefsAfter, outlookOf } from '../../src/tuner/explain.ts';
import type { Outcome, Problem } from '../../src/tuner/strategy.ts';

const problem: Problem = { ladderLengths: [4, 4, 4, 4], objectives: 2 };
/** What a step down of each site saves and costs. */
const saves = [0.12, 0.06, 0.03, 0];
const costs = [0, 0.02, 0.04, 0.08];

function historyOf(trials: number, noise: number): Outcome[] {
  const rng = seededRng(4);
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - rng.uniform())) * Math.cos(2 * Math.PI * rng.uniform());
  return Array.from({ length: trials }, () => {
    const configuration = problem.ladderLengths.map(length => rng.integer(length));
    const sum = (weights: readonly number[]): number =>
      configuration.reduce((total, rung, site) => total + weights[site]! * (3 - rung), 0);
    return {
      state: 'complete',
      configuration,
      values: [1 - sum(saves) + noise * normal(), 0.1 + sum(costs) + noise * normal()],
      standardErrors: [noise, noise],
      feasible: true,
    };
  });
}

const dense = [3, 3, 3, 3];

test('importance is what a site moves each objective, from one end of its ladder to the other', () => {
  const beliefs = beliefsAfter(problem, { seed: 1 }, historyOf(40, 0.001), [dense, [2, 1, 3, 3]])!;
  for (const [k, weights] of [saves, costs].entries())
    for (const [site, weight] of weights.entries())
      expect(Math.abs(beliefs.importance[k]![site]! - 3 * weight)).toBeLessThan(0.02);
  const [ratio, error] = beliefs.predict([0, 3, 3, 0]);
  expect(ratio!.mean).toBeCloseTo(1 - 0.36, 1);
  expect(error!.mean).toBeCloseTo(0.1 + 0.24, 1);
});

test('with noise of the size that is told, about 95 % of the trials lie in the interval of the others', () => {
  const beliefs = beliefsAfter(problem, { seed: 1 }, historyOf(45, 0.02), [dense])!;
  for (const { within95, rmse, spread, trials } of beliefs.calibration) {
    expect(trials).toBe(45);
    expect(within95).toBeGreaterThan(0.85);
    expect(rmse).toBeGreaterThan(0.015);
    expect(rmse).toBeLessThan(0.04);
    expect(spread).toBeGreaterThan(2 * rmse);
  }
});

test('a table foretells its objective while it holds, and something else does once it does not', () => {
  const table = (weights: readonly number[]) => ({
    dense: 1,
    changes: weights.map(weight => [0, 1, 2, 3].map(rung => -weight * (3 - rung) + 0)),
    standardErrors: weights.map(() => [0, 0, 0, 0]),
  });
  // No ramp: the middle rungs of each site change the order.
  const jumps = [0, 3, 1, 0];
  const history = historyOf(32, 0.002).map((each): Outcome => {
    if (each.state !== 'complete') return each;
    const ratio = each.configuration.reduce((sum, rung, site) => sum - saves[site]! * jumps[rung]!, 1);
    return { ...each, values: [ratio, each.values[1]!] };
  });
  const jumping = { ...table(saves), changes: saves.map(weight => jumps.map(jump => -weight * jump + 0)) };
  const losses = costs.map(cost => [3, 2, 1, 0].map(steps => (cost * steps) ** 2));
  const by = (changes: readonly (readonly number[])[]) =>
    beliefsAfter(problem, { seed: 1, prior: { tables: [{ ...jumping, changes }, null], losses } }, history, [
      dense,
    ])!.calibration.map(each => each.by);
  expect(by(jumping.changes)[0]).toBe('table');
  expect(by([...jumping.changes].reverse().map(ladder => [...ladder].reverse()))[0]).not.toBe('table');
  const without = beliefsAfter(problem, { seed: 1 }, history, [dense])!;
  for (const each of without.calibration) expect(['ramps', 'places']).toContain(each.by);
});

test('too short a history says nothing', () => {
  expect(beliefsAfter(problem, { seed: 1 }, historyOf(1, 0), [dense])).toBeNull();
});

test('the outlook is that of independent normal values, in closed form for one member', () => {
  const prediction = [
    { mean: 0.8, sd: 0.1 },
    { mean: 0.3, sd: 0.2 },
  ];
  const [a, b] = [0.75, 0.2];
  const { entersFront, feasible } = outlookOf(prediction, [[a, b]], [1.1, 1], []);
  const worse = (1 - distribution((a - 0.8) / 0.1)) * (1 - distribution((b - 0.3) / 0.2));
  expect(Math.abs(entersFront - (1 - worse))).toBeLessThan(0.03);
  expect(feasible).toBe(1);
  const limited = outlookOf(prediction, [], [1.1, 1], [{ objective: 0, max: 0.8 }]);
  expect(Math.abs(limited.feasible - 0.5)).toBeLessThan(0.03);
  expect(limited.entersFront).toBe(limited.feasible);
  const sure = outlookOf(
    [
      { mean: 0.6, sd: 0 },
      { mean: 0.5, sd: 0 },
    ],
    [],
    [1.1, 1],
    [],
  );
  expect(sure.improvement).toBeCloseTo(0.5 * 0.5, 10);
});
