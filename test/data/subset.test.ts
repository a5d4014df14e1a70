import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { allowedProxyImages, defaultProxyImages, splitProxy } from '../../src/data/subset.ts';

const perClass = (labels: Int32Array, positions: Int32Array): Map<number, number> => {
  const counts = new Map<number, number>();
  for (const at of positions) counts.set(labels[at]!, (counts.get(labels[at]!) ?? 0) + 1);
  return counts;
};

describe('splitProxy', () => {
  const labelled = fc.record({
    labels: fc
      .array(fc.integer({ min: 0, max: 5 }), { minLength: 2, maxLength: 80 })
      .map(each => Int32Array.from(each)),
    wanted: fc.integer({ min: 1, max: 100 }),
    seed: fc.integer(),
  });
  it('uses every image once, in ascending order', () => {
    fc.assert(
      fc.property(labelled, ({ labels, wanted, seed }) => {
        const { proxy, rest } = splitProxy(labels, labels.length, wanted, seed);
        expect(proxy.length).toBe(allowedProxyImages(labels.length, wanted));
        for (const part of [proxy, rest]) expect([...part]).toEqual([...part].sort((a, b) => a - b));
        expect([...proxy, ...rest].sort((a, b) => a - b)).toEqual([...labels.keys()]);
      }),
    );
  });
  it('gives every class its share, to one image', () => {
    fc.assert(
      fc.property(labelled, ({ labels, wanted, seed }) => {
        const { proxy } = splitProxy(labels, labels.length, wanted, seed);
        const all = perClass(labels, Int32Array.from(labels.keys()));
        const chosen = perClass(labels, proxy);
        for (const [label, members] of all)
          expect(Math.abs((chosen.get(label) ?? 0) - (members * proxy.length) / labels.length)).toBeLessThan(1);
      }),
    );
  });
  it('is the same for a seed and differs between seeds', () => {
    const split = (seed: number): number[] => [...splitProxy(null, 1000, 100, seed).proxy];
    expect(split(3)).toEqual(split(3));
    expect(split(3)).not.toEqual(split(4));
  });
  it('takes images from everywhere', () => {
    // The mean position of 500 of 10,000 has the standard deviation 10000 / sqrt(12 * 500) = 129.
    const { proxy } = splitProxy(null, 10_000, 500, 1);
    expect(Math.abs(proxy.reduce((a, b) => a + b, 0) / 500 - 4999.5)).toBeLessThan(5 * 129);
  });
});

describe('the size of the proxy set', () => {
  it('is 1,000 and at most half', () => {
    expect([10_000, 2000, 350, 3].map(defaultProxyImages)).toEqual([1000, 1000, 175, 2]);
  });
  it('leaves a tenth for confirm whatever is asked for', () => {
    expect([allowedProxyImages(350, 350), allowedProxyImages(350, 300), allowedProxyImages(2, 5)]).toEqual([
      315, 300, 1,
    ]);
  });
});
