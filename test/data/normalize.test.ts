import { describe, expect, it } from 'vitest';
import { normalizationName, normalizationTable } from '../../src/data/normalize.ts';

describe('normalizationTable', () => {
  // (x / 255 - mean) / std by hand, at 0, 255 and 128.
  it.each([
    ['torchvision', 0, [-2.1179039301310043, -2.0357142857142856, -1.8044444444444445]],
    ['torchvision', 255, [2.2489082969432315, 2.428571428571429, 2.6400000000000001]],
    ['tf', 0, [-1, -1, -1]],
    ['tf', 255, [1, 1, 1]],
    ['tf', 128, [128 / 127.5 - 1, 128 / 127.5 - 1, 128 / 127.5 - 1]],
    ['unit', 128, [128 / 255, 128 / 255, 128 / 255]],
    ['none', 128, [128, 128, 128]],
  ] as const)('%s of %i', (name, value, expected) => {
    const table = normalizationTable(name);
    for (const [channel, each] of expected.entries()) expect(table[channel * 256 + value]).toBeCloseTo(each, 5);
  });
  it('takes any mean and standard deviation', () => {
    const table = normalizationTable({ mean: [0, 0.5, 1], std: [1, 0.5, 0.25] });
    expect([table[51], table[256 + 51], table[512 + 51]].map(value => Number(value?.toFixed(5)))).toEqual([
      0.2, -0.6, -3.2,
    ]);
    expect(normalizationName({ mean: [0, 0.5, 1], std: [1, 1, 1] })).toBe('mean 0 0.5 1, std 1 1 1');
  });
});
