/** Random weights and convolutions for what every method must keep to. */
import fc from 'fast-check';
import type { WeightBlock } from '../../../src/decompose/block.ts';
import type { DenseNode } from '../../../src/decompose/dense-node.ts';
import { isRefused } from '../../../src/decompose/site.ts';
import { convSite } from '../../../src/decompose/sites/conv.ts';
import { graphReadingOf } from '../../../src/decompose/sites/draft.ts';
import type { Model } from '../../../src/onnx/graph.ts';
import { inferShapes } from '../../../src/onnx/shapes.ts';
import { seededRng } from '../../../src/random/rng.ts';
import { int, ints, network, node, randomTensor } from '../networks.ts';

const small = (min: number, max: number) => fc.integer({ min, max });
const pair = (min: number, max: number) => fc.tuple(small(min, max), small(min, max));

/** Weights of any extent, some with dead channels or all zeros. */
export const blocks = fc
  .record({
    groups: fc.constantFrom(1, 1, 2, 3),
    outPerGroup: small(1, 7),
    inPerGroup: small(1, 7),
    kernel: pair(1, 4),
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

/** `ins` and `outs` count per group. */
export interface Convolution {
  readonly kernel: [number, number];
  readonly strides: [number, number];
  readonly dilations: [number, number];
  readonly pads: [number, number, number, number];
  readonly groups: number;
  readonly ins: number;
  readonly outs: number;
  readonly bias: boolean;
  readonly size: [number, number];
  readonly batch: number;
  readonly seed: number;
}

export const convolutions: fc.Arbitrary<Convolution> = fc.record({
  kernel: pair(1, 7),
  strides: pair(1, 3),
  dilations: pair(1, 2),
  pads: fc.tuple(small(0, 3), small(0, 3), small(0, 3), small(0, 3)),
  groups: fc.constantFrom(1, 1, 1, 2, 3),
  ins: small(1, 6),
  outs: small(1, 6),
  bias: fc.boolean(),
  size: pair(14, 17),
  batch: small(1, 2),
  seed: fc.integer(),
});

/** A network of this one convolution, and its node as a pass knows it. */
export function modelOf(c: Convolution): { readonly model: Model; readonly site: DenseNode } {
  const rng = seededRng(c.seed);
  const conv = node('Conv', c.bias ? ['x', 'w', 'b'] : ['x', 'w'], 'y', {
    kernel_shape: ints(...c.kernel),
    strides: ints(...c.strides),
    dilations: ints(...c.dilations),
    pads: ints(...c.pads),
    group: int(c.groups),
  });
  const model = network({
    input: ['batch', c.ins * c.groups, ...c.size],
    nodes: [conv],
    constants: [
      randomTensor('w', [c.outs * c.groups, c.ins, ...c.kernel], rng),
      ...(c.bias ? [randomTensor('b', [c.outs * c.groups], rng)] : []),
    ],
    outputs: [{ name: 'y', shape: null }],
  });
  const draft = convSite(
    graphReadingOf(model.graph, inferShapes(model.graph, model.opsets), () => null),
    conv,
  );
  if (isRefused(draft)) throw new Error(draft.reason);
  return { model, site: { ...draft, name: 'y', index: 0 } };
}
