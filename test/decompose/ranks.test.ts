import { expect, test } from 'vitest';
import { findSites } from '../../src/decompose/find-sites.ts';
import { fullRank, rungLabel, rungMacs, rungParams } from '../../src/decompose/ranks.ts';
import type { Site } from '../../src/decompose/site.ts';
import { inferShapes } from '../../src/onnx/shapes.ts';
import { seededRng } from '../../src/random/rng.ts';
import { ints, network, node, randomTensor } from './networks.ts';

function siteOf(outs: number, ins: number, kernel: [number, number]): Site {
  const model = network({
    input: ['batch', ins, 14, 14],
    nodes: [node('Conv', ['x', 'w', 'b'], 'y', { strides: ints(2, 2), pads: ints(1, 1, 1, 1) })],
    constants: [randomTensor('w', [outs, ins, ...kernel], seededRng(1)), randomTensor('b', [outs], seededRng(2))],
    outputs: [{ name: 'y', shape: null }],
  });
  return findSites(model, inferShapes(model.graph, model.opsets)).sites[0]!;
}

test('full rank is the smaller side of the unfolding', () => {
  const wide = siteOf(64, 3, [3, 3]);
  expect(fullRank(wide, 'svd')).toBe(27); // 64 x 27
  expect(fullRank(wide, 'spatial')).toBe(9); // 9 x 192
  expect(fullRank(wide, 'input')).toBe(3); // 3 x 576
  expect(fullRank(wide, 'tucker2')).toEqual([3, 27]); // 3 x 576 and 64 x 27
  const oblong = siteOf(2, 40, [1, 5]);
  expect(fullRank(oblong, 'svd')).toBe(2);
  expect(fullRank(oblong, 'tucker2')).toEqual([10, 2]);
});

test('counts multiply-accumulates and parameters layer by layer', () => {
  const site = siteOf(64, 32, [3, 3]); // 14 x 14 in, 7 x 7 out
  expect(rungMacs(site, { method: 'dense' })).toBe(49 * 64 * 32 * 9);
  expect(rungMacs(site, { method: 'dense' })).toBe(site.macs);
  expect(rungParams(site, { method: 'dense' })).toBe(64 * 32 * 9 + 64);
  expect(rungParams(site, { method: 'dense' })).toBe(site.params);
  const svd = { method: 'svd', rank: 10 } as const;
  expect(rungMacs(site, svd)).toBe(49 * 10 * 32 * 9 + 49 * 64 * 10);
  expect(rungParams(site, svd)).toBe(10 * 32 * 9 + 64 * 10 + 64);
  // Rows are strided by the first layer, columns by the second: 7 x 14 positions, then 7 x 7.
  const spatial = { method: 'spatial', rank: 10 } as const;
  expect(rungMacs(site, spatial)).toBe(7 * 14 * 10 * 32 * 3 + 49 * 64 * 10 * 3);
  expect(rungParams(site, spatial)).toBe(10 * 32 * 3 + 64 * 10 * 3 + 64);
  // The first layer sees the whole image.
  const input = { method: 'input', rank: 10 } as const;
  expect(rungMacs(site, input)).toBe(196 * 10 * 32 + 49 * 64 * 10 * 9);
  expect(rungParams(site, input)).toBe(10 * 32 + 64 * 10 * 9 + 64);
  const tucker2 = { method: 'tucker2', rank: [8, 12] } as const;
  expect(rungMacs(site, tucker2)).toBe(196 * 8 * 32 + 49 * 12 * 8 * 9 + 49 * 64 * 12);
  expect(rungParams(site, tucker2)).toBe(8 * 32 + 12 * 8 * 9 + 64 * 12 + 64);
});

test('labels read as method and rank, input rank before output rank', () => {
  expect(rungLabel({ method: 'dense' })).toBe('dense');
  expect(rungLabel({ method: 'svd', rank: 64 })).toBe('svd 64');
  expect(rungLabel({ method: 'tucker2', rank: [32, 48] })).toBe('tucker2 32x48');
});
