import { describe, expect, it } from 'vitest';
import { seededRng } from '../../src/random/rng.ts';
import { bayesianStrategy } from '../../src/tuner/bayesian.ts';
import { isEligible } from '../../src/tuner/pareto/front.ts';
import { hypervolume } from '../../src/tuner/pareto/hypervolume.ts';
import type { TunerPrior } from '../../src/tuner/prior.ts';
import type { Configuration, Outcome, Problem } from '../../src/tuner/strategy.ts';
import { strategyContract } from './contract.ts';

strategyContract('bayesian', (problem, seed) => bayesianStrategy(problem, { seed }), 0.4);

const sites = 6;
const rungs = 8;
const problem: Problem = { ladderLengths: new Array<number>(sites).fill(rungs), objectives: 2 };
const share = (rung: number): number => 1 - rung / (rungs - 1);
const cost = (configuration: Configuration): number =>
  1 - configuration.reduce((sum, rung, i) => sum + (share(rung) * (i + 1)) / 40, 0);
const loss = (configuration: Configuration): number =>
  1 - Math.exp(-configuration.reduce((sum, rung, i) => sum + share(rung) ** 2 * (sites - i), 0) / 8);

function run(
  { problem: on, prior, failing }: { problem: Problem; prior?: TunerPrior; failing?: (c: Configuration) => boolean },
  count: number,
): Outcome[] {
  const strategy = bayesianStrategy(on, { seed: 4, prior, reference: [1.1, 1] });
  const rng = seededRng(4);
  const history: Outcome[] = [];
  while (history.length < count) {
    const configuration = strategy.ask(history, [], rng)!;
    const values = [cost(configuration), loss(configuration)];
    const feasible = (on.constraints ?? []).every(({ objective, max }) => values[objective]! <= max);
    history.push(
      failing?.(configuration)
        ? { state: 'failed', configuration }
        : { state: 'complete', configuration, values, standardErrors: [0, 0.001], feasible },
    );
  }
  return history;
}

const volume = (history: readonly Outcome[]): number =>
  hypervolume(
    history.filter(isEligible).map(({ values }) => values),
    [1.1, 1],
  );
const truePrior: TunerPrior = {
  tables: [
    {
      dense: 1,
      changes: problem.ladderLengths.map((length, i) => Array.from({ length }, (_, j) => (-share(j) * (i + 1)) / 40)),
      standardErrors: problem.ladderLengths.map(length => new Array<number>(length).fill(0)),
    },
    null,
  ],
  losses: problem.ladderLengths.map((length, i) => Array.from({ length }, (_, j) => share(j) ** 2 * (sites - i))),
};

describe('bayesian', () => {
  const without = volume(run({ problem }, 24));

  it('with a true prior has more of the front after as many trials than without one', () => {
    const informed = run({ problem, prior: truePrior }, 16);
    const uninformed = run({ problem }, 16);
    for (const count of [8, 12, 16])
      expect(volume(informed.slice(0, count))).toBeGreaterThan(volume(uninformed.slice(0, count)));
  });

  it('with a false prior ends no worse than without one, by more than a hundredth', () => {
    const [table] = truePrior.tables;
    const falsePrior: TunerPrior = {
      tables: [{ ...table!, changes: [...table!.changes].reverse().map(ladder => ladder.map(each => -each)) }, null],
      losses: [...truePrior.losses!].reverse(),
    };
    expect(volume(run({ problem, prior: falsePrior }, 24))).toBeGreaterThan(without - 0.01);
  });

  it('keeps to the limits on objectives once it knows them', () => {
    const limited = { ...problem, constraints: [{ objective: 1, max: 0.3 }] };
    const later = run({ problem: limited }, 24).slice(12);
    const kept = later.filter(each => each.state === 'complete' && each.values[1]! <= 0.3 + 1e-9);
    expect(kept.length).toBeGreaterThanOrEqual(later.length * 0.7);
  });

  it('learns where trials fail', () => {
    const failing = (configuration: Configuration): boolean => configuration[2]! < 3;
    const later = run({ problem, failing }, 28).slice(14);
    expect(later.filter(({ state }) => state === 'failed').length).toBeLessThanOrEqual(4);
  });
});
