import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { editDistance, nearest } from '../../src/units/nearest.ts';

/** The same recurrence, written top-down. */
function slowDistance(a: string, b: string): number {
  if (a === '' || b === '') return a.length + b.length;
  const options = [
    slowDistance(a.slice(1), b) + 1,
    slowDistance(a, b.slice(1)) + 1,
    slowDistance(a.slice(1), b.slice(1)) + (a[0] === b[0] ? 0 : 1),
  ];
  if (a.length > 1 && b.length > 1 && a[0] === b[1] && a[1] === b[0])
    options.push(slowDistance(a.slice(2), b.slice(2)) + 1);
  return Math.min(...options);
}

describe('editDistance', () => {
  test('agrees with the recurrence written top-down', () => {
    const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 5 });
    fc.assert(fc.property(word, word, (a, b) => editDistance(a, b) === slowDistance(a, b)));
  });

  test('is 0 for equals and symmetric', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (a, b) => {
        expect(editDistance(a, a)).toBe(0);
        expect(editDistance(a, b)).toBe(editDistance(b, a));
      }),
    );
  });
});

describe('nearest', () => {
  const known = ['threads', 'provider', 'batchSize', 'rankGranularity'];
  test.each([
    ['thread', 'threads'],
    ['batch-size', 'batchSize'],
    ['batchsize', 'batchSize'],
    ['rankGranularty', 'rankGranularity'],
    ['provdier', 'provider'],
  ])('%s means %s', (typed, meant) => {
    expect(nearest(typed, known)).toBe(meant);
  });

  test('nothing is near to a word of its own', () => {
    expect(nearest('colour', known)).toBeNull();
    expect(nearest('x', ['ab'])).toBeNull();
  });
});
