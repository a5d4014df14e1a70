/** Refined trials in a front: small enough to check by hand. */
import { describe, expect, test } from 'vitest';
import type { FrontInput } from '../../../src/report/front/front.ts';
import { frontReport } from '../../../src/report/front/front-report.ts';
import { frontRecord } from '../../../src/report/front/json.ts';
import { pick } from '../../../src/report/front/pick.ts';
import { confirmDense, disturbedIn, mixed, seen } from '../fixture.ts';

/** Trial `number` refined to a drop, with the latency that it was confirmed with. */
function refined(input: FrontInput, number: number, drop: number): FrontInput {
  return {
    ...input,
    trials: input.trials.map(each =>
      each.trial === number
        ? { ...each, refined: seen((each.confirm ?? each.search).ratio, drop, confirmDense.accuracy) }
        : each,
    ),
  };
}

describe('a refined trial', () => {
  test('is reported and judged by its refined accuracy, on the confirm images, at the latency that was confirmed', () => {
    const report = frontReport(refined(mixed(true), 1, 0.012));
    const point = report.points.find(({ trial }) => trial === 1)!;
    expect(point).toMatchObject({ isRefined: true, confirmed: true, drop: 0.012 });
    expect(point.speedup).toBeCloseTo(1 / 0.55, 12);
    expect(point.judged).toMatchObject({ drop: 0.012, by: 'refined', images: confirmDense.images });
    expect(point.confirm!.drop).toBe(0.06);
    expect(point.search.drop).toBe(0.05);
    expect(frontRecord(report).points[0]).toMatchObject({ refined: { drop: 0.012 }, judged: { change: -0.012 } });
  });

  test('beats what lost less before it was refined, and is picked then', () => {
    // Trial 4 lost 0.004 at 0.88; trial 1 now loses as little at 0.55.
    const report = frontReport(refined(mixed(true), 1, 0.004));
    expect(report.points.map(({ trial }) => trial)).toEqual([1, 0]);
    expect(report.dominated.find(({ trial }) => trial === 4)?.dominatedBy).toBe(1);
    const rule = { kind: 'limits', drop: 0.01 } as const;
    expect(pick(report, rule)).toMatchObject({ state: 'picked', point: { trial: 1 } });
    expect(pick(frontReport(mixed(true)), rule)).not.toMatchObject({ point: { trial: 1 } });
  });

  test('is what it was in a report of the search', () => {
    const [plain, with1] = [frontReport(mixed()), frontReport(refined(mixed(), 1, 0.004))];
    const figures = (report: typeof plain) => report.points.map(({ trial, drop, speedup }) => [trial, drop, speedup]);
    expect(figures(with1)).toEqual(figures(plain));
    expect(with1.points.every(({ isRefined }) => !isRefined)).toBe(true);
  });

  test('with a latency that was disturbed is refined, and not confirmed', () => {
    const input = refined(mixed(true), 1, 0.012);
    const trials = input.trials.map(each => (each.trial === 1 ? disturbedIn(each, 'confirm') : each));
    const point = frontReport({ ...input, trials }).points.find(({ trial }) => trial === 1)!;
    expect(point).toMatchObject({ isRefined: true, confirmed: false, drop: 0.012 });
  });
});
