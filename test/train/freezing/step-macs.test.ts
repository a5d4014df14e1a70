import { expect, test } from 'vitest';
import { stepMacs } from '../../../src/train/freezing/step-macs.ts';
import { prepareNetwork } from '../../../src/train/network/prepare.ts';
import { factorisedNetwork } from '../factorised-network.ts';

const network = prepareNetwork(factorisedNetwork());
const names = network.weights.map(({ name }) => name);
/** By layer, 5 x 5 positions: 4 x 27, 2 x 36, 5 x 2, 3 x 5, 2 x 27, 4 x 2; and 3 x 4 once. */
const [stem, svd0, svd1, tucker0, tucker1, tucker2, fc] = [2700, 1800, 250, 375, 1350, 200, 12] as const;
const forward = stem + svd0 + svd1 + tucker0 + tucker1 + tucker2 + fc;

test('an unfrozen step is three forward passes, less the gradient of the images', () => {
  expect(stepMacs(network.model, new Set(names))).toEqual({
    forward,
    inputGradients: forward - stem,
    weightGradients: forward,
    total: 3 * forward - stem,
  });
});

test('a frozen factor saves its weight gradient alone', () => {
  const trained = new Set(names.filter(name => name !== 'body/svd_0.weight'));
  expect(stepMacs(network.model, trained).total).toBe(3 * forward - stem - svd0);
});

test('behind a frozen prefix nothing flows back', () => {
  const trained = new Set(names.slice(names.indexOf('tail/tucker2_1.weight')));
  expect(stepMacs(network.model, trained)).toMatchObject({
    inputGradients: tucker2 + fc,
    weightGradients: tucker1 + tucker2 + fc,
  });
});
