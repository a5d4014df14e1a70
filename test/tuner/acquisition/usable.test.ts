import { expect, it } from 'vitest';
import { usability } from '../../../src/tuner/acquisition/usable.ts';
import type { Outcome } from '../../../src/tuner/strategy.ts';

const problem = { ladderLengths: [11, 11], objectives: 2 };
const measured = (configuration: number[]): Outcome => ({
  state: 'complete',
  configuration,
  values: [0, 0],
  standardErrors: [0, 0],
  feasible: true,
});

it('says nothing while nothing failed', () => {
  expect(usability(problem, [measured([1, 1])])).toBeNull();
});

it('falls towards failures and rises towards what was measured', () => {
  const history: Outcome[] = [];
  for (let a = 0; a < 11; a += 2)
    for (let b = 0; b < 11; b += 2) history.push(a < 4 ? { state: 'failed', configuration: [a, b] } : measured([a, b]));
  const log = usability(problem, history)!;
  const along = Array.from({ length: 11 }, (_, a) => Math.exp(log([a, 5])));
  along.forEach((p, a) => {
    expect(p).toBeGreaterThan(0);
    expect(p).toBeLessThanOrEqual(1);
    if (a > 0) expect(p).toBeGreaterThan(along[a - 1]!);
  });
  expect(along[0]!).toBeLessThan(0.35);
  expect(along[10]!).toBeGreaterThan(0.9);
});
