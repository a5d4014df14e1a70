import { expect, test } from 'vitest';
import { UserError } from '../../src/errors/user-error.ts';
import { createStrategy, strategyNames } from '../../src/tuner/strategies.ts';

const problem = { ladderLengths: [3, 4], objectives: 2 };

test('every name makes the strategy of that name', () => {
  expect(strategyNames.length).toBeGreaterThan(0);
  for (const name of strategyNames) expect(createStrategy(name, problem, { seed: 1 }).name).toBe(name);
});

test.each(['rnadom', 'RANDOM'])('%s is told what was meant', name => {
  expect(() => createStrategy(name, problem, { seed: 1 })).toThrow(UserError);
  expect(() => createStrategy(name, problem, { seed: 1 })).toThrow('Did you mean "random"?');
});

test.each(['annealing', '', 'toString', '__proto__'])('%j is refused with the list of names', name => {
  expect(() => createStrategy(name, problem, { seed: 1 })).toThrow(`expected one of ${strategyNames.join(', ')}`);
});
