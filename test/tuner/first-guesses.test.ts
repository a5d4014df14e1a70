import fc from 'fast-check';
import { expect, test } from 'vitest';
import { firstGuesses, priorFront } from '../../src/tuner/first-guesses.ts';
import { dominates } from '../../src/tuner/pareto/dominance.ts';
import { configurationAt } from '../../src/tuner/taken.ts';

/** Two to four sites of one to four rungs and dense, which costs most and loses nothing; whole numbers keep sums exact. */
const tables = fc.array(
  fc
    .array(fc.tuple(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 1, max: 30 })), { maxLength: 4 })
    .map(rungs => [...rungs, [31, 0] as [number, number]]),
  { minLength: 2, maxLength: 4 },
);

test('each is on the true front of the sums, cheaper from one to the next', () => {
  fc.assert(
    fc.property(tables, fc.integer({ min: 1, max: 20 }), (table, count) => {
      const sum = (configuration: readonly number[]): [number, number] => [
        configuration.reduce((total, rung, site) => total + table[site]![rung]![0], 0),
        configuration.reduce((total, rung, site) => total + table[site]![rung]![1], 0),
      ];
      const problem = { ladderLengths: table.map(ladder => ladder.length), objectives: 2 };
      const size = problem.ladderLengths.reduce((a, b) => a * b, 1);
      const all = Array.from({ length: size }, (_, i) => sum(configurationAt(problem, i)));
      const guesses = firstGuesses(
        table.map(ladder => ladder.map(([cost]) => cost)),
        table.map(ladder => ladder.map(([, loss]) => loss)),
        count,
      ).map(sum);
      expect(guesses.length).toBeLessThanOrEqual(count);
      guesses.forEach((guess, i) => {
        expect(all.some(other => dominates(other, guess))).toBe(false);
        if (i > 0) expect(guess[0]).toBeLessThan(guesses[i - 1]![0]);
      });
      const least = Math.min(...all.map(([cost]) => cost));
      if (least < 31 * table.length) expect(guesses.at(-1)![0]).toBe(least);
    }),
  );
});

test('the last saves all that can be saved, and they are spread over the savings', () => {
  const ladder = [1, 2, 3, 4, 5, 6];
  const costs = Array.from({ length: 10 }, () => ladder);
  const losses = costs.map((_, site) => ladder.map(cost => (1 + site) * (6 - cost) ** 2));
  const totals = firstGuesses(costs, losses, 5).map(each => each.reduce((sum, rung) => sum + ladder[rung]!, 0));
  expect(totals).toEqual([50, 40, 30, 20, 10]);
});

test('where nothing can be saved there is nothing to guess', () => {
  expect(firstGuesses([[5], [7, 7]], [[0], [3, 0]], 4)).toEqual([]);
});

test('with two tables the front of a prior holds guesses of both, each once, and with one it is that of the one', () => {
  const ladders = [3, 3];
  const table = (changes: number[][]) => ({
    dense: 1,
    changes,
    standardErrors: changes.map(each => each.map(() => 0)),
  });
  const fast = [
    [-4, -2, 0],
    [-0.1, -0.05, 0],
  ];
  const small = [
    [-0.1, -0.05, 0],
    [-4, -2, 0],
  ];
  const losses = [
    [4, 1, 0],
    [4, 1, 0],
  ];
  const problem = { ladderLengths: ladders, objectives: 3 };
  const one = priorFront(problem, { tables: [table(fast), null], losses }, 8);
  expect(one).toEqual(firstGuesses(fast, losses, 8));
  const both = priorFront(problem, { tables: [table(fast), null, table(small)], losses }, 8);
  expect(new Set(both.map(String)).size).toBe(both.length);
  for (const each of [...one, ...firstGuesses(small, losses, 8)]) expect(both).toContainEqual(each);
  const two = priorFront(problem, { tables: [table(fast), null, table(small)], losses }, 2);
  expect(two).toHaveLength(2);
  expect(two.at(-1)).toEqual([0, 0]);
});
