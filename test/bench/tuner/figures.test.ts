import { describe, expect, it } from 'vitest';
import { falsePrior } from '../../../bench/tuner/contenders.ts';
import { evaluationsTo, figure, figureTable, percentile95 } from '../../../bench/tuner/figures.ts';

const about = { problem: 'p', strategy: 's', evaluations: 10, metric: 'hypervolume' } as const;

describe('figures', () => {
  it('have the mean over seeds and its standard error', () => {
    const { mean, standardError, seeds } = figure(about, [1, 2, 3, 6]);
    expect([mean, seeds]).toEqual([3, 4]);
    expect(standardError).toBeCloseTo(Math.sqrt(14 / 3 / 4), 12);
    expect(figure(about, [5]).standardError).toBeNull();
  });

  it('count evaluations from one', () => {
    expect(evaluationsTo(0.5, [0.1, 0.5, 0.4])).toBe(2);
    expect(evaluationsTo(0.6, [0.1, 0.5, 0.4])).toBeNull();
  });

  it('take the 95th percentile by nearest rank', () => {
    expect(percentile95(Array.from({ length: 100 }, (_, i) => i + 1))).toBe(95);
    expect(percentile95([3])).toBe(3);
  });

  it('say that a mean is a lower bound', () => {
    expect(figureTable([{ ...figure(about, [10, 10]), notReached: 1 }])).toContain('>= 10.000');
  });
});

describe('a false prior', () => {
  it('is as long as the true one, 0 for dense, and wrong about the sign', () => {
    const prior = falsePrior({
      tables: [
        {
          dense: 1,
          changes: [
            [-0.4, -0.2, 0],
            [-0.1, 0],
          ],
          standardErrors: [
            [0, 0, 0],
            [0, 0],
          ],
        },
        null,
      ],
      losses: [
        [0.5, 0.1, 0],
        [0.9, 0],
      ],
    });
    expect(prior.tables[0]!.changes).toEqual(
      [
        [0.1, -0, -0],
        [0.4, -0],
      ].map(row => row.map(each => each)),
    );
    expect(prior.losses).toEqual([
      [0.9, 0, 0],
      [0.1, 0],
    ]);
  });
});
