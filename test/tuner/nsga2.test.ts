import { describe, expect, test } from 'vitest';
import { seededRng } from '../../src/random/rng.ts';
import { firstGuesses } from '../../src/tuner/first-guesses.ts';
import { nsga2Strategy, populationFor, survivors } from '../../src/tuner/nsga2.ts';
import { randomStrategy } from '../../src/tuner/random.ts';
import { sobolStrategy } from '../../src/tuner/sobol.ts';
import type { Configuration, Outcome, Strategy } from '../../src/tuner/strategy.ts';
import { blended, mutated, nearLevel, uniformLevels } from '../../src/tuner/variation.ts';
import { strategyContract } from './contract.ts';
import { runStudy, type Synthetic, syntheticNetwork, trueHypervolume } from './synthetic.ts';

strategyContract('nsga2', problem => nsga2Strategy(problem));
strategyContract('nsga2 with first guesses', problem =>
  nsga2Strategy(problem, { population: 4, firstGuesses: [problem.ladderLengths.map(() => 0), [9, 9]] }),
);

const problem = { ladderLengths: [5, 9, 1, 3], objectives: 2 };

describe('first proposals', () => {
  test('dense, then every site at the same share of its ladder, down to the lowest', () => {
    const levels = uniformLevels(problem);
    expect(levels).toHaveLength(9);
    expect(levels[0]).toEqual([4, 8, 0, 2]);
    expect(levels[4]).toEqual([2, 4, 0, 1]);
    expect(levels.at(-1)).toEqual([0, 0, 0, 0]);
  });

  test('first guesses come before the levels, and those that do not fit are passed over', () => {
    const strategy = nsga2Strategy(problem, {
      firstGuesses: [
        [1, 2, 3, 4],
        [1, 2, 0, 1],
        [0, 8, 0, 0],
      ],
    });
    const rng = seededRng(1);
    const pending: Configuration[] = [];
    for (let i = 0; i < 4; i++) pending.push(strategy.ask([], pending, rng)!);
    expect(pending).toEqual([[1, 2, 0, 1], [0, 8, 0, 0], ...uniformLevels(problem).slice(0, 2)]);
  });

  test('the population grows with the sites from 24 to 50', () => {
    expect([1, 20, 48, 60, 100, 400].map(populationFor)).toEqual([24, 24, 24, 30, 50, 50]);
  });
});

describe('survivors', () => {
  const complete = (configuration: Configuration, values: readonly number[], feasible = true): Outcome => ({
    state: 'complete',
    configuration,
    values,
    standardErrors: [0, 0],
    feasible,
  });

  test('feasible before infeasible, then by rank, then by crowding; failed and unfinished ones never', () => {
    const history: Outcome[] = [
      complete([0, 0, 0, 0], [0, 0], false),
      { state: 'failed', configuration: [1, 0, 0, 0] },
      complete([2, 0, 0, 0], [9, 9]),
      complete([3, 0, 0, 0], [1, 5]),
      complete([0, 1, 0, 0], [2, 3.9]),
      complete([0, 2, 0, 0], [3, 3]),
      complete([0, 3, 0, 0], [5, 1]),
      complete([0, 4, 0, 0], [Number.NaN, 0]),
    ];
    const best = survivors(problem, history, 10);
    expect(best.map(each => each.rank)).toEqual([0, 0, 0, 0, 1, 2]);
    expect(best.slice(0, 2).map(each => each.configuration)).toEqual([
      [3, 0, 0, 0],
      [0, 3, 0, 0],
    ]);
    // Of the two in the middle, [3, 3] has the greater gap: 3/4 + 2.9/4 against 2/4 + 2/4.
    expect(best[2]!.configuration).toEqual([0, 2, 0, 0]);
    expect(best[4]!.configuration).toEqual([2, 0, 0, 0]);
    expect(best[5]!.configuration).toEqual([0, 0, 0, 0]);
    expect(survivors(problem, history, 3)).toEqual(best.slice(0, 3));
  });
});

describe('variation', () => {
  test('stays on the ladders, agrees where the parents agree, reaches a quarter beyond them', () => {
    const wide = { ladderLengths: [41, 41, 1, 9], objectives: 2 };
    const rng = seededRng(8);
    const rungs = Array.from({ length: 2000 }, () => blended(wide, [10, 7, 0, 8], [30, 7, 0, 0], rng));
    expect(rungs.every(child => child[1] === 7 && child[2] === 0 && child[3]! >= 0 && child[3]! <= 8)).toBe(true);
    expect(Math.min(...rungs.map(child => child[0]!))).toBe(5);
    expect(Math.max(...rungs.map(child => child[0]!))).toBe(35);
  });

  test('changes the expected number of sites, mostly by one step', () => {
    const ladderLengths = Array.from({ length: 50 }, (_, i) => (i < 10 ? 1 : 21));
    const rng = seededRng(8);
    const parent = ladderLengths.map(length => (length - 1) / 2);
    const changes = Array.from({ length: 2000 }, () => {
      const child = mutated({ ladderLengths, objectives: 2 }, parent, 4, rng);
      return child.map((rung, site) => rung - parent[site]!).filter(step => step !== 0);
    });
    const mean = changes.reduce((sum, each) => sum + each.length, 0) / changes.length;
    // A reset stays where it was once in 21 times; the standard error of the mean is 0.04.
    expect(Math.abs(mean - 4 * (1 - 0.2 / 21))).toBeLessThan(0.2);
    const steps = changes.flat();
    expect(steps.filter(step => Math.abs(step) === 1).length / steps.length).toBeGreaterThan(0.75);
  });

  test('a draw near a level keeps to the ladders and spans them', () => {
    const rng = seededRng(8);
    const draws = Array.from({ length: 500 }, () => nearLevel(problem, rng));
    problem.ladderLengths.forEach((length, site) => {
      expect(new Set(draws.map(each => each[site]))).toEqual(new Set(Array.from({ length }, (_, rung) => rung)));
    });
  });
});

/** A one-sided sign-flip bound: the mean of the paired differences over its standard error, Student's t. */
function tStatistic(differences: readonly number[]): number {
  const n = differences.length;
  const mean = differences.reduce((a, b) => a + b, 0) / n;
  const variance = differences.reduce((sum, each) => sum + (each - mean) ** 2, 0) / (n - 1);
  return mean / Math.sqrt(variance / n);
}

describe('a hundred trials on made-up networks', () => {
  const seeds = Array.from({ length: 10 }, (_, seed) => seed);
  const volumes = (make: (network: Synthetic, seed: number) => Strategy, sites: number): number[] =>
    seeds.map(seed => {
      const network = syntheticNetwork(sites, 200 + seed);
      return trueHypervolume(network, runStudy(network, make(network, seed), 100, seed));
    });

  test.each([20, 60])('beat random, Sobol and the uniform levels alone at %i sites', sites => {
    const nsga2 = volumes(network => nsga2Strategy(network.problem), sites);
    const others = {
      random: volumes(network => randomStrategy(network.problem), sites),
      sobol: volumes((network, seed) => sobolStrategy(network.problem, seed), sites),
      levels: seeds.map(seed => {
        const network = syntheticNetwork(sites, 200 + seed);
        const count = uniformLevels(network.problem).length;
        return trueHypervolume(network, runStudy(network, nsga2Strategy(network.problem), count, seed));
      }),
    };
    // 4.3 is the 99.9 % quantile of Student's t at 9 degrees of freedom.
    for (const other of Object.values(others)) {
      expect(tStatistic(nsga2.map((volume, i) => volume - other[i]!))).toBeGreaterThan(4.3);
    }
  });

  test('first guesses from costs and losses that are off by a factor of two help', () => {
    const informed = volumes((network, seed) => {
      const rng = seededRng(seed + 77);
      const wrong = (): number => Math.exp(Math.LN2 * (2 * rng.uniform() - 1));
      const { costs, losses } = network;
      const guesses = firstGuesses(
        costs.map(ladder => scaledBy(ladder, wrong())),
        losses.map(ladder => scaledBy(ladder, wrong())),
        12,
      );
      return nsga2Strategy(network.problem, { firstGuesses: guesses });
    }, 40);
    const blind = volumes(network => nsga2Strategy(network.problem), 40);
    expect(tStatistic(informed.map((volume, i) => volume - blind[i]!))).toBeGreaterThan(4.3);
  });
});

const scaledBy = (values: readonly number[], factor: number): number[] => values.map(value => value * factor);
