import { expect, test } from 'vitest';
import { referencePoint } from '../../../src/objectives/objectives.ts';
import { seededRng } from '../../../src/random/rng.ts';
import type { FrontReport } from '../../../src/report/front/front.ts';
import { frontReport } from '../../../src/report/front/front-report.ts';
import { holding } from '../../../src/report/transfer/holding.ts';
import { disturbedIn, study } from '../fixture.ts';

/** Trials as [ratio, drop], each with a configuration of its own by its place. */
function reportOf(
  trials: readonly (readonly [ratio: number, drop: number])[],
  numbers = trials.map((_, at) => at + 1),
) {
  const input = study(
    trials.map(([ratio, drop], at) => [numbers[at] ?? 0, [ratio, drop], [ratio, drop]]),
    true,
  );
  return {
    ...input,
    trials: input.trials.map((trial, at) => ({
      ...trial,
      configuration: { conv1: { method: 'spatial' as const, rank: at + 1 } },
    })),
  };
}

const report = (...given: Parameters<typeof reportOf>): FrontReport => frontReport(reportOf(...given));

/** All pairs, counted one by one (no ties). */
function slowTau(x: readonly number[], y: readonly number[]): number {
  let [alike, all] = [0, 0];
  for (let i = 0; i < x.length; i++)
    for (let j = i + 1; j < x.length; j++) {
      all++;
      alike += (x[i] ?? 0) < (x[j] ?? 0) === (y[i] ?? 0) < (y[j] ?? 0) ? 1 : -1;
    }
  return alike / all;
}

/** The share of random points of the box that some point of the front dominates. */
function slowVolume(
  points: readonly (readonly [number, number])[],
  [rx = 0, ry = 0]: readonly number[],
  draws: number,
) {
  const rng = seededRng(3);
  let hits = 0;
  for (let i = 0; i < draws; i++) {
    const [u, v] = [rx * rng.uniform(), ry * rng.uniform()];
    if (points.some(([x, y]) => x <= u && y <= v)) hits++;
  }
  return (rx * ry * hits) / draws;
}

const there = [
  [0.4, 0.05],
  [0.6, 0.02],
  [0.75, 0.01],
  [0.9, 0.002],
] as const;
const here = [
  [0.7, 0.05],
  [0.65, 0.02],
  [1.2, 0.01],
  [1.0, 0.002],
] as const;

test('hypervolumes against the share of random points that are dominated, and verdicts', () => {
  const own = [
    [0.5, 0.03],
    [0.8, 0.004],
  ] as const;
  const { ranked, volume, members } = holding(report(there), report(here, [5, 6, 7, 8]), report(own));
  expect(ranked).toBe(5);
  const reference = referencePoint(['latency', 'top1']);
  const error = 1 - 0.8;
  const placed = (points: readonly (readonly [number, number])[]): [number, number][] => [
    [1, error],
    ...points.map(([ratio, drop]): [number, number] => [ratio, error + drop]),
  ];
  const draws = 400_000;
  expect(volume?.transferred).toBeCloseTo(slowVolume(placed(here), reference, draws), 2);
  expect(volume?.own).toBeCloseTo(slowVolume(placed(own), reference, draws), 2);
  expect(volume?.dense).toBeCloseTo((1.1 - 1) * (1 - error), 12);
  expect(volume?.loss).toBeCloseTo((volume?.own ?? 0) - (volume?.transferred ?? 0), 12);
  expect(members.map(({ verdict }) => verdict)).toEqual(['beaten', 'keep', 'slower', 'no-faster']);
  expect(members[0]?.here?.dominatedBy).toBe(6);
});

test('tau against the pairs counted one by one', () => {
  const ratios = [0.71, 0.64, 1.21, 0.97];
  const moved = report(
    ratios.map((ratio, at) => [ratio, there[at]?.[1] ?? 0] as const),
    [5, 6, 7, 8],
  );
  expect(holding(report(there), moved, null).tau).toBeCloseTo(slowTau([1, 0.4, 0.6, 0.75, 0.9], [1, ...ratios]), 12);
});

test('the same device keeps everything, in the same order', () => {
  const { tau, volume, members, tauInterval } = holding(report(there), report(there), report(there));
  expect(tau).toBe(1);
  // Nothing changes places, which does not say how rarely something would.
  expect(tauInterval).toBeNull();
  expect(volume).toMatchObject({ loss: 0, kept: 1 });
  expect(members.every(({ verdict }) => verdict === 'keep')).toBe(true);
});

test('what was not timed or is disturbed is not ranked, and nothing is said of a volume without it', () => {
  const some = reportOf(here.slice(0, 2), [5, 6]);
  const found = holding(report(there), frontReport(some), null);
  expect(found.ranked).toBe(3);
  expect(found.volume).toBeNull();
  expect(found.members.map(({ verdict }) => verdict)).toEqual(['beaten', 'keep', 'not-measured', 'not-measured']);
  const busy = frontReport({ ...some, trials: some.trials.map(trial => disturbedIn(trial, 'search', 'confirm')) });
  const unknown = holding(report(there), busy, report(here));
  expect(unknown).toMatchObject({ ranked: 1, tau: null, volume: null });
  expect(unknown.members.slice(0, 2).map(({ verdict }) => verdict)).toEqual(['not-known', 'not-known']);
});
