import { describe, expect, test } from 'vitest';
import { UserError } from '../../../src/errors/user-error.ts';
import { freezeLayers } from '../../../src/train/freezing/layers.ts';
import { parsePolicy } from '../../../src/train/freezing/parse.ts';
import { freezingTime } from '../../../src/train/freezing/policies/progressive.ts';
import { allWeights } from '../../../src/train/freezing/policy.ts';
import { prepareNetwork } from '../../../src/train/network/prepare.ts';
import { factorisedNetwork } from '../factorised-network.ts';

const layers = freezeLayers(prepareNetwork(factorisedNetwork()));
/** The weights that `policy` freezes in an epoch. */
const frozen = (policy: string, epoch = 0, epochs = 10): string[] => {
  const trained = parsePolicy(policy)({ epoch, epochs }, layers);
  return [...allWeights(layers)].filter(weight => !trained.has(weight));
};

describe('the layers of a network', () => {
  test('are its nodes with a weight, each with its bias and norm, and know their place in a factorised site', () => {
    expect(layers.map(({ name, weights }) => [name, ...weights])).toEqual([
      ['stem', 'stem.weight', 'norm1.scale', 'norm1.shift'],
      ['body/svd_0', 'body/svd_0.weight'],
      ['body/svd_1', 'body/svd_1.weight', 'body/svd_1.bias', 'norm2.scale', 'norm2.shift'],
      ['tail/tucker2_0', 'tail/tucker2_0.weight'],
      ['tail/tucker2_1', 'tail/tucker2_1.weight'],
      ['tail/tucker2_2', 'tail/tucker2_2.weight', 'norm3.scale', 'norm3.shift'],
      ['fc', 'fc.weight', 'fc.bias'],
    ]);
    expect(layers.map(({ chain }) => chain && `${chain.site} ${chain.position} of ${chain.length}`)).toEqual([
      null,
      'body 0 of 2',
      'body 1 of 2',
      'tail 0 of 3',
      'tail 1 of 3',
      'tail 2 of 3',
      null,
    ]);
  });
});

describe('policies freeze', () => {
  const outer = ['body/svd_0.weight', 'tail/tucker2_0.weight', 'tail/tucker2_2.weight'];
  const others = ['body/svd_1.weight', 'tail/tucker2_1.weight'];
  test('none: nothing', () => expect(frozen('none', 5)).toEqual([]));
  test('first-factor: the first of two, the outer ones of three, in every epoch', () => {
    for (const epoch of [0, 1, 9]) expect(frozen('first-factor', epoch)).toEqual(outer);
  });
  test('sequential: those and the others in turn', () => {
    expect([0, 1, 2, 3].map(epoch => frozen('sequential', epoch))).toEqual([outer, others, outer, others]);
  });
  test('list: by weight and by node', () => {
    expect(frozen('list:norm?.scale, fc')).toEqual([
      'norm1.scale',
      'norm2.scale',
      'norm3.scale',
      'fc.weight',
      'fc.bias',
    ]);
    expect(() => frozen('list:fc.weihgt')).toThrow('Did you mean "fc.weight"?');
  });
  test('progressive: a prefix that grows on the cubic schedule, a site at a time, and never the last layer', () => {
    // Four groups: stem, body, tail, fc. With t0 = 1/8, c = 1/2: t = 1/8, (2/3)^3, (5/6)^3, 1.
    const count = Array.from({ length: 1000 }, (_, epoch) => frozen('progressive:0.125', epoch, 1000).length);
    const sizes = layers.map(({ weights }) => weights.length);
    const [stem, body, tail] = [sizes[0]!, sizes[1]! + sizes[2]!, sizes[3]! + sizes[4]! + sizes[5]!];
    const at = (share: number): number => Math.ceil(share * 1000);
    expect(count[0]).toBe(0);
    expect([count[at(1 / 8) - 1], count[at(1 / 8)]]).toEqual([0, stem]);
    expect([count[at(8 / 27) - 1], count[at(8 / 27)]]).toEqual([stem, stem + body]);
    expect([count[at(125 / 216) - 1], count[at(125 / 216)]]).toEqual([stem + body, stem + body + tail]);
    expect(count[999]).toBe(stem + body + tail);
    for (const epoch of [200, 400, 700]) {
      const names = frozen('progressive:0.125', epoch, 1000);
      expect(names).toEqual([...allWeights(layers)].slice(0, names.length));
    }
  });
  test('FreezeOut: the freezing times are evenly spaced before they are cubed', () => {
    const times = Array.from({ length: 6 }, (_, i) => freezingTime(i, 5, 0.3));
    expect(times[0]).toBeCloseTo(0.3, 12);
    expect(times[5]).toBeCloseTo(1, 12);
    const roots = times.map(Math.cbrt);
    for (let i = 1; i < 6; i++) expect(roots[i]! - roots[i - 1]!).toBeCloseTo((1 - Math.cbrt(0.3)) / 5, 12);
  });
  test('joined by +: what any of them freezes, in any order', () => {
    const both = new Set([...frozen('first-factor'), ...frozen('list:norm*')]);
    expect(new Set(frozen('first-factor+list:norm*'))).toEqual(both);
    expect(new Set(frozen('list:norm* + first-factor'))).toEqual(both);
  });
});

test.each([
  ['progresive', 'Did you mean "progressive"?'],
  ['progressive:1', 'expected the share of the training'],
  ['progressive:', 'expected the share of the training'],
  ['first-factor:2', 'takes no value'],
  ['list', 'expected names of weights or nodes'],
  ['none+', 'there is no policy ""'],
])('--freeze %s is a UserError', (text, words) => {
  expect(() => parsePolicy(text)).toThrow(UserError);
  expect(() => parsePolicy(text)).toThrow(words);
});
