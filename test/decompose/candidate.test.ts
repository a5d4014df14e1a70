/** Candidates against the dense model, both run by onnxruntime. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { buildCandidate } from '../../src/decompose/configure.ts';
import { findSites } from '../../src/decompose/find-sites.ts';
import { methodNames, type Rung, rungOf } from '../../src/decompose/method.ts';
import { methodOf } from '../../src/decompose/methods/methods.ts';
import { rungMacs, rungParams } from '../../src/decompose/ranks.ts';
import type { Site } from '../../src/decompose/site.ts';
import { modelCost } from '../../src/onnx/cost.ts';
import type { Attribute, Model } from '../../src/onnx/graph.ts';
import { inferShapes } from '../../src/onnx/shapes.ts';
import { seededRng } from '../../src/random/rng.ts';
import {
  factorsOf,
  float,
  fullRung,
  inHalf,
  int,
  ints,
  network,
  node,
  type Precision,
  randomTensor,
  relativeError,
  run,
  text,
  uniform,
} from './networks.ts';

const tolerance = { float32: 1e-4, float16: 2e-2 };

/** Every method of every site at full rank reproduces the dense outputs, and costs what `ranks` says it costs. */
async function expectFaithful(model: Model, dims: readonly number[], seed: number, precision: Precision = 'float32') {
  const { sites } = findSites(model, inferShapes(model.graph, model.opsets));
  const source = factorsOf(model, sites);
  const x = uniform(
    seededRng(seed),
    dims.reduce((a, b) => a * b, 1),
  );
  const dense = await run(model, dims, x);
  const denseCost = modelCost(model);
  for (const site of sites) {
    for (const method of site.methods) {
      const rung = fullRung(site, method);
      const candidate = buildCandidate(model, sites, source, { [site.name]: rung });
      const outputs = await run(candidate, dims, x);
      dense.forEach((expected, i) => {
        expect(relativeError(expected, outputs[i]!), `${site.name} as ${method}`).toBeLessThan(tolerance[precision]);
      });
      expectCost(candidate, denseCost, site, rung);
      const lowest = rungOf(method, methodOf(method).lowest);
      expectCost(buildCandidate(model, sites, source, { [site.name]: lowest }), denseCost, site, lowest);
    }
  }
  return sites;
}

function expectCost(candidate: Model, dense: { macs: number; params: number }, site: Site, rung: Rung): void {
  const { macs, params } = modelCost(candidate);
  expect(macs - dense.macs, 'macs').toBe(rungMacs(site, rung) - site.macs);
  expect(params - dense.params, 'params').toBe(rungParams(site, rung) - site.params);
}

const small = (min: number, max: number) => fc.integer({ min, max });
const pair = (min: number, max: number) => fc.tuple(small(min, max), small(min, max));

const convolutions = fc.record({
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

describe('a convolution at full rank', () => {
  test('gives the outputs of the dense one, whatever its geometry', async () => {
    let sites = 0;
    await fc.assert(
      fc.asyncProperty(convolutions, async c => {
        const rng = seededRng(c.seed);
        const [ins, outs] = c.groups > 1 ? [c.ins + 3, c.outs + 3] : [c.ins, c.outs];
        const model = network({
          input: ['batch', ins * c.groups, ...c.size],
          nodes: [
            node('Conv', c.bias ? ['x', 'w', 'b'] : ['x', 'w'], 'y', {
              kernel_shape: ints(...c.kernel),
              strides: ints(...c.strides),
              dilations: ints(...c.dilations),
              pads: ints(...c.pads),
              group: int(c.groups),
            }),
          ],
          constants: [
            randomTensor('w', [outs * c.groups, ins, ...c.kernel], rng),
            ...(c.bias ? [randomTensor('b', [outs * c.groups], rng)] : []),
          ],
          outputs: [{ name: 'y', shape: null }],
        });
        sites += (await expectFaithful(model, [c.batch, ins * c.groups, ...c.size], c.seed)).length;
      }),
      { numRuns: 60 },
    );
    expect(sites).toBeGreaterThan(20);
  });

  test.each(['SAME_UPPER', 'SAME_LOWER', 'VALID', 'NOTSET'])('follows auto_pad %s', async mode => {
    await fc.assert(
      fc.asyncProperty(pair(2, 5), pair(1, 2), pair(12, 15), fc.integer(), async (kernel, strides, size, seed) => {
        const attributes: Record<string, Attribute> = { strides: ints(...strides), auto_pad: text(mode) };
        if (mode === 'NOTSET') attributes.pads = ints(1, 0, 2, 1);
        const model = network({
          input: ['batch', 4, ...size],
          nodes: [node('Conv', ['x', 'w'], 'y', attributes)],
          constants: [randomTensor('w', [5, 4, ...kernel], seededRng(seed))],
          outputs: [{ name: 'y', shape: null }],
        });
        const [site] = await expectFaithful(model, [1, 4, ...size], seed);
        expect(site!.methods).toEqual(methodNames);
        // The padding in numbers gives the same outputs as the rule it came from.
        const explicit = new Map(model.graph.nodes[0]!.attributes).set('pads', ints(...site!.pads));
        explicit.delete('auto_pad');
        const nodes = [{ ...model.graph.nodes[0]!, attributes: explicit }];
        const x = uniform(seededRng(seed), 4 * size[0] * size[1]);
        const [expected, actual] = [
          await run(model, [1, 4, ...size], x),
          await run({ ...model, graph: { ...model.graph, nodes } }, [1, 4, ...size], x),
        ];
        expect(relativeError(expected[0]!, actual[0]!)).toBe(0);
      }),
      { numRuns: 8 },
    );
  });

  test('in float16 stays in float16', async () => {
    const rng = seededRng(4);
    const model = inHalf({
      input: ['batch', 8, 10, 10],
      nodes: [node('Conv', ['x', 'w', 'b'], 'y', { pads: ints(1, 1, 1, 1) })],
      constants: [randomTensor('w', [12, 8, 3, 3], rng, 'float16'), randomTensor('b', [12], rng, 'float16')],
      outputs: [{ name: 'y', shape: null }],
    });
    const sites = await expectFaithful(model, [1, 8, 10, 10], 4, 'float16');
    const candidate = buildCandidate(model, sites, factorsOf(model, sites), { y: { method: 'svd', rank: 3 } });
    expect([...candidate.graph.initializers.values()].map(tensor => tensor.elementType)).toEqual(
      Array(3).fill('float16'),
    );
  });

  test('works on a large depthwise kernel and on a single output channel', async () => {
    const rng = seededRng(6);
    const model = network({
      input: ['batch', 6, 12, 12],
      nodes: [
        node('Conv', ['x', 'w1'], 'deep', { pads: ints(3, 3, 3, 3), group: int(6) }),
        node('Conv', ['deep', 'w2'], 'y', { pads: ints(1, 1, 1, 1) }),
      ],
      constants: [randomTensor('w1', [6, 1, 7, 7], rng), randomTensor('w2', [1, 6, 3, 3], rng)],
      outputs: [{ name: 'y', shape: null }],
    });
    const sites = await expectFaithful(model, [2, 6, 12, 12], 6);
    expect(sites.map(({ kind }) => kind)).toEqual(['depthwise-conv', 'conv']);
    expect(sites[0]!.methods).toContain('spatial');
    expect(sites[0]!.methods).not.toContain('svd');
    expect(sites[1]!.methods).toEqual(expect.arrayContaining(['tucker2', 'spatial', 'input']));
    expect(sites[1]!.methods).not.toContain('svd');
  });

  test('works on a weight that is all zeros or has dead channels', async () => {
    for (const live of [0, 1, 3]) {
      const weight = randomTensor('w', [6, 5, 3, 3], seededRng(live));
      weight.bytes.fill(0, live * 5 * 9 * 4);
      const model = network({
        input: [1, 5, 8, 8],
        nodes: [node('Conv', ['x', 'w'], 'y')],
        constants: [weight],
        outputs: [{ name: 'y', shape: null }],
      });
      expect(await expectFaithful(model, [1, 5, 8, 8], live)).toHaveLength(1);
    }
  });
});

describe('a matrix at full rank', () => {
  test('gives the outputs of the dense Gemm, with every option', async () => {
    const options = fc.record({
      transA: fc.boolean(),
      transB: fc.boolean(),
      alpha: fc.constantFrom(1, 0.5, -2),
      beta: fc.constantFrom(1, 0, 3),
      bias: fc.constantFrom<readonly number[] | null>(null, [9], [1, 9], [1]),
      rows: small(1, 4),
      seed: fc.integer(),
    });
    await fc.assert(
      fc.asyncProperty(options, async o => {
        const rng = seededRng(o.seed);
        const dims = o.transA ? [7, o.rows] : [o.rows, 7];
        const model = network({
          input: dims,
          nodes: [
            node('Gemm', o.bias ? ['x', 'w', 'b'] : ['x', 'w'], 'y', {
              transA: int(Number(o.transA)),
              transB: int(Number(o.transB)),
              alpha: float(o.alpha),
              beta: float(o.beta),
            }),
          ],
          constants: [
            randomTensor('w', o.transB ? [9, 7] : [7, 9], rng),
            ...(o.bias ? [randomTensor('b', o.bias, rng)] : []),
          ],
          outputs: [{ name: 'y', shape: null }],
        });
        expect(await expectFaithful(model, dims, o.seed)).toHaveLength(1);
      }),
      { numRuns: 40 },
    );
  });

  test('gives the outputs of a batched MatMul and leaves the Add behind it alone', async () => {
    for (const dims of [[6], [4, 6], [2, 4, 6], [2, 3, 4, 6]]) {
      const rng = seededRng(dims.length);
      const model = network({
        input: dims,
        nodes: [node('MatMul', ['x', 'w'], 'h'), node('Add', ['h', 'b'], 'y')],
        constants: [randomTensor('w', [6, 8], rng), randomTensor('b', [8], rng)],
        outputs: [{ name: 'y', shape: null }],
      });
      const sites = await expectFaithful(model, dims, dims.length);
      expect(sites.map(({ name, kind }) => [name, kind])).toEqual([['h', 'matmul']]);
      const candidate = buildCandidate(model, sites, factorsOf(model, sites), { h: { method: 'svd', rank: 2 } });
      expect(candidate.graph.nodes.at(-1)).toBe(model.graph.nodes[1]);
    }
  });

  test('in float16 stays in float16', async () => {
    const rng = seededRng(8);
    const model = inHalf({
      input: ['batch', 12],
      nodes: [node('Gemm', ['x', 'w', 'b'], 'y', { transB: int(1) })],
      constants: [randomTensor('w', [10, 12], rng, 'float16'), randomTensor('b', [10], rng, 'float16')],
      outputs: [{ name: 'y', shape: null }],
    });
    expect(await expectFaithful(model, [3, 12], 8, 'float16')).toHaveLength(1);
  });
});

describe('what exporters put around a weight or a batch', () => {
  test('a weight read through Transpose, or stored in float16 and cast', async () => {
    const rng = seededRng(31);
    const model = network({
      input: ['batch', 8],
      nodes: [
        node('Transpose', ['a'], 'at', { perm: ints(1, 0) }),
        node('MatMul', ['x', 'at'], 'h'),
        node('Cast', ['b'], 'b32', { to: int(1) }),
        node('Gemm', ['h', 'b32'], 'y'),
      ],
      constants: [randomTensor('a', [10, 8], rng), randomTensor('b', [10, 6], rng, 'float16')],
      outputs: [{ name: 'y', shape: null }],
    });
    const sites = await expectFaithful(model, [3, 8], 31);
    expect(sites.map(({ weightDims, elementType }) => [weightDims, elementType])).toEqual([
      [[8, 10], 'float32'],
      [[10, 6], 'float32'],
    ]);
    const both = Object.fromEntries(sites.map(site => [site.name, fullRung(site, 'svd')]));
    const candidate = buildCandidate(model, sites, factorsOf(model, sites), both);
    expect(candidate.graph.nodes.map(({ opType }) => opType)).toEqual(['MatMul', 'MatMul', 'Gemm', 'Gemm']);
  });

  test('a fixed batch, whose images all count', async () => {
    const rng = seededRng(32);
    const model = network({
      input: [3, 5, 9, 8],
      nodes: [node('Conv', ['x', 'w'], 'y', { strides: ints(2, 2) })],
      constants: [randomTensor('w', [6, 5, 3, 3], rng)],
      outputs: [{ name: 'y', shape: null }],
    });
    const [site] = await expectFaithful(model, [3, 5, 9, 8], 32);
    expect(site!.outputPositions).toBe(3 * 4 * 3);
  });

  test('rows that a dynamic batch was folded into', async () => {
    const rng = seededRng(33);
    const shape = { name: 's', dims: [2], elementType: 'int64' as const, bytes: new Uint8Array(16) };
    new BigInt64Array(shape.bytes.buffer).set([-1n, 6n]);
    const model = network({
      input: ['batch', 7, 6],
      nodes: [node('Reshape', ['x', 's'], 'r'), node('Gemm', ['r', 'w'], 'y')],
      constants: [shape, randomTensor('w', [6, 9], rng)],
      outputs: [{ name: 'y', shape: null }],
    });
    const [site] = await expectFaithful(model, [2, 7, 6], 33);
    expect(site!.outputPositions).toBe(7);
  });
});

test('a truncated site gives exactly the outputs of the truncated weight', async () => {
  const rng = seededRng(21);
  const model = network({
    input: [1, 5, 9, 9],
    nodes: [node('Conv', ['x', 'w', 'b'], 'y', { strides: ints(2, 1), pads: ints(0, 1, 2, 0) })],
    constants: [randomTensor('w', [7, 5, 3, 3], rng), randomTensor('b', [7], rng)],
    outputs: [{ name: 'y', shape: null }],
  });
  const { sites } = findSites(model, inferShapes(model.graph, model.opsets));
  const source = factorsOf(model, sites);
  const { u, s, vt } = await import('../../src/linalg/svd.ts').then(({ svd }) =>
    svd({ rows: 7, cols: 45, data: new Float32Array(model.graph.initializers.get('w')!.bytes.slice().buffer) }),
  );
  const w = Float32Array.from({ length: 7 * 45 }, (_, i) => {
    const [o, c] = [Math.floor(i / 45), i % 45];
    return [0, 1, 2].reduce((sum, r) => sum + u[o * 7 + r]! * s[r]! * vt[r * 45 + c]!, 0);
  });
  const truncated = {
    ...model.graph.initializers.get('w')!,
    bytes: new Uint8Array(w.buffer),
  };
  const x = uniform(rng, 5 * 81);
  const initializers = new Map(model.graph.initializers).set('w', truncated);
  const [expected] = await run({ ...model, graph: { ...model.graph, initializers } }, [1, 5, 9, 9], x);
  const [actual] = await run(buildCandidate(model, sites, source, { y: { method: 'svd', rank: 3 } }), [1, 5, 9, 9], x);
  expect(relativeError(expected!, actual!)).toBeLessThan(1e-5);
});
