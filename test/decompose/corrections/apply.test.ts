import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { buildCandidate } from '../../../src/decompose/configure.ts';
import { correctionPass } from '../../../src/decompose/corrections/apply.ts';
import { momentProbe, type Target } from '../../../src/decompose/corrections/moment-probe.ts';
import {
  type ChannelCorrection,
  type ChannelMoments,
  correctionOf,
  correctionRule,
} from '../../../src/decompose/corrections/moments.ts';
import { findSites } from '../../../src/decompose/find-sites.ts';
import type { Assignment } from '../../../src/decompose/method.ts';
import type { Site } from '../../../src/decompose/site.ts';
import type { Model } from '../../../src/onnx/graph.ts';
import { runPass } from '../../../src/onnx/pass.ts';
import { inferShapes } from '../../../src/onnx/shapes.ts';
import { floatsOf, floatTensor } from '../../../src/onnx/tensor.ts';
import { seededRng } from '../../../src/random/rng.ts';
import { runNamed } from '../../onnx/runtime.ts';
import {
  factorsOf,
  float,
  inHalf,
  int,
  ints,
  type NetworkParts,
  network,
  node,
  randomTensor,
  uniform,
} from '../networks.ts';

const images = 12;
/** As if from so many images that the correction is believed wholly. */
const believed = 1e12;

/** conv -> BatchNormalization -> relu -> conv with bias -> relu -> mean -> Gemm, MatMul + Add on the side. */
function smallNetwork(seed = 1): NetworkParts {
  const rng = seededRng(seed);
  const constant = (name: string, ...dims: number[]) => randomTensor(name, dims, rng);
  const positive = (name: string, ...dims: number[]) => {
    const tensor = randomTensor(name, dims, rng);
    return {
      ...tensor,
      bytes: new Uint8Array(new Float32Array(new Float32Array(tensor.bytes.buffer).map(x => 1 + x * x)).buffer),
    };
  };
  return {
    input: ['N', 4, 8, 8],
    nodes: [
      node('Conv', ['x', 'w1'], 'y1', { kernel_shape: ints(3, 3), pads: ints(1, 1, 1, 1) }),
      node('BatchNormalization', ['y1', 'gamma', 'beta', 'mu', 'var'], 'z1'),
      node('Relu', ['z1'], 'r1'),
      node('Conv', ['r1', 'w2', 'b2'], 'y2', { kernel_shape: ints(3, 3), strides: ints(2, 2), pads: ints(1, 1, 1, 1) }),
      node('Relu', ['y2'], 'r2'),
      node('GlobalAveragePool', ['r2'], 'p2'),
      node('Flatten', ['p2'], 'f2'),
      node('Gemm', ['f2', 'w3', 'b3'], 'y3', { transB: int(1), beta: float(0.5) }),
      node('MatMul', ['f2', 'w4'], 'y4'),
      node('Add', ['y4', 'b4'], 'z4'),
      node('MatMul', ['f2', 'w5'], 'y5'),
    ],
    constants: [
      constant('w1', 8, 4, 3, 3),
      positive('gamma', 8),
      constant('beta', 8),
      constant('mu', 8),
      positive('var', 8),
      constant('w2', 16, 8, 3, 3),
      constant('b2', 16),
      constant('w3', 12, 16),
      constant('b3', 12),
      constant('w4', 16, 10),
      constant('b4', 10),
      constant('w5', 16, 9),
    ],
    outputs: [
      { name: 'y3', shape: ['N', 12] },
      { name: 'z4', shape: ['N', 10] },
      { name: 'y5', shape: ['N', 9] },
    ],
  };
}

const truncated: Assignment = {
  y1: { method: 'spatial', rank: 4 },
  y2: { method: 'svd', rank: 4 },
  y3: { method: 'svd', rank: 6 },
  y4: { method: 'svd', rank: 4 },
  y5: { method: 'svd', rank: 5 },
};

/** The shift of y4 lies in the constant of the Add behind it, where it is seen. */
const seen = (sites: readonly Site[]): Site[] =>
  sites.map(site => (site.name === 'y4' ? { ...site, output: site.output.replace('y4', 'z4') } : site));

const x = { dims: [images, 4, 8, 8], data: uniform(seededRng(7), images * 4 * 8 * 8) };

function parts(model: Model): { model: Model; sites: readonly Site[]; candidate: Model } {
  const { sites } = findSites(model, inferShapes(model.graph, model.opsets));
  return { model, sites, candidate: buildCandidate(model, sites, factorsOf(model, sites), truncated) };
}

async function moments(model: Model, sites: readonly Site[], targets: ReadonlyMap<string, Target> | null) {
  const probe = momentProbe(model, sites, targets);
  const answers = await runNamed(probe.model, x.dims, x.data);
  const found = probe.sites.map(({ site, mean, variance }) => [
    site,
    { mean: answers.get(mean)!, variance: answers.get(variance)! },
  ]);
  return { of: new Map(found as [string, ChannelMoments][]), answers };
}

/** The moments of the outputs, computed here from the values themselves. */
async function plainMoments(model: Model, sites: readonly Site[]): Promise<Map<string, ChannelMoments>> {
  const wanted = sites.map(({ output }) => ({ name: output, elementType: 'float32' as const, shape: null }));
  const known = new Set(model.graph.outputs.map(({ name }) => name));
  const graph = { ...model.graph, outputs: [...model.graph.outputs, ...wanted.filter(({ name }) => !known.has(name))] };
  const answers = await runNamed({ ...model, graph }, x.dims, x.data);
  return new Map(
    sites.map(({ name, output, outChannels }) => {
      const y = answers.get(output)!;
      const area = y.length / images / outChannels;
      const mean = new Float64Array(outChannels);
      const square = new Float64Array(outChannels);
      y.forEach((value, i) => {
        const c = Math.floor(i / area) % outChannels;
        mean[c]! += value / (images * area);
        square[c]! += value ** 2 / (images * area);
      });
      return [name, { mean, variance: square.map((each, c) => each - mean[c]! ** 2) }];
    }),
  );
}

function close(actual: ArrayLike<number>, expected: ArrayLike<number>, digits = 4): void {
  expect(actual.length).toBe(expected.length);
  for (let i = 0; i < expected.length; i++) {
    expect(Math.abs(actual[i]! - expected[i]!)).toBeLessThan(10 ** -digits * (1 + Math.abs(expected[i]!)));
  }
}

async function correctedCandidate(model: Model, sites: readonly Site[], candidate: Model, count: number) {
  const dense = await moments(model, sites, null);
  const targets = new Map(
    [...dense.of].map(([name, found]) => [name, { dense: found, rule: correctionRule(found, count) }]),
  );
  const found = await moments(candidate, sites, targets);
  const corrections = new Map<string, ChannelCorrection>(
    sites.map(({ name }) => {
      const target = targets.get(name)!;
      return [name, correctionOf(target.dense, found.of.get(name)!, target.rule)];
    }),
  );
  let corrected = candidate;
  for (const site of sites) corrected = runPass(correctionPass(site, corrections.get(site.name)!), corrected).model;
  return { dense, corrected, probed: found.answers };
}

describe('the moments of a probe', () => {
  test('are those of the values', async () => {
    const { model, sites } = parts(network(smallNetwork()));
    expect(sites.map(({ name }) => name)).toEqual(['y1', 'y2', 'y3', 'y4', 'y5']);
    const { of } = await moments(model, sites, null);
    for (const [name, { mean, variance }] of await plainMoments(model, sites)) {
      close(of.get(name)!.mean, mean);
      close(of.get(name)!.variance, variance);
    }
  });

  test.each([13, 18])('in opset %i', async opset => {
    const model = { ...network(smallNetwork()), opsets: new Map([['', opset]]) };
    const { sites } = parts(model);
    const { of } = await moments(model, sites, null);
    expect(of.size).toBe(5);
  });
});

describe('a corrected candidate', () => {
  test('has the moments of the dense model at every site, in one forward, and its outputs are those of the probe', async () => {
    const { model, sites, candidate } = parts(network(smallNetwork()));
    const before = await plainMoments(candidate, seen(sites));
    const { corrected, probed } = await correctedCandidate(model, sites, candidate, believed);
    const after = await plainMoments(corrected, seen(sites));
    const dense = await plainMoments(model, seen(sites));
    for (const [name, { mean, variance }] of dense) {
      close(after.get(name)!.mean, mean);
      close(after.get(name)!.variance, variance);
    }
    expect(Math.abs(before.get('y2')!.variance[0]! - dense.get('y2')!.variance[0]!)).toBeGreaterThan(0.01);
    const answers = await runNamed(corrected, x.dims, x.data);
    for (const { name } of model.graph.outputs) close(answers.get(name)!, probed.get(name)!);
  });

  test('in half precision, to its rounding', async () => {
    const { model, sites, candidate } = parts(inHalf({ ...smallNetwork(), constants: halfConstants() }));
    const { corrected } = await correctedCandidate(model, sites, candidate, believed);
    const { of } = await moments(corrected, seen(sites), null);
    const dense = await moments(model, seen(sites), null);
    for (const [name, { mean, variance }] of dense.of) {
      close(of.get(name)!.mean, mean, 1);
      close(of.get(name)!.variance, variance, 1);
    }
  });

  test('keeps the number of nodes, but where a MatMul has no bias', async () => {
    const { model, sites, candidate } = parts(network(smallNetwork()));
    const { corrected } = await correctedCandidate(model, sites, candidate, believed);
    expect(corrected.graph.nodes.length).toBe(candidate.graph.nodes.length + 1);
    expect(corrected.graph.nodes.filter(({ opType }) => opType === 'Add')).toHaveLength(2);
  });

  test('one image is believed by half', () => {
    const dense = { mean: Float64Array.of(3), variance: Float64Array.of(4) };
    const found = { mean: Float64Array.of(1), variance: Float64Array.of(1) };
    const { scale, shift } = correctionOf(dense, found, correctionRule(dense, 1));
    expect(scale[0]).toBeCloseTo(1.5, 5);
    expect(scale[0]! * 1 + shift[0]!).toBeCloseTo(2, 5);
  });
});

const halfConstants = () =>
  smallNetwork().constants.map(tensor => floatTensor(tensor.name, tensor.dims, floatsOf(tensor), 'float16'));

describe('degenerate statistics', () => {
  const number = fc.oneof(
    fc.double({ min: 0, max: 1e6, noNaN: true }),
    fc.constantFrom(0, 1e-30, 1e-12, 1e12, Number.MIN_VALUE),
  );
  const signed = fc.double({ min: -1e6, max: 1e6, noNaN: true });

  test('give finite scales within the limit, and a dead channel keeps its scale', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(signed, number, signed, number), { minLength: 1, maxLength: 20 }),
        fc.integer({ min: 1, max: 1000 }),
        (channels, count) => {
          const of = (i: 0 | 2): ChannelMoments => ({
            mean: Float64Array.from(channels, each => each[i]),
            variance: Float64Array.from(channels, each => each[i + 1]!),
          });
          const { scale, shift } = correctionOf(of(0), of(2), correctionRule(of(0), count));
          scale.forEach(each => {
            expect(each).toBeGreaterThanOrEqual(0.25 - 1e-6);
            expect(each).toBeLessThanOrEqual(4 + 1e-6);
          });
          expect(shift.every(Number.isFinite)).toBe(true);
        },
      ),
    );
    const dead = { mean: Float64Array.of(1, 5), variance: Float64Array.of(0, 1) };
    expect(correctionOf(dead, dead, correctionRule(dead, 10)).scale).toEqual(Float32Array.of(1, 1));
  });

  test('constant images and a dead channel: no NaN, and what the dense model says of them', async () => {
    const base = smallNetwork();
    const dead = base.constants.map(tensor =>
      tensor.name === 'w1' ? { ...tensor, bytes: tensor.bytes.slice().fill(0, 0, 4 * 9 * 4) } : tensor,
    );
    const { model, sites, candidate } = parts(network({ ...base, constants: dead }));
    const { corrected } = await correctedCandidate(model, sites, candidate, believed);
    const still = new Float32Array(x.data.length).fill(0.25);
    for (const input of [still, x.data]) {
      const answers = await runNamed(corrected, x.dims, input);
      for (const { name } of model.graph.outputs) expect(answers.get(name)!.every(Number.isFinite)).toBe(true);
    }
  });
});
