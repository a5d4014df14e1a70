import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fullRank, rungLabel, rungMacs } from '../../src/decompose/ranks.ts';
import type { RejectedNode, Site } from '../../src/decompose/site.ts';
import { UserError } from '../../src/errors/user-error.ts';
import {
  assignmentOf,
  configurationOf,
  denseConfiguration,
  ladderLengths,
  spaceSize,
} from '../../src/space/configuration.ts';
import { rankStep, snapped } from '../../src/space/ladder.ts';
import { parseSearchSpace } from '../../src/space/parse.ts';
import { resolveSpace } from '../../src/space/resolve.ts';
import type { Space } from '../../src/space/space.ts';
import { convSite, gemmSite, resNet18 } from './sites.ts';

const sites: readonly Site[] = [
  convSite('stem', 3, 32, { size: 32 }),
  convSite('a/conv', 64, 64, { size: 16 }),
  convSite('b/conv', 64, 128, { size: 8 }),
  convSite('b/point', 128, 128, { kernel: 1, size: 8 }),
  gemmSite('head', 128, 64),
];
const rejected: readonly RejectedNode[] = [
  { node: 'b/depth', opType: 'Conv', why: 'depthwise', reason: 'depthwise: nothing to share' },
];

const resolve = (yaml: string, granularity = 16, of = sites): Space =>
  resolveSpace(parseSearchSpace(yaml, 'space.yaml'), of, granularity, rejected);
const ladder = (space: Space, name: string): string[] | undefined =>
  space.sites.find(({ site }) => site.name === name)?.ladder.map(rungLabel);

describe('ladders', () => {
  test('explicit ranks ascend, copies are merged, ranks that cost as much as dense are left out, dense is last', () => {
    // 64 to 64 channels, spatial: 384 r against 36,864, so 96 costs just as much as dense.
    const space = resolve('sites: [{match: a/conv, method: spatial, ladder: [95, 96, 10, 64, 10, 200]}]');
    expect(ladder(space, 'a/conv')).toEqual(['spatial 10', 'spatial 64', 'spatial 95', 'dense']);
  });

  test('fractions of the full rank are snapped to the granularity of the profile, or of the space', () => {
    // Spatial at full rank: 192.
    const yaml = 'sites: [{match: a/conv, method: spatial, fractions: [0.1, 0.12, 0.2, 0.3]}]';
    expect(ladder(resolve(yaml), 'a/conv')).toEqual(['spatial 16', 'spatial 32', 'spatial 64', 'dense']);
    expect(ladder(resolve(`granularity: 1\n${yaml}`), 'a/conv')).toEqual([
      'spatial 19',
      'spatial 23',
      'spatial 38',
      'spatial 58',
      'dense',
    ]);
  });

  test('tied Tucker ranks are the same share of their own full ranks, or the same number capped by them', () => {
    expect(ladder(resolve('sites: [{match: b/conv, method: tucker2, fractions: [0.25, 0.5]}]'), 'b/conv')).toEqual([
      'tucker2 16x32',
      'tucker2 32x64',
      'dense',
    ]);
    expect(ladder(resolve('sites: [{match: b/conv, method: tucker2, ladder: [32, 80]}]'), 'b/conv')).toEqual([
      'tucker2 32x32',
      'tucker2 64x80',
      'dense',
    ]);
  });

  test('untied Tucker ranks are all pairs in the order of their cost, or the pairs that are listed', () => {
    const space = resolve('sites: [{match: b/conv, method: tucker2, tucker: untied, fractions: [0.25, 0.5]}]');
    const found = space.sites[0]?.ladder ?? [];
    expect(new Set(found.map(rungLabel))).toEqual(
      new Set(['tucker2 16x32', 'tucker2 16x64', 'tucker2 32x32', 'tucker2 32x64', 'dense']),
    );
    const listed = resolve('sites: [{match: b/conv, method: tucker2, ladder: [[8, 24], [16, 8]]}]');
    expect(ladder(listed, 'b/conv')).toEqual(['tucker2 16x8', 'tucker2 8x24', 'dense']);
  });

  test('several methods share a ladder in the order of their cost', () => {
    const space = resolve('sites: [{match: a/conv, methods: [svd, spatial], ladder: [16, 32]}]');
    expect(ladder(space, 'a/conv')).toEqual(['spatial 16', 'svd 16', 'spatial 32', 'svd 32', 'dense']);
  });

  test('every ladder ascends strictly in cost or method, below dense, within full rank', () => {
    const entry = fc.record({
      kernel: fc.constantFrom(1, 3, 5),
      inChannels: fc.integer({ min: 1, max: 40 }),
      outChannels: fc.integer({ min: 1, max: 40 }),
      groups: fc.constantFrom(1, 2, 4),
      stride: fc.constantFrom(1, 2),
      fractions: fc.array(fc.double({ min: 0.01, max: 0.99, noNaN: true }), { minLength: 1, maxLength: 6 }),
      granularity: fc.constantFrom(1, 3, 8, 16),
      tucker: fc.constantFrom('tied', 'untied'),
    });
    fc.assert(
      fc.property(entry, ({ kernel, inChannels, outChannels, groups, stride, fractions, granularity, tucker }) => {
        const site = convSite('x', inChannels * groups, outChannels * groups, { kernel, groups, stride });
        if (site.methods.length === 0) return;
        const entry = { match: '*', methods: [...site.methods], fractions, tucker: tucker as 'tied' | 'untied' };
        let space: Space;
        try {
          space = resolveSpace({ sites: [entry], keep: [] }, [site], granularity);
        } catch (error) {
          expect(error).toBeInstanceOf(UserError);
          expect(String(error)).toContain('without a rung that costs less than dense');
          return;
        }
        const rungs = space.sites[0]?.ladder ?? [];
        expect(new Set(rungs.map(rungLabel)).size).toBe(rungs.length);
        expect(rungs.length).toBeGreaterThan(1);
        rungs.forEach((rung, i) => {
          if (rung.method === 'dense') {
            expect(i).toBe(rungs.length - 1);
            return;
          }
          expect(rungMacs(site, rung)).toBeLessThan(site.macs);
          expect(rungMacs(site, rungs[i + 1]!)).toBeGreaterThanOrEqual(rungMacs(site, rung));
          const ranks = [rung.rank].flat();
          const full = [fullRank(site, rung.method)].flat();
          ranks.forEach((rank, k) => {
            expect(rank).toBeLessThanOrEqual(full[k]!);
          });
        });
      }),
    );
  });
});

describe('granularity', () => {
  test('counts the channels of all groups', () => {
    expect([1, 2, 3, 8, 32].map(groups => rankStep(convSite('g', 96, 96, { groups }), 16))).toEqual([16, 8, 16, 2, 1]);
  });

  test('is halved where one step is more than half of the full rank', () => {
    expect(snapped(20, 16, 64)).toBe(16);
    expect(snapped(1, 16, 64)).toBe(16);
    expect(snapped(5, 16, 16)).toBe(8);
    expect(snapped(5, 16, 12)).toBe(4);
    expect(snapped(1, 16, 1)).toBe(1);
    expect(snapped(63, 16, 63)).toBe(63);
  });
});

describe('which sites', () => {
  test('the later of two entries counts, `keep` above all, and the rest is not listed', () => {
    const space = resolve(`
sites:
  - {match: "*conv", ladder: [16]}
  - {match: "b/*", ladder: [8]}
  - {match: "stem", ladder: [2]}
keep: ["?tem", "b/depth"]`);
    expect(space.sites.map(({ site }) => site.name)).toEqual(['a/conv', 'b/conv', 'b/point']);
    expect(ladder(space, 'a/conv')).toEqual(['spatial 16', 'dense']);
    expect(ladder(space, 'b/conv')).toEqual(['spatial 8', 'dense']);
    expect(ladder(space, 'b/point')).toEqual(['svd 8', 'dense']);
    expect(space.kept.map(({ site, reason }) => [site.name, reason])).toEqual([
      ['stem', 'kept-by-name'],
      ['head', 'not-listed'],
    ]);
  });

  test('a site without a cheaper rung stays dense', () => {
    const space = resolve('sites: [{match: "*", ladder: [60]}]');
    expect(space.kept.map(({ site, reason }) => [site.name, reason])).toContainEqual(['head', 'nothing-cheaper']);
  });

  test('one of a list of globs is enough, and a name with signs in it is that name', () => {
    const odd = [convSite('x[0]', 64, 64), convSite('x0', 64, 64)];
    expect(
      resolve('sites: [{match: ["nowhere", "x[[]0*"], ladder: [8]}, {match: "x[0]", ladder: [4]}]', 16, odd),
    ).toMatchObject({
      sites: [{ site: { name: 'x[0]' }, ladder: [{ rank: 4 }, {}] }],
    });
  });
});

test('layers that share a weight are one site, which any of their names means', () => {
  const tied = [{ ...convSite('a', 64, 64), twins: [convSite('b', 64, 64)] }, convSite('c', 64, 64)];
  const space = resolve('sites: [{match: "*", ladder: [8]}, {match: b, ladder: [4]}]', 16, tied);
  expect(space).toMatchObject({
    sites: [
      { site: { name: 'a' }, ladder: [{ rank: 4 }, {}] },
      { site: { name: 'c' }, ladder: [{ rank: 8 }, {}] },
    ],
  });
  const kept = resolve('sites: [{match: "*", ladder: [8]}]\nkeep: [b]', 16, tied);
  expect(kept.kept.map(({ site, reason }) => [site.name, reason])).toEqual([['a', 'kept-by-name']]);
});

describe('what cannot be is refused with a way out', () => {
  test.each([
    [
      'sites: [{match: a/cnov, ladder: [8]}]',
      /sites\[0\]\.match.*found "a\/cnov".*Did you mean "a\/conv"\?.*rankfront space --model/s,
    ],
    ['sites: [{match: "zzz*", ladder: [8]}]', /The first sites are stem, a\/conv, b\/conv/],
    ['sites: [{match: "*CONV", ladder: [8]}]', /Did you mean "a\/conv", "b\/conv"\?/],
    ['sites: [{match: "*", ladder: [8]}]\nkeep: ["*pont"]', /keep\[0\].*found "\*pont"/],
    [
      'sites: [{match: b/depth, ladder: [8]}]',
      /matches no site, only layers that are not factorised, such as "b\/depth": depthwise/,
    ],
    ['sites: [{match: "*", method: spatial, ladder: [8]}]', /sites\[0\].*"b\/point".*\(svd\), found spatial/],
    ['sites: [{match: head, ladder: [[4, 4]]}]', /sites\[0\]\.ladder.*expected single ranks for svd, found \[4,4\]/],
    [
      'sites: [{match: head, ladder: [64]}]',
      /found none \(4 matched by no entry of `sites`, 1 without a rung that costs less than dense, 1 no site at all\)/,
    ],
    ['sites: [{match: "*", ladder: [8]}]\nkeep: ["*"]', /found none \(5 named in `keep`, 1 no site at all\)/],
  ])('%s', (yaml, expected) => {
    expect(() => resolve(yaml)).toThrow(UserError);
    expect(() => resolve(yaml)).toThrow(expected);
  });

  test('a model without a site, with the reasons', () => {
    expect(() => resolve('sites: [{match: "*", ladder: [8]}]', 16, [])).toThrow(
      'depthwise: nothing to share (1 layer)',
    );
    expect(() => resolveSpace({ sites: [], keep: [] }, [], 16)).toThrow('no Conv, Gemm or MatMul');
  });
});

describe('parsing names file, line and path', () => {
  test.each([
    ['sites:\n  - match: a\n    ladder: [8, two]', /^space\.yaml:3: sites\[0\]\.ladder\[1\]: .*"two"/],
    ['sites:\n  - match: a\n    ladder: [0]', /^space\.yaml:3: sites\[0\]\.ladder\[0\]/],
    ['sites:\n  - match: a\n    ladder: [8]\n    fractions: [0.5]', /either `ladder` or `fractions`, not both/],
    [
      'sites:\n  - match: a\n    method: svd\n    methods: [svd]\n    ladder: [8]',
      /either `method` or `methods`, not both/,
    ],
    ['sites:\n  - match: a', /^space\.yaml:2: sites\[0\]\.ladder: expected a list of ranks/],
    [
      'sites:\n  - match: a\n    fractions: [1.5]',
      /^space\.yaml:3: sites\[0\]\.fractions\[0\]: expected less than 1, found 1\.5/,
    ],
    [
      'sites:\n  - match: a\n    metod: svd\n    ladder: [8]',
      /^space\.yaml:3: sites\[0\]\.metod: unknown key.*Did you mean "method"/,
    ],
    ['sites:\n  - match: a\n    method: svdd\n    ladder: [8]', /Did you mean "svd"/],
    ['sites: []', /^space\.yaml:1: sites: expected at least 1 item/],
    ['keep: [a]', /sites: expected a list, found nothing/],
    ['granularity: 0\nsites: [{match: a, ladder: [1]}]', /^space\.yaml:1: granularity/],
    ['', /space\.yaml/],
  ])('%j', (yaml, expected) => {
    expect(() => parseSearchSpace(yaml, 'space.yaml')).toThrow(UserError);
    expect(() => parseSearchSpace(yaml, 'space.yaml')).toThrow(expected);
  });
});

describe('configurations', () => {
  const space = resolveSpace(
    parseSearchSpace('sites: [{match: "*", fractions: [0.1, 0.2, 0.3, 0.4]}]', 'space.yaml'),
    resNet18(),
    16,
  );

  test('there and back is the same', () => {
    const lengths = ladderLengths(space);
    fc.assert(
      fc.property(fc.tuple(...lengths.map(length => fc.integer({ min: 0, max: length - 1 }))), configuration => {
        expect(configurationOf(space, assignmentOf(space, configuration))).toEqual(configuration);
      }),
    );
    expect(spaceSize(space)).toBe(lengths.reduce((a, b) => a * b, 1));
  });

  test('dense is the last rung everywhere, and what a site that is not named has', () => {
    const dense = denseConfiguration(space);
    expect(Object.values(assignmentOf(space, dense)).every(({ method }) => method === 'dense')).toBe(true);
    expect(configurationOf(space, {})).toEqual(dense);
    expect(configurationOf(space, { elsewhere: { method: 'dense' } })).toEqual(dense);
  });

  test('what does not fit is refused', () => {
    expect(() => assignmentOf(space, [0])).toThrow('one per site');
    expect(() =>
      assignmentOf(
        space,
        denseConfiguration(space).map(() => 99),
      ),
    ).toThrow('found 99');
    expect(() => configurationOf(space, { elsewhere: { method: 'svd', rank: 3 } })).toThrow('"elsewhere" is no site');
    expect(() => configurationOf(space, { '/fc/Gemm': { method: 'svd', rank: 3 } })).toThrow(
      'svd 3 is not on the ladder',
    );
  });
});
