import { Tensor } from 'onnxruntime-node';
import { expect, test } from 'vitest';
import { gradientBuilder } from '../../../src/autodiff/gradient/builder.ts';
import { seededRng } from '../../../src/random/rng.ts';
import type { FactoredSite } from '../../../src/train/optimiser/factored.ts';
import { addFrobeniusDecay } from '../../../src/train/optimiser/frobenius-decay.ts';
import { chain } from '../../../src/train/optimiser/transformation.ts';
import { buildModel } from '../../onnx/build.ts';
import { run } from '../../onnx/runtime.ts';

const decay = 0.3;
type Dims = readonly number[];

/** The gradients that the pass gives, by factor. */
async function decayOf(site: FactoredSite, values: readonly Float64Array[]): Promise<Float32Array[]> {
  const inputs = site.factors.flatMap(({ weight, dims }) => [
    { name: weight, shape: dims },
    { name: `g/${weight}`, shape: dims },
  ]);
  const model = buildModel({ inputs, outputs: [], nodes: [], opset: 18 });
  const build = gradientBuilder(model.graph);
  const scope = {
    build,
    weights: site.factors.map(({ weight, dims }) => ({ name: weight, dims, decays: true })),
    slot: () => '',
    scalar: () => '',
    gradientNorm: '',
  };
  const given = new Map(site.factors.map(({ weight }) => [weight, `g/${weight}`]));
  const { updates } = addFrobeniusDecay(decay, [site], chain()).update(scope, given);
  const outputs = site.factors.map(({ weight }) => updates.get(weight)!);
  const initializers = new Map(build.constants().map(tensor => [tensor.name, tensor]));
  const graph = {
    ...model.graph,
    nodes: build.nodes(),
    initializers,
    outputs: outputs.map(name => ({ name, elementType: 'float32' as const, shape: null })),
  };
  const feeds = Object.fromEntries(
    site.factors.flatMap(({ weight, dims }, i) => [
      [weight, new Tensor('float32', Float32Array.from(values[i]!), dims)],
      [`g/${weight}`, new Tensor('float32', new Float32Array(values[i]!.length), dims)],
    ]),
  );
  const results = await run({ ...model, graph }, feeds);
  return outputs.map(name => results[name]!.data as Float32Array);
}

/** Element [o, i, ...taps] of a factor in group g, whatever its layout. */
type At = (g: number, o: number, i: number, tap: number) => number;
function reader({ dims, layout }: { dims: Dims; layout: string }, values: Float64Array, groups: number): At {
  const [a = 1, b = 1, ...kernel] = dims;
  const taps = kernel.reduce((x, y) => x * y, 1);
  return layout === 'out-in'
    ? (g, o, i, tap) => values[((g * (a / groups) + o) * b + i) * taps + tap]!
    : (_, o, i) => values[i * b + o]!;
}

/** d/2 |W|^2 with W multiplied out, every element by itself. */
function penalty({ groups, factors }: FactoredSite, values: readonly Float64Array[]): number {
  const parts = factors.map((factor, i) => reader(factor, values[i]!, groups));
  const size = factors.map(({ dims, layout }) => {
    const [a = 1, b = 1, ...kernel] = dims;
    const [outs, ins] = layout === 'out-in' ? [a / groups, b] : [b, a];
    return { outs, ins, taps: kernel.reduce((x, y) => x * y, 1) };
  });
  const spread = (count: number): number[] => Array.from({ length: count }, (_, i) => i);
  let sum = 0;
  const last = size.length - 1;
  for (const g of spread(groups))
    for (const o of spread(size[last]!.outs))
      for (const i of spread(size[0]!.ins))
        for (const taps of size.reduce<number[][]>(
          (so, { taps: n }) => so.flatMap(some => spread(n).map(tap => [...some, tap])),
          [[]],
        )) {
          let w = 0;
          for (const r of spread(size[0]!.outs)) {
            if (last === 1) w += parts[1]!(g, o, r, taps[1]!) * parts[0]!(g, r, i, taps[0]!);
            else
              for (const q of spread(size[1]!.outs))
                w += parts[2]!(g, o, q, taps[2]!) * parts[1]!(g, q, r, taps[1]!) * parts[0]!(g, r, i, taps[0]!);
          }
          sum += w * w;
        }
  return (decay / 2) * sum;
}

const site = (groups: number, layout: 'out-in' | 'in-out', ...dims: Dims[]): FactoredSite => ({
  groups,
  factors: dims.map((each, i) => ({ weight: `factor ${i}`, dims: each, layout })),
});

test.each<[string, FactoredSite]>([
  ['svd of a convolution', site(1, 'out-in', [2, 3, 3, 3], [4, 2, 1, 1])],
  ['svd of a grouped convolution', site(2, 'out-in', [4, 3, 3, 3], [6, 2, 1, 1])],
  ['spatial', site(1, 'out-in', [2, 3, 3, 1], [4, 2, 1, 3])],
  ['1 x 1 before the kernel', site(1, 'out-in', [2, 3, 1, 1], [4, 2, 3, 3])],
  ['svd of a Gemm that is stored transposed', site(1, 'out-in', [2, 5], [4, 2])],
  ['svd of a MatMul', site(1, 'in-out', [5, 2], [2, 4])],
  ['tucker2', site(1, 'out-in', [3, 4, 1, 1], [2, 3, 3, 3], [5, 2, 1, 1])],
  ['tucker2 of a grouped convolution', site(2, 'out-in', [6, 2, 1, 1], [4, 3, 3, 3], [6, 2, 1, 1])],
])('%s: the decay is the derivative of half the squared norm of the product', async (_, each) => {
  const rng = seededRng(7);
  const values = each.factors.map(({ dims }) =>
    Float64Array.from({ length: dims.reduce((a, b) => a * b, 1) }, () => Math.fround(2 * rng.uniform() - 1)),
  );
  const found = await decayOf(each, values);
  for (const [f, gradient] of found.entries()) {
    const step = 1e-4;
    for (let k = 0; k < gradient.length; k += Math.ceil(gradient.length / 7)) {
      const moved = (by: number): number =>
        penalty(
          each,
          values.map((own, i) => (i === f ? own.map((value, at) => (at === k ? value + by : value)) : own)),
        );
      expect(gradient[k]!).toBeCloseTo((moved(step) - moved(-step)) / (2 * step), 4);
    }
  }
});
