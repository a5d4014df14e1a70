import { describe, expect, test } from 'vitest';
import { rungMacs } from '../../src/decompose/ranks.ts';
import type { Site } from '../../src/decompose/site.ts';
import { defaultMethod } from '../../src/space/ladder.ts';
import { parseSearchSpace } from '../../src/space/parse.ts';
import { proposeLadder, proposeSpace } from '../../src/space/propose.ts';
import { resolveSpace } from '../../src/space/resolve.ts';
import type { Space } from '../../src/space/space.ts';
import { cifarResNet, convSite, gemmSite, mobileNetV1, resNet18, resNet50 } from './sites.ts';

const proposed = (sites: readonly Site[], granularity = 16): { text: string; space: Space } => {
  const text = proposeSpace(sites, { granularity, modelName: 'net.onnx' });
  return { text, space: resolveSpace(parseSearchSpace(text, 'proposed.yaml'), sites, granularity) };
};

const networks: readonly (readonly [string, readonly Site[]])[] = [
  ['ResNet-20', cifarResNet(3)],
  ['ResNet-56', cifarResNet(9)],
  ['ResNet-18', resNet18()],
  ['ResNet-50', resNet50()],
  ['MobileNet V1', mobileNetV1(1)],
  ['MobileNet V1 0.75', mobileNetV1(0.75)],
];

describe.each(networks)('%s', (_, sites) => {
  const { text, space } = proposed(sites);

  test('what is written is read back as it was meant: in graph order, nothing lost on the way', () => {
    const order = space.sites.map(({ site }) => site.index);
    expect(order).toEqual([...order].sort((a, b) => a - b));
    for (const { site, ladder } of space.sites) {
      expect(ladder).toEqual([...proposeLadder(site, defaultMethod(site), 16), { method: 'dense' }]);
    }
    expect(space.sites.length + space.kept.length).toBe(sites.length);
    expect(space.kept.every(({ reason }) => reason === 'kept-by-name')).toBe(true);
    for (const { site } of [...space.sites, ...space.kept]) expect(text).toContain(JSON.stringify(site.name));
  });

  test('the sites it takes hold nearly all that could be saved, but for the one that reads the image', () => {
    const first = sites[0]!;
    expect(space.kept.map(({ site }) => site)).toContain(first);
    const total = sites.reduce((sum, { macs }) => sum + macs, 0) - first.macs;
    expect(space.sites.reduce((sum, { site }) => sum + site.macs, 0)).toBeGreaterThan(0.98 * total);
  });

  test('every rung saves a tenth, the lowest leaves about a quarter or is the smallest there is', () => {
    for (const { site, ladder } of space.sites) {
      const costs = ladder.slice(0, -1).map(rung => rungMacs(site, rung) / site.macs);
      expect(Math.max(...costs)).toBeLessThanOrEqual(0.9);
      expect(costs[0], site.name).toBeLessThan(0.45);
      expect(costs.length, site.name).toBeGreaterThanOrEqual(4);
      expect(costs.length, site.name).toBeLessThanOrEqual(9);
    }
  });
});

test('six to ten rungs each, multiples of the granularity where the layer is wide enough', () => {
  for (const { ladder } of proposed(resNet50()).space.sites) {
    expect(ladder.length).toBeGreaterThanOrEqual(5);
    expect(ladder.length).toBeLessThanOrEqual(10);
  }
  const wide = convSite('wide', 256, 256);
  for (const granularity of [8, 16, 24, 32]) {
    for (const rung of proposeLadder(wide, 'spatial', granularity)) {
      expect(rung.method === 'spatial' && rung.rank % granularity).toBe(0);
    }
  }
});

test('a ladder computed by hand: 64 to 64 channels cost 384 r of 36,864', () => {
  const ranks = proposeLadder(convSite('x', 64, 64), 'spatial', 16).map(rung => rung.method === 'spatial' && rung.rank);
  // A quarter is r = 24, so the last at or below it is 16; nine tenths are r = 86.
  expect(ranks).toEqual([16, 32, 48, 64, 80]);
  // With 512 channels a quarter is 192 and nine tenths are 691: too many multiples of 16 and of 32.
  const wide = proposeLadder(convSite('x', 512, 512), 'spatial', 16).map(
    rung => rung.method === 'spatial' && rung.rank,
  );
  expect(wide).toEqual([192, 256, 320, 384, 448, 512, 576, 640]);
});

test('tucker2 where spatial cannot pay, with both ranks the same share as near as the granularity allows', () => {
  const site = convSite('row', 64, 128);
  const ladder = proposeLadder(site, 'tucker2', 16);
  expect(ladder.length).toBeGreaterThanOrEqual(5);
  for (const rung of ladder) {
    if (rung.method !== 'tucker2') throw new Error('expected tucker2');
    expect(Math.abs(rung.rank[0] - rung.rank[1] / 2)).toBeLessThanOrEqual(8);
    expect(rung.rank[0] % 16 || rung.rank[1] % 16).toBe(0);
  }
  expect(defaultMethod({ ...site, methods: ['svd', 'tucker2'] })).toBe('tucker2');
});

test('a matrix that holds much of the weights takes part, however few its multiply-accumulates', () => {
  const heavy = [...resNet18().slice(0, 12), gemmSite('fc6', 25_088, 4096)];
  expect(proposed(heavy).space.sites.map(({ site }) => site.name)).toContain('fc6');
  expect(proposed(resNet18()).space.kept.map(({ site }) => site.name)).toContain('/fc/Gemm');
});

test('names with signs, quotes and line breaks come through', () => {
  const names = ['a "quoted" #1', 'x[0]*?', 'two\nlines', "it's: {odd}", '日本語'];
  const sites = names.map((name, index) => ({ ...convSite(name, 64, 64), index }));
  expect(proposed(sites).space.sites.map(({ site }) => site.name)).toEqual(names);
});

test('layers that are no site are listed with their reasons', () => {
  const rejected = [{ node: 'dw\n1', opType: 'Conv', why: 'depthwise' as const, reason: 'depthwise' }];
  const text = proposeSpace(resNet18(), { granularity: 16, modelName: 'net.onnx', rejected });
  expect(text).toContain('#   Conv "dw\\n1": depthwise');
});

test('a model without a site, or with none that is worth it, is refused', () => {
  expect(() => proposeSpace([], { granularity: 16, modelName: 'x' })).toThrow('found none');
  const tiny = [{ ...convSite('stem', 3, 64), index: 0 }];
  expect(() => proposeSpace(tiny, { granularity: 16, modelName: 'x' })).toThrow('found none among 1 sites');
});
