import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { WeightBlock } from '../../src/decompose/block.ts';
import { type FullFactors, factorise, type SampledStatistics } from '../../src/decompose/factorise.ts';
import { type FactorRung, type MethodName, methodNames, type Rung, rungOf } from '../../src/decompose/method.ts';
import { outputMetric } from '../../src/decompose/metric/metric.ts';
import { multipliedOut } from '../../src/decompose/multiply-out.ts';
import { outputErrors } from '../../src/decompose/output-error.ts';
import { type SiteStatistics, unpackedMoments } from '../../src/decompose/statistics.ts';
import { svd } from '../../src/linalg/svd.ts';
import { symmetricEigen } from '../../src/linalg/symmetric-eigen.ts';
import { seededRng } from '../../src/random/rng.ts';
import { relativeDistance } from './methods/chains.ts';
import { correlated, extentOf, normal, packedMoment, randomBlock, statisticsOf } from './statistics.ts';

const rungAt = (method: MethodName, full: FullFactors['fullRank'], share = 1): FactorRung => {
  const part = (rank: number): number => Math.max(1, Math.round(share * rank));
  return rungOf(method, typeof full === 'number' ? part(full) : [part(full[0]), part(full[1])]);
};

/** E |g (W - W') x|^2 over the patches, one by one. */
function measuredError(
  block: WeightBlock,
  weight: Float64Array,
  patches: readonly (readonly Float64Array[])[],
  scale: Float64Array,
): number {
  const length = extentOf(block);
  let energy = 0;
  patches.forEach((list, group) => {
    for (const x of list) {
      for (let o = group * block.outPerGroup; o < (group + 1) * block.outPerGroup; o++) {
        let error = 0;
        for (let i = 0; i < length; i++) error += (block.data[o * length + i]! - weight[o * length + i]!) * x[i]!;
        energy += (scale[o]! * error) ** 2 / list.length;
      }
    }
  });
  return energy;
}

const shapes = fc.record({
  groups: fc.constantFrom(1, 1, 2),
  outPerGroup: fc.integer({ min: 1, max: 7 }),
  inPerGroup: fc.integer({ min: 1, max: 6 }),
  kernel: fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 })),
  seed: fc.integer(),
});

function world({ seed, ...shape }: { seed: number } & Parameters<typeof randomBlock>[0], count = 60) {
  const block = randomBlock(shape, seed);
  const patches = Array.from({ length: shape.groups }, (_, g) => correlated(extentOf(shape), count, seed + g));
  const rng = seededRng(seed + 7);
  const scale = Float64Array.from({ length: shape.groups * shape.outPerGroup }, () => 0.1 + 3 * rng.uniform());
  const statistics = statisticsOf(block, patches, scale);
  return { block, patches, scale, statistics, seen: { statistics, images: count } as SampledStatistics };
}

describe.each(methodNames)('data-aware %s', method => {
  test('holds every weight at full rank', () => {
    fc.assert(
      fc.property(shapes, shape => {
        const { block, seen } = world(shape);
        const factors = factorise(block, method, seen);
        const weight = multipliedOut(factors, rungAt(method, factors.fullRank));
        expect(relativeDistance(block.data, weight)).toBeLessThan(2e-5);
        expect([...factors.fullRank.toString()]).toEqual([...factorise(block, method).fullRank.toString()]);
      }),
      { numRuns: 60 },
    );
  });

  test('loses at the output what the closed form says, and mostly less than plain factors do', () => {
    let wins = 0;
    let total = 0;
    fc.assert(
      fc.property(shapes, fc.double({ min: 0.2, max: 0.8, noNaN: true }), (shape, share) => {
        const { block, patches, scale, statistics, seen } = world(shape);
        const energy = scale.reduce((sum, g, o) => sum + g * g * statistics.outputVariance[o]!, 0);
        const errors = [factorise(block, method, seen), factorise(block, method)].map(factors => {
          const rung = rungAt(method, factors.fullRank, share);
          const measured = measuredError(block, multipliedOut(factors, rung), patches, scale) / energy;
          const told = outputErrors(block, factors, [{ method: 'dense' }, rung], seen)!.map(each => each.relative);
          expect(told[0]).toBe(0);

          expect(Math.abs(told[1]! - measured)).toBeLessThan(1e-5 + 1e-3 * measured);
          return measured;
        });
        total++;
        if (errors[0]! <= errors[1]! + 1e-9) wins++;
      }),
      { numRuns: 80 },
    );
    // Two methods take the positions of a patch for independent, which patches of random mixtures are not.
    expect(wins / total).toBeGreaterThan(method === 'svd' ? 0.98 : 0.75);
  });

  test('does not care in which basis the inputs come, nor in which unit', () => {
    if (method === 'spatial' || method === 'tucker2') return; // a rotation of whole patches mixes taps
    const shape = { groups: 1, outPerGroup: 6, inPerGroup: 5, kernel: [1, 1] as const, seed: 3 };
    const { block, patches, scale } = world(shape);
    const rng = seededRng(1);
    const gaussian = { rows: 5, cols: 5, data: Float64Array.from({ length: 25 }, () => normal(rng)) };
    const { u } = svd(gaussian);
    const turn = (x: ArrayLike<number>, unit: number): Float64Array =>
      Float64Array.from(
        { length: 5 },
        (_, i) => unit * [0, 1, 2, 3, 4].reduce((sum, j) => sum + u[i * 5 + j]! * x[j]!, 0),
      );
    const rows = Array.from({ length: 6 }, (_, o) => turn(block.data.subarray(o * 5, o * 5 + 5), 1));
    const turned: WeightBlock = { ...block, data: Float32Array.from(rows.flatMap(row => [...row])) };
    const turnedPatches = [patches[0]!.map(x => turn(x, 10))];
    const errors = (weight: WeightBlock, statistics: SiteStatistics): readonly number[] => {
      const seen = { statistics, images: 60 };
      const factors = factorise(weight, method, seen);
      const ladder = [1, 2, 3, 4].map((rank): Rung => ({ method, rank }) as Rung);
      return outputErrors(weight, factors, ladder, seen)!.map(each => each.relative);
    };
    const before = errors(block, statisticsOf(block, patches, scale));
    const after = errors(
      turned,
      statisticsOf(
        turned,
        turnedPatches,
        scale.map(g => 7 * g),
      ),
    );
    for (const [i, error] of before.entries()) expect(Math.abs(after[i]! - error)).toBeLessThan(1e-5 * before[0]!);
  });

  test('stands statistics that say nothing or nonsense, and is then plain', () => {
    const shape = { groups: 1, outPerGroup: 4, inPerGroup: 4, kernel: [3, 3] as const, seed: 5 };
    const { block, statistics } = world(shape);
    const plain = factorise(block, method);
    const share = 0.5;
    const zero = { ...statistics, input: { ...statistics.input!, data: statistics.input!.data.map(() => 0) } };
    const nan = {
      ...statistics,
      input: { ...statistics.input!, data: statistics.input!.data.map((x, i) => (i === 3 ? Number.NaN : x)) },
    };
    const flat = { ...statistics, outputScale: statistics.outputScale.map(() => 0) };
    const dead = { ...statistics, outputScale: statistics.outputScale.map((_, i) => (i === 1 ? 1 : 0)) };
    for (const given of [zero, nan, flat, dead, { ...statistics, input: null }]) {
      for (const images of [1, 100]) {
        const factors = factorise(block, method, { statistics: given, images });
        const rung = rungAt(method, factors.fullRank, share);
        const weight = multipliedOut(factors, rung);
        expect(weight.every(Number.isFinite)).toBe(true);
        const full = multipliedOut(factors, rungAt(method, factors.fullRank));
        expect(relativeDistance(block.data, full)).toBeLessThan(1e-4);
        if (given.input === null || given === nan) expect(factors).toEqual(plain);
      }
    }
    const equal = { ...zero, outputScale: statistics.outputScale.map(() => 1) };
    const factors = factorise(block, method, { statistics: equal, images: 9 });
    const rung = rungAt(method, factors.fullRank, share);
    expect(relativeDistance(multipliedOut(plain, rung), multipliedOut(factors, rung))).toBeLessThan(1e-4);
  });

  test('on few images is hardly worse than plain on new ones, and far better on many', () => {
    const shape = { groups: 1, outPerGroup: 12, inPerGroup: 8, kernel: [3, 3] as const };
    const ratios = new Map<number, number[]>();
    for (let seed = 0; seed < 6; seed++) {
      const { block, patches, scale } = world({ ...shape, seed }, 600);
      const fresh = [patches[0]!.slice(300)];
      const plain = factorise(block, method);
      const rung = rungAt(method, plain.fullRank, 0.4);
      const error = (factors: FullFactors): number => measuredError(block, multipliedOut(factors, rung), fresh, scale);
      for (const images of [1, 3, 10, 300]) {
        const statistics = statisticsOf(block, [patches[0]!.slice(0, images)], scale);
        const ratio = error(factorise(block, method, { statistics, images })) / error(plain);
        ratios.set(images, [...(ratios.get(images) ?? []), ratio]);
      }
    }
    const median = (images: number): number => ratios.get(images)!.sort((a, b) => a - b)[3]!;
    for (const images of [1, 3, 10]) expect(median(images), `${images} images`).toBeLessThan(1.05);
    expect(median(300)).toBeLessThan(0.7);
  });
});

test('the error of svd is the tail of the singular values of g W S^(1/2), the least that any rank r can have', () => {
  fc.assert(
    fc.property(shapes, shape => {
      const { block, seen, scale } = world({ ...shape, groups: 1 });
      const factors = factorise(block, 'svd', seen);
      const moment = outputMetric(block, seen.statistics, seen.images)![0]!.input('patch')!;
      const n = moment.rows;
      const { values, vectors } = symmetricEigen(moment);
      // g W S^(1/2) with the symmetric root, entry by entry.
      const rows = block.outPerGroup;
      const product = new Float64Array(rows * n);
      for (let o = 0; o < rows; o++)
        for (let j = 0; j < n; j++) {
          let along = 0;
          for (let i = 0; i < n; i++) along += block.data[o * n + i]! * vectors.data[i * n + j]!;
          product[o * n + j] = scale[o]! * along * Math.sqrt(values[j]!);
        }
      const { s } = svd({ rows, cols: n, data: product });
      const largest = s[0]! ** 2;
      for (let rank = 1; rank <= s.length; rank++) {
        const weight = multipliedOut(factors, { method: 'svd', rank });
        let energy = 0;
        for (let o = 0; o < rows; o++)
          for (let i = 0; i < n; i++)
            for (let j = 0; j < n; j++) {
              const [a, b] = [i, j].map(k => block.data[o * n + k]! - weight[o * n + k]!) as [number, number];
              energy += scale[o]! ** 2 * a * moment.data[i * n + j]! * b;
            }
        const tail = s.slice(rank).reduce((sum, value) => sum + value ** 2, 0);
        expect(Math.abs(energy - tail)).toBeLessThan(1e-6 * largest + 1e-4 * tail);
      }
    }),
    { numRuns: 30 },
  );
});

/** G = A A' of random A, one per group, packed. */
function randomSensitivity({ groups, outPerGroup }: WeightBlock, seed: number): SiteStatistics['sensitivity'] {
  const vectors = Array.from({ length: groups }, (_, g) => correlated(outPerGroup, 3 * outPerGroup, seed + g));
  return { order: outPerGroup, data: packedMoment(vectors) };
}

describe.each(methodNames)('%s weighed by sensitivity', method => {
  test("holds every weight at full rank, and tells half of e'Ge as the divergence", () => {
    let better = 0;
    let total = 0;
    fc.assert(
      fc.property(shapes, fc.double({ min: 0.2, max: 0.8, noNaN: true }), (shape, share) => {
        const { block, patches, statistics, seen } = world(shape);
        const sensitivity = randomSensitivity(block, shape.seed);
        const weighed: SampledStatistics = { images: seen.images, statistics: { ...statistics, sensitivity } };
        const factors = factorise(block, method, weighed);
        const full = multipliedOut(factors, rungAt(method, factors.fullRank));
        expect(relativeDistance(block.data, full)).toBeLessThan(1e-4);
        const divergences = [factors, factorise(block, method, seen)].map(each => {
          const rung = rungAt(method, each.fullRank, share);
          const weight = multipliedOut(each, rung);
          const measured = divergence(block, weight, patches, sensitivity!);
          const [dense, told] = outputErrors(block, each, [{ method: 'dense' }, rung], weighed)!;
          expect(dense!.divergence).toBe(0);
          const scale = divergence(block, new Float64Array(block.data.length), patches, sensitivity!);
          expect(Math.abs(told!.divergence! - measured)).toBeLessThan(1e-6 * scale + 1e-3 * measured);
          expect(outputErrors(block, each, [rung], seen)![0]).toEqual({ relative: told!.relative, divergence: null });
          return measured;
        });
        total++;
        if (divergences[0]! <= 1.02 * divergences[1]! + 1e-9) better++;
      }),
      { numRuns: 40 },
    );
    expect(better / total).toBeGreaterThan(method === 'svd' ? 0.95 : 0.75);
  });

  test('does not mind a sensitivity of zeros or of nonsense: errors are then scaled as without one', () => {
    const { block, statistics, seen } = world({ groups: 1, outPerGroup: 4, inPerGroup: 4, kernel: [3, 3], seed: 5 });
    const without = factorise(block, method, seen);
    for (const value of [0, Number.NaN]) {
      const sensitivity = { order: 4, data: new Float32Array(10).fill(value) };
      expect(factorise(block, method, { ...seen, statistics: { ...statistics, sensitivity } })).toEqual(without);
    }
  });
});

/** E (D x)' G (D x) / 2 over the patches, one by one. */
function divergence(
  block: WeightBlock,
  weight: Float64Array,
  patches: readonly (readonly Float64Array[])[],
  sensitivity: NonNullable<SiteStatistics['sensitivity']>,
): number {
  const length = extentOf(block);
  const outs = block.outPerGroup;
  let energy = 0;
  patches.forEach((list, group) => {
    const g = unpackedMoments(sensitivity, group);
    for (const x of list) {
      const error = Array.from({ length: outs }, (_, o) => {
        const row = (group * outs + o) * length;
        return x.reduce((sum, value, i) => sum + (block.data[row + i]! - weight[row + i]!) * value, 0);
      });
      for (let i = 0; i < outs; i++)
        for (let j = 0; j < outs; j++) energy += (error[i]! * g[i * outs + j]! * error[j]!) / (2 * list.length);
    }
  });
  return energy;
}
