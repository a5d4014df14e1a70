/** What every strategy promises, whatever it is. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { resumedRng, seededRng } from '../../src/random/rng.ts';
import type { Configuration, Outcome, Problem, Strategy } from '../../src/tuner/strategy.ts';
import { keyOf } from '../../src/tuner/taken.ts';

type Make = (problem: Problem, seed: number) => Strategy;

const problems = fc.record({
  ladderLengths: fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 4 }),
  objectives: fc.integer({ min: 1, max: 4 }),
});

/** Made-up values that depend on the configuration alone; every fifth one fails, every seventh is infeasible. */
export function outcomeOf(problem: Problem, configuration: Configuration): Outcome {
  const mix = configuration.reduce((sum, rung, site) => sum + rung * (3 * site + 1), 0);
  if (mix % 5 === 4) {
    return mix % 2
      ? { state: 'failed', configuration }
      : { state: 'pruned', configuration, values: [], standardErrors: [] };
  }
  const values = Array.from({ length: problem.objectives }, (_, k) => (k % 2 ? mix : -mix) + ((mix * (k + 3)) % 4));
  return { state: 'complete', configuration, values, standardErrors: values.map(() => 0), feasible: mix % 7 !== 6 };
}

/** @param share of the usual number of asks, for strategies that think longer */
export function strategyContract(name: string, make: Make, share = 1): void {
  const numRuns = 40 * share;
  const trials = 60 * share;
  describe(`${name} keeps the contract of strategies`, () => {
    test('visits every configuration of a small space once, then says null', () => {
      fc.assert(
        fc.property(problems, fc.nat(), (problem, seed) => {
          const size = problem.ladderLengths.reduce((a, b) => a * b, 1);
          const strategy = make(problem, seed);
          const rng = seededRng(seed);
          const history: Outcome[] = [];
          const visited = new Set<string>();
          for (let i = 0; i < size; i++) {
            const configuration = strategy.ask(history, [], rng);
            expect(configuration).not.toBeNull();
            expect(configuration).toHaveLength(problem.ladderLengths.length);
            configuration!.forEach((rung, site) => {
              expect(Number.isInteger(rung) && rung >= 0 && rung < problem.ladderLengths[site]!).toBe(true);
            });
            visited.add(keyOf(configuration!));
            history.push(outcomeOf(problem, configuration!));
          }
          expect(visited.size).toBe(size);
          expect(strategy.ask(history, [], rng)).toBeNull();
        }),
        { numRuns },
      );
    });

    test('proposes nothing that is pending, and null when all that is left is pending', () => {
      fc.assert(
        fc.property(problems, fc.nat(), (problem, seed) => {
          const size = problem.ladderLengths.reduce((a, b) => a * b, 1);
          const strategy = make(problem, seed);
          const rng = seededRng(seed);
          const pending: Configuration[] = [];
          for (let i = 0; i < size; i++) pending.push(strategy.ask([], pending, rng)!);
          expect(new Set(pending.map(keyOf)).size).toBe(size);
          expect(strategy.ask([], pending, rng)).toBeNull();
          const half = Math.floor(size / 2);
          const history = pending.slice(0, half).map(each => outcomeOf(problem, each));
          expect(strategy.ask(history, pending.slice(half), rng)).toBeNull();
        }),
        { numRuns },
      );
    });

    const large: Problem = { ladderLengths: Array.from({ length: 60 }, (_, i) => 4 + (i % 7)), objectives: 2 };

    test('a stop and a resume with the stored generator state change nothing', () => {
      const ask = (resumeEvery: number): Outcome[] => {
        let rng = seededRng(5);
        let strategy = make(large, 5);
        const history: Outcome[] = [];
        for (let i = 0; i < trials; i++) {
          if (i % resumeEvery === 0) {
            rng = resumedRng(JSON.parse(JSON.stringify(rng.state())) as number[]);
            strategy = make(large, 5);
          }
          history.push(outcomeOf(large, strategy.ask(structuredClone(history), [], rng)!));
        }
        return history;
      };
      expect(ask(7)).toEqual(ask(1000));
    });

    test('another seed, other proposals', () => {
      const run = (seed: number): string[] => {
        const strategy = make(large, seed);
        const rng = seededRng(seed);
        const history: Outcome[] = [];
        for (let i = 0; i < trials / 2; i++) history.push(outcomeOf(large, strategy.ask(history, [], rng)!));
        return history.map(each => keyOf(each.configuration));
      };
      expect(run(1)).not.toEqual(run(2));
    });

    test('leaves its arguments as they are', () => {
      const rng = seededRng(3);
      const strategy = make(large, 3);
      const freeze = <T extends object>(value: T): T => {
        for (const each of Object.values(value)) if (typeof each === 'object' && each !== null) freeze(each);
        return Object.freeze(value);
      };
      const history: Outcome[] = [];
      for (let i = 0; i < trials / 2; i++) {
        const configuration = strategy.ask(
          freeze([...history]),
          freeze([...history.slice(0, 2).map(h => h.configuration)]),
          rng,
        )!;
        history.push(outcomeOf(large, configuration));
      }
      expect(new Set(history.map(each => keyOf(each.configuration))).size).toBe(trials / 2);
    });

    test('accepts a history that others made, only failures, and configurations of another space', () => {
      const rng = seededRng(11);
      const strategy = make(large, 11);
      const failures: Outcome[] = Array.from({ length: 80 }, () => ({
        state: 'failed',
        configuration: large.ladderLengths.map(length => rng.integer(length)),
      }));
      expect(strategy.ask(failures, [], rng)).toHaveLength(60);
      const foreign: Outcome[] = [
        { state: 'failed', configuration: [1, 2] },
        outcomeOf(
          large,
          large.ladderLengths.map(() => 0),
        ),
        {
          state: 'complete',
          configuration: large.ladderLengths.map(() => 99),
          values: [-9e9, -9e9],
          standardErrors: [0, 0],
          feasible: true,
        },
        {
          state: 'complete',
          configuration: large.ladderLengths.map(() => 1),
          values: [Number.NaN, 1],
          standardErrors: [0, 0],
          feasible: true,
        },
      ];
      const history = [...failures, ...foreign];
      for (let i = 0; i < trials / 2; i++) {
        const configuration = strategy.ask(history, [], rng)!;
        configuration.forEach((rung, site) => {
          expect(rung).toBeLessThan(large.ladderLengths[site]!);
        });
        history.push(outcomeOf(large, configuration));
      }
    });
  });
}
