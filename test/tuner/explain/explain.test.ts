import { describe, expect, it } from 'vitest';
import { seededRng } from '../../../src/random/rng.ts';
import { type BayesianOptions, bayesianStrategy } from '../../../src/tuner/bayesian.ts';
import { explain } from '../../../src/tuner/explain/explain.ts';
import type { TunerPrior } from '../../../src/tuner/prior.ts';
import type { Configuration, Outcome, Problem } from '../../../src/tuner/strategy.ts';

const problem: Problem = { ladderLengths: [6, 6, 6, 6], objectives: 2 };
/** What each site saves and loses at the first rung; the second site matters most for one objective, the last for the other. */
const saves = [0.1, 0.4, 0.05, 0.02];
const loses = [0.1, 0.05, 0.1, 0.6];
const share = (rung: number): number => 1 - rung / 5;
const outcomeOf = (configuration: Configuration): Outcome => ({
  state: 'complete',
  configuration,
  values: [
    1 - configuration.reduce((sum, rung, i) => sum + saves[i]! * share(rung), 0),
    Math.sqrt(configuration.reduce((sum, rung, i) => sum + loses[i]! * share(rung) ** 2, 0)),
  ],
  standardErrors: [0, 0],
  feasible: true,
});
const table = (by: readonly number[], sign: number) =>
  problem.ladderLengths.map((length, i) => Array.from({ length }, (_, j) => sign * by[i]! * share(j) + 0));
const zeros = problem.ladderLengths.map(length => new Array<number>(length).fill(0));
const priorFrom = (changes: readonly number[]): TunerPrior => ({
  tables: [{ dense: 1, changes: table(changes, -1), standardErrors: zeros }, null],
  losses: problem.ladderLengths.map((length, i) => Array.from({ length }, (_, j) => loses[i]! * share(j) ** 2)),
});
const rng = seededRng(8);
const random: Outcome[] = Array.from({ length: 24 }, () => outcomeOf(problem.ladderLengths.map(n => rng.integer(n))));
const options: BayesianOptions = { seed: 3, reference: [1.1, 1], prior: priorFrom(saves) };

describe('explain', () => {
  it('names what the strategy would propose, from the same state of the generator, with pending trials too', () => {
    for (const pending of [
      [],
      [
        [5, 0, 5, 5],
        [5, 1, 5, 4],
      ],
    ]) {
      const { next } = explain(problem, options, random, pending, seededRng(5));
      expect(next!.configuration).toEqual(bayesianStrategy(problem, options).ask(random, pending, seededRng(5)));
      expect(next!.from).toBe('acquisition');
    }
  });

  it('expects of the proposal what then comes of it', () => {
    const { next } = explain(problem, options, random, [], seededRng(5));
    const outcome = outcomeOf(next!.configuration);
    next!.expected!.forEach(({ mean, sd }, k) => {
      expect(Math.abs(mean - (outcome.state === 'complete' ? outcome.values[k]! : NaN))).toBeLessThan(4 * sd + 1e-3);
    });
    expect(next!.probabilityOfEntry).toBeGreaterThan(0.2);
    expect(next!.expectedImprovement).toBeGreaterThan(0);
    expect(next!.probabilityOfUse).toBe(1);
    const different = next!.nearest!.configuration.filter((rung, i) => rung !== next!.configuration[i]);
    expect(different.length).toBeLessThan(4);
  });

  it('finds the sites that matter, and the changes that they bring', () => {
    const { objectives } = explain(problem, options, random, [], seededRng(5));
    const [latency, error] = objectives!.map(({ importance }) => importance);
    expect(latency!.map(({ share: each }) => each > 0.5)).toEqual([false, true, false, false]);
    expect(error!.map(({ share: each }) => each > 0.5)).toEqual([false, false, false, true]);
    saves.forEach((saved, i) => {
      expect(latency![i]!.effects[0]).toBeCloseTo(-saved, 1);
    });
    for (const { calibration } of objectives!) expect(calibration.inside).toBeGreaterThan(20);
  });

  it('says what each objective is foreseen from: the tables while they hold, something else once they do not', () => {
    const views = (prior: TunerPrior | null) =>
      explain(problem, { ...options, prior }, random, [], seededRng(5)).objectives!.map(({ view }) => view);
    expect(views(priorFrom(saves))).toEqual(['table', 'losses']);
    expect(views(priorFrom([0.02, 0.01, 0.3, 0.5]))[0]).not.toBe('table');
    for (const view of views(null)) expect(['ramp', 'even']).toContain(view);
  });

  it('has little to say before there are trials, and nothing to propose once all are made', () => {
    const first = explain(problem, options, [], [], seededRng(1));
    expect(first.objectives).toBeNull();
    expect(first.next).toMatchObject({ from: 'design', expected: null, expectedImprovement: null, nearest: null });
    const small: Problem = { ladderLengths: [2, 2], objectives: 2 };
    const all = [0, 1, 2, 3].map(
      (i): Outcome => ({
        state: 'complete',
        configuration: [i % 2, i >> 1],
        values: [i, 3 - i],
        standardErrors: [0, 0],
        feasible: true,
      }),
    );
    const last = explain(small, { seed: 1 }, all, [], seededRng(1));
    expect(last.next).toBeNull();
    expect(last.objectives).toHaveLength(2);
  });
});
