import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { WeightBlock } from '../../src/decompose/block.ts';
import { type FullFactors, factorise } from '../../src/decompose/factorise.ts';
import { sliceTucker, sliceTwo } from '../../src/decompose/factors/slice.ts';
import { type FactorMethod, factorMethods, type Rung } from '../../src/decompose/method.ts';
import { truncationError } from '../../src/decompose/truncation.ts';
import { seededRng } from '../../src/random/rng.ts';

const methods: readonly FactorMethod[] = factorMethods;

const blocks = fc
  .record({
    groups: fc.constantFrom(1, 1, 2, 3),
    outPerGroup: fc.integer({ min: 1, max: 7 }),
    inPerGroup: fc.integer({ min: 1, max: 7 }),
    kernel: fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 4 })),
    seed: fc.integer(),
    dead: fc.constantFrom('none', 'none', 'output', 'input', 'all'),
  })
  .map(({ seed, dead, ...shape }): WeightBlock => {
    const rng = seededRng(seed);
    const { groups, outPerGroup, inPerGroup, kernel } = shape;
    const area = kernel[0] * kernel[1];
    const data = Float32Array.from({ length: groups * outPerGroup * inPerGroup * area }, (_, i) => {
      const out = Math.floor(i / (inPerGroup * area)) % outPerGroup;
      const input = Math.floor(i / area) % inPerGroup;
      const isDead = dead === 'all' || (dead === 'output' && out === 0) || (dead === 'input' && input === 0);
      const value = rng.uniform() - 0.5;
      return isDead ? 0 : value;
    });
    return { ...shape, data };
  });

/** The weight that the sliced factors stand for, multiplied out index by index. */
function multipliedOut(factors: FullFactors, rung: Rung): Float64Array {
  const { groups, outPerGroup: outs, inPerGroup: ins, kernel } = factors.shape;
  const [height, width] = kernel;
  const w = new Float64Array(groups * outs * ins * height * width);
  let at = 0;
  for (let g = 0; g < groups; g++)
    for (let o = 0; o < outs; o++)
      for (let c = 0; c < ins; c++)
        for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) w[at++] = entry(g, g * outs + o, c, y, x);
  return w;

  function entry(g: number, o: number, c: number, y: number, x: number): number {
    let sum = 0;
    if (factors.method === 'tucker2') {
      const [ranksIn, ranksOut] = rung.method === 'tucker2' ? rung.rank : factors.fullRank;
      const { input, core, output } = sliceTucker(factors, [ranksIn, ranksOut]);
      for (let q = 0; q < ranksOut; q++) {
        for (let p = 0; p < ranksIn; p++) {
          const coreAt = (((g * ranksOut + q) * ranksIn + p) * height + y) * width + x;
          sum += output[o * ranksOut + q]! * core[coreAt]! * input[(g * ranksIn + p) * ins + c]!;
        }
      }
      return sum;
    }
    const rank = rung.method === 'dense' ? factors.fullRank : (rung.rank as number);
    const { first, second } = sliceTwo(factors, rank);
    for (let r = 0; r < rank; r++) {
      const channel = (g * rank + r) * ins + c;
      const row = o * rank + r;
      if (factors.method === 'svd') sum += second[row]! * first[(channel * height + y) * width + x]!;
      else if (factors.method === 'spatial') sum += second[row * width + x]! * first[channel * height + y]!;
      else sum += second[(row * height + y) * width + x]! * first[channel]!;
    }
    return sum;
  }
}

function relativeDistance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let difference = 0;
  let norm = 0;
  for (let i = 0; i < a.length; i++) {
    difference += (a[i]! - b[i]!) ** 2;
    norm += a[i]! ** 2;
  }
  return norm === 0 ? Math.sqrt(difference) : Math.sqrt(difference / norm);
}

function ladder(factors: FullFactors): Rung[] {
  if (factors.method !== 'tucker2') {
    const { method, fullRank } = factors;
    return Array.from({ length: fullRank }, (_, i) => ({ method, rank: i + 1 }));
  }
  const [inputs, outputs] = factors.fullRank;
  return Array.from({ length: inputs * outputs }, (_, i) => ({
    method: 'tucker2',
    rank: [1 + (i % inputs), 1 + Math.floor(i / inputs)] as const,
  }));
}

const fullRung = (factors: FullFactors): Rung => ladder(factors).at(-1)!;

describe.each(methods)('%s', method => {
  test('holds every weight at full rank', () => {
    fc.assert(
      fc.property(blocks, block => {
        const factors = factorise(block, method);
        const rung = fullRung(factors);
        expect(relativeDistance(block.data, multipliedOut(factors, rung))).toBeLessThan(2e-6);
        expect(truncationError(factors, rung).relative).toBeLessThan(1e-12);
      }),
      { numRuns: 60 },
    );
  });

  test('leaves out exactly what the closed form says, and never more than its bound', () => {
    fc.assert(
      fc.property(blocks, block => {
        const factors = factorise(block, method);
        for (const rung of ladder(factors)) {
          const { relative, bound } = truncationError(factors, rung);
          const measured = relativeDistance(block.data, multipliedOut(factors, rung));
          expect(Math.abs(measured - relative)).toBeLessThan(1e-6 + 1e-5 * relative);
          expect(relative).toBeLessThanOrEqual(bound * (1 + 1e-12));
          if (method !== 'tucker2') expect(bound).toBe(relative);
        }
      }),
      { numRuns: 40 },
    );
  });

  test('loses no less at a lower rank', () => {
    // Two equal losses are sums of the same numbers in another order.
    const rounding = 1e-12;
    fc.assert(
      fc.property(blocks, block => {
        const factors = factorise(block, method);
        const error = (rung: Rung): number => truncationError(factors, rung).relative;
        for (const rung of ladder(factors)) {
          if (rung.method === 'dense') continue;
          if (rung.method !== 'tucker2') {
            if (rung.rank > 1)
              expect(error({ ...rung, rank: rung.rank - 1 })).toBeGreaterThanOrEqual(error(rung) - rounding);
            continue;
          }
          const [p, q] = rung.rank;
          if (p > 1) expect(error({ ...rung, rank: [p - 1, q] })).toBeGreaterThanOrEqual(error(rung) - rounding);
          if (q > 1) expect(error({ ...rung, rank: [p, q - 1] })).toBeGreaterThanOrEqual(error(rung) - rounding);
        }
      }),
      { numRuns: 40 },
    );
  });

  test('scales with the weight: ten times the weight, the same relative error', () => {
    fc.assert(
      fc.property(blocks, block => {
        const factors = factorise(block, method);
        const scaled = factorise({ ...block, data: block.data.map(x => 8 * x) }, method);
        expect(scaled.norm).toBeCloseTo(8 * factors.norm, 5);
        for (const rung of ladder(factors)) {
          expect(truncationError(scaled, rung).relative).toBeCloseTo(truncationError(factors, rung).relative, 6);
        }
      }),
      { numRuns: 20 },
    );
  });

  test('gives all of its factors the same scale', () => {
    const rng = seededRng(3);
    const data = Float32Array.from({ length: 16 * 12 * 9 }, () => 40 * (rng.uniform() - 0.5));
    const factors = factorise({ groups: 1, outPerGroup: 16, inPerGroup: 12, kernel: [3, 3], data }, method);
    const norms = (
      factors.method === 'tucker2' ? [factors.input, factors.core, factors.output] : [factors.first, factors.second]
    ).map(x => Math.hypot(...x));
    expect(Math.max(...norms) / Math.min(...norms)).toBeLessThan(3);
  });
});

test('two equal groups have the factors of one, twice', () => {
  const rng = seededRng(5);
  const data = Float32Array.from({ length: 6 * 5 * 9 }, () => rng.uniform() - 0.5);
  const shape = { outPerGroup: 6, inPerGroup: 5, kernel: [3, 3] as const };
  for (const method of methods) {
    const one = factorise({ ...shape, groups: 1, data }, method);
    const two = factorise({ ...shape, groups: 2, data: Float32Array.of(...data, ...data) }, method);
    for (const rung of ladder(one)) {
      expect(truncationError(two, rung).relative).toBeCloseTo(truncationError(one, rung).relative, 12);
    }
    expect(two.norm).toBeCloseTo(one.norm * Math.SQRT2, 10);
  }
});

test('a sum of r outer products has no error from rank r on', () => {
  const rng = seededRng(9);
  const draw = (length: number): number[] => Array.from({ length }, () => rng.uniform() - 0.5);
  const [outs, ins, rank] = [9, 8, 3];
  const [a, b] = [draw(outs * rank), draw(ins * rank)];
  const data = Float32Array.from({ length: outs * ins }, (_, i) => {
    const [o, c] = [Math.floor(i / ins), i % ins];
    return [0, 1, 2].reduce((sum, r) => sum + a[o * rank + r]! * b[c * rank + r]!, 0);
  });
  const factors = factorise({ groups: 1, outPerGroup: outs, inPerGroup: ins, kernel: [1, 1], data }, 'svd');
  expect(truncationError(factors, { method: 'svd', rank: 3 }).relative).toBeLessThan(1e-6);
  expect(truncationError(factors, { method: 'svd', rank: 2 }).relative).toBeGreaterThan(1e-3);
});
