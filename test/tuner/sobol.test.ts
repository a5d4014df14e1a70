import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { seededRng } from '../../src/random/rng.ts';
import { sobolStrategy } from '../../src/tuner/sobol.ts';
import { directionNumbers } from '../../src/tuner/sobol-directions.ts';
import { owenScramble, sobolDimensions, sobolSequence } from '../../src/tuner/sobol-sequence.ts';
import type { Outcome } from '../../src/tuner/strategy.ts';
import { outcomeOf, strategyContract } from './contract.ts';

strategyContract('sobol', (problem, seed) => sobolStrategy(problem, seed));

function points(dimensions: number, count: number, seed: number | null): number[][] {
  const sequence = sobolSequence(dimensions, seed);
  return Array.from({ length: count }, () => [...sequence.next()]);
}

describe('direction numbers', () => {
  const rows = directionNumbers.split(',').map(row => row.trim().split(/\s+/).map(Number));

  test('one row per dimension: a primitive polynomial each, in ascending order, and odd m_i < 2^i', () => {
    expect(rows).toHaveLength(sobolDimensions - 1);
    const polynomials = rows.map(([s, a]) => (1 << s!) | (a! << 1) | 1);
    expect(polynomials).toEqual([...new Set(polynomials)].sort((a, b) => a - b));
    for (const [s, a, ...m] of rows) {
      expect(m).toHaveLength(s!);
      m.forEach((value, i) => {
        expect(value % 2).toBe(1);
        expect(value).toBeLessThan(2 ** (i + 1));
      });
      expect(orderOfX((1 << s!) | (a! << 1) | 1, s!)).toBe(2 ** s! - 1);
    }
  });

  /** The multiplicative order of x modulo a polynomial over GF(2): 2^s - 1 exactly when it is primitive. */
  function orderOfX(polynomial: number, s: number): number {
    let power = s === 1 ? 1 : 2;
    let order = 1;
    while (power !== 1) {
      power <<= 1;
      if (power >> s) power ^= polynomial;
      order++;
    }
    return order;
  }
});

describe('the sequence', () => {
  // scipy 1.17, stats.qmc.Sobol(161, scramble=False, bits=32), times 2^32.
  test.each([
    [1, [2147483648, 2147483648, 2147483648, 2147483648, 2147483648, 2147483648, 2147483648]],
    [2, [3221225472, 1073741824, 1073741824, 3221225472, 1073741824, 3221225472, 3221225472]],
    [3, [1073741824, 3221225472, 3221225472, 1073741824, 3221225472, 1073741824, 1073741824]],
    [5, [3758096384, 3758096384, 536870912, 1610612736, 1610612736, 1610612736, 3758096384]],
    [77, [3590324224, 3590324224, 33554432, 2785017856, 3523215360, 3724541952, 2717908992]],
    [127, [33554432, 2852126720, 2382364672, 301989888, 2382364672, 1509949440, 503316480]],
  ])('point %i without scramble agrees with an independent library', (index, expected) => {
    const point = points(161, index + 1, null).at(-1)!;
    expect([0, 1, 2, 7, 40, 99, 160].map(j => point[j])).toEqual(expected);
  });

  test.each([null, 1, 2, -7])('each dimension of 2^k points has one in each interval of length 2^-k, seed %s', seed => {
    for (const k of [3, 7]) {
      const all = points(sobolDimensions, 2 ** k, seed);
      for (let j = 0; j < sobolDimensions; j++) {
        const cells = new Set(all.map(point => Math.floor(point[j]! / 2 ** (32 - k))));
        expect(cells.size).toBe(2 ** k);
      }
    }
  });

  test.each([null, 3])(
    'the first two dimensions are a (0, k, 2) net: every elementary box holds one point, seed %s',
    seed => {
      const k = 6;
      const all = points(2, 2 ** k, seed);
      for (let a = 0; a <= k; a++) {
        const boxes = new Set(
          all.map(point => `${Math.floor(point[0]! / 2 ** (32 - a))} ${Math.floor(point[1]! / 2 ** (32 - (k - a)))}`),
        );
        expect(boxes.size).toBe(2 ** k);
      }
    },
  );

  test('dimensions without direction numbers are uniform and unlike each other', () => {
    const all = points(sobolDimensions + 3, 1024, 9);
    for (let j = sobolDimensions; j < sobolDimensions + 3; j++) {
      const mean = all.reduce((sum, point) => sum + point[j]! / 2 ** 32, 0) / all.length;
      // The mean of 1024 uniform numbers has standard deviation 0.009.
      expect(Math.abs(mean - 0.5)).toBeLessThan(0.04);
    }
    expect(all[5]![sobolDimensions]).not.toBe(all[5]![sobolDimensions + 1]);
  });
});

test('the scramble is nested: numbers agree in just as many leading bits as before', () => {
  const word = fc.integer({ min: 0, max: 2 ** 32 - 1 });
  fc.assert(
    fc.property(word, word, word, (a, b, seed) => {
      expect(Math.clz32(owenScramble(a, seed) ^ owenScramble(b, seed))).toBe(Math.clz32(a ^ b));
    }),
  );
});

test('a space of one site of 64 rungs is filled in the order of a net: every eighth holds one of the first eight', () => {
  const problem = { ladderLengths: [64], objectives: 2 };
  const history: Outcome[] = [];
  const strategy = sobolStrategy(problem, 4);
  const rng = seededRng(1);
  for (let i = 0; i < 8; i++) history.push(outcomeOf(problem, strategy.ask(history, [], rng)!));
  expect(new Set(history.map(each => Math.floor(each.configuration[0]! / 8))).size).toBe(8);
});

test('goes on where the sequence stands, whoever took its points', () => {
  const problem = { ladderLengths: [7, 9, 8, 6, 7], objectives: 2 };
  const strategy = sobolStrategy(problem, 4);
  const rng = seededRng(1);
  const first = strategy.ask([], [], rng)!;
  const second = strategy.ask([{ state: 'failed', configuration: first }], [], rng)!;
  expect(strategy.ask([], [first], rng)).toEqual(second);
  const third = strategy.ask([{ state: 'failed', configuration: second }], [first], rng);
  expect(
    strategy.ask([{ state: 'pruned', configuration: first, values: [], standardErrors: [] }], [second], rng),
  ).toEqual(third);
});
