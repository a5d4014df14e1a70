import { describe, expect, test } from 'vitest';
import type { Model, Tensor } from '../../../src/onnx/graph.ts';
import { floatsOf, floatTensor } from '../../../src/onnx/tensor.ts';
import { freshModel } from '../../../src/train/network/fresh.ts';
import { prepareNetwork } from '../../../src/train/network/prepare.ts';
import { tinyNetwork } from '../tiny-network.ts';

const channels = 96;
const network = prepareNetwork(tinyNetwork({ channels }));
const values = (model: Model, name: string): Float32Array => floatsOf(model.graph.initializers.get(name) as Tensor);
const mean = (all: Float32Array): number => all.reduce((sum, each) => sum + each, 0) / all.length;
const variance = (all: Float32Array): number => all.reduce((sum, each) => sum + each ** 2, 0) / all.length;

describe('fresh weights', () => {
  const fresh = freshModel(network, 5);

  test.each([
    ['c1.weight', 2 / 27],
    ['c2.weight', 2 / channels],
    ['fc.weight', 1 / channels],
  ])('%s is normal with the variance %f of its fan-in', (name, wanted) => {
    const drawn = values(fresh, name);
    // Standard errors of mean and variance of n normal numbers: sigma / sqrt(n), sigma^2 sqrt(2 / n); four of each.
    expect(Math.abs(mean(drawn))).toBeLessThan(4 * Math.sqrt(wanted / drawn.length));
    expect(Math.abs(variance(drawn) - wanted)).toBeLessThan(4 * wanted * Math.sqrt(2 / drawn.length));
    const beyond = drawn.filter(each => Math.abs(each) > Math.sqrt(wanted)).length / drawn.length;
    expect(Math.abs(beyond - 0.3173)).toBeLessThan(4 * Math.sqrt((0.3173 * 0.6827) / drawn.length));
  });

  test('biases, norms and running statistics stand where they start', () => {
    const all = (name: string) => new Set(values(fresh, name));
    for (const zero of ['c2.bias', 'fc.bias', 'n1.shift', 'n2.mean']) expect(all(zero)).toEqual(new Set([0]));
    for (const one of ['n1.scale', 'n2.variance']) expect(all(one)).toEqual(new Set([1]));
  });

  test('the seed alone decides, not what the file held', () => {
    const other = prepareNetwork(tinyNetwork({ channels, seed: 9 }));
    for (const name of ['c1.weight', 'fc.weight', 'n1.variance']) {
      expect(values(freshModel(other, 5), name)).toEqual(values(fresh, name));
    }
    expect(values(freshModel(network, 6), 'c1.weight')).not.toEqual(values(fresh, 'c1.weight'));
  });

  test('half precision stays half precision', () => {
    const initializers = new Map(network.model.graph.initializers);
    const { dims } = initializers.get('fc.bias') as Tensor;
    initializers.set('fc.bias', floatTensor('fc.bias', dims, new Float32Array([1, 2, 3]), 'float16'));
    const half = { ...network, model: { ...network.model, graph: { ...network.model.graph, initializers } } };
    expect(freshModel(half, 0).graph.initializers.get('fc.bias')).toMatchObject({ elementType: 'float16' });
  });
});
