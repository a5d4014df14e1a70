import { describe, expect, it } from 'vitest';
import { seededRng } from '../../../src/random/rng.ts';
import { type Contest, contest, winnerOf } from '../../../src/tuner/gp/contest.ts';
import { evenInputs, tabledInputs } from '../../../src/tuner/gp/inputs.ts';
import { condition, predict } from '../../../src/tuner/gp/process.ts';
import type { Configuration } from '../../../src/tuner/strategy.ts';

const rng = seededRng(3);
const ladders = Array.from({ length: 8 }, () =>
  Array.from({ length: 6 }, (_, j) => (j === 5 ? 0 : (5 - j) * rng.uniform())),
);
const configurations = Array.from({ length: 60 }, () => ladders.map(ladder => rng.integer(ladder.length)));
const truth = (configuration: Configuration): number =>
  configuration.reduce((sum, rung, i) => sum + ladders[i]![rung]!, 0);
const values = configurations.map(each => truth(each) + 0.05 * rng.uniform());
const observations = { configurations, values, standardErrors: values.map(() => 0.02) };
const options = { warm: null, open: true, draws: 1, maxSteps: 60 };
const even = evenInputs(ladders.map(ladder => ladder.length));

describe('contest', () => {
  it('keeps to a table that is true', () => {
    const table = tabledInputs(ladders, 'linear', 0.2)!;
    expect(contest([table, even], observations, options, seededRng(1)).winner).toBe(0);
  });

  it('foresees nearly as well with a false table as with none', () => {
    const turned = ladders.map((_, i) =>
      ladders[(i + 3) % 8]!.map((each, j) => (i % 2 ? each : j === 5 ? 0 : 4 - each)),
    );
    const table = tabledInputs(turned, 'linear', 0.2)!;
    const error = (found: Contest): number => {
      const process = condition(winnerOf(found), observations);
      const fresh = seededRng(9);
      const squares = Array.from({ length: 200 }, () => {
        const configuration = ladders.map(ladder => fresh.integer(ladder.length));
        return (predict(process, configuration).mean - truth(configuration)) ** 2;
      });
      return Math.sqrt(squares.reduce((sum, each) => sum + each, 0) / 200);
    };
    const misled = contest([table, even], observations, options, seededRng(1));
    expect(misled.fits.every(each => each !== null)).toBe(true);
    expect(error(misled)).toBeLessThan(1.2 * error(contest([even], observations, options, seededRng(1))));
  });

  it('between milestones fits the winner alone', () => {
    const table = tabledInputs(ladders, 'linear', 0.2)!;
    const warm = contest([table, even], observations, options, seededRng(1));
    const { fits, winner } = contest([table, even], observations, { ...options, warm, open: false }, seededRng(2));
    expect(winner).toBe(0);
    expect(fits[1]).toBeNull();
  });
});
