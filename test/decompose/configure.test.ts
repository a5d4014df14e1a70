import { describe, expect, test } from 'vitest';
import { buildCandidate } from '../../src/decompose/configure.ts';
import { findSites } from '../../src/decompose/find-sites.ts';
import type { Assignment } from '../../src/decompose/method.ts';
import { rungMacs, rungParams } from '../../src/decompose/ranks.ts';
import { UserError } from '../../src/errors/user-error.ts';
import { modelCost } from '../../src/onnx/cost.ts';
import type { Model } from '../../src/onnx/graph.ts';
import { readModel } from '../../src/onnx/read.ts';
import { inferShapes } from '../../src/onnx/shapes.ts';
import { writeModel } from '../../src/onnx/write.ts';
import { seededRng } from '../../src/random/rng.ts';
import {
  factorsOf,
  fullRung,
  int,
  ints,
  network,
  node,
  randomTensor,
  relativeError,
  run,
  uniform,
} from './networks.ts';

const rng = seededRng(7);

/** Two convolutions that share a weight, a third with its own, and a classifier. */
const shared: Model = network({
  input: ['batch', 6, 8, 8],
  nodes: [
    node('Conv', ['x', 'w'], 'h1', { pads: ints(1, 1, 1, 1) }, 'a'),
    node('Relu', ['h1'], 'h2', {}, 'relu'),
    node('Conv', ['h2', 'w', 'b'], 'h3', { pads: ints(1, 1, 1, 1) }, 'b'),
    node('Conv', ['h3', 'v'], 'h4', { strides: ints(2, 2) }, 'a/svd_0'),
    node('GlobalAveragePool', ['h4'], 'h5', {}, 'pool'),
    node('Flatten', ['h5'], 'h6', {}, 'flatten'),
    node('Gemm', ['h6', 'f'], 'y', { transB: int(1) }, 'fc'),
  ],
  constants: [
    randomTensor('w', [6, 6, 3, 3], rng),
    randomTensor('b', [6], rng),
    randomTensor('v', [8, 6, 1, 1], rng),
    randomTensor('f', [10, 8], rng),
    randomTensor('unused', [3], rng),
  ],
  outputs: [{ name: 'y', shape: ['batch', 10] }],
});
const { sites } = findSites(shared, inferShapes(shared.graph, shared.opsets));
const source = factorsOf(shared, sites);
const build = (assignment: Assignment): Model => buildCandidate(shared, sites, source, assignment);
const x = uniform(rng, 2 * 6 * 64);
const dims = [2, 6, 8, 8];

test('the sites of the network', () => {
  expect(sites.map(({ name }) => name)).toEqual(['a', 'a/svd_0', 'fc']);
});

test('all dense is the dense model, byte for byte', () => {
  const bytes = writeModel(readModel(writeModel(shared), { name: 'shared.onnx' }));
  const model = readModel(bytes, { name: 'shared.onnx' });
  const assignment = Object.fromEntries(sites.map(({ name }) => [name, { method: 'dense' as const }]));
  expect(buildCandidate(model, sites, source, assignment)).toBe(model);
  expect(writeModel(buildCandidate(model, sites, source, {}))).toEqual(bytes);
});

test('the same assignment gives the same bytes, in whatever order it is written', () => {
  const a = { method: 'svd', rank: 3 } as const;
  const fc = { method: 'svd', rank: 2 } as const;
  expect(writeModel(build({ a, fc }))).toEqual(writeModel(build({ fc, a })));
});

describe('a shared weight', () => {
  test('is factorised once, and its factors are stored once', async () => {
    const [dense] = await run(shared, dims, x);
    for (const method of sites[0]!.methods) {
      const rung = fullRung(sites[0]!, method);
      const candidate = build({ a: rung });
      expect(candidate.graph.initializers.has('w')).toBe(false);
      const [actual] = await run(candidate, dims, x);
      expect(relativeError(dense!, actual!), method).toBeLessThan(1e-4);
      const { macs, params } = modelCost(candidate);
      const before = modelCost(shared);
      expect(macs - before.macs).toBe(rungMacs(sites[0]!, rung) - sites[0]!.macs);
      expect(params - before.params).toBe(rungParams(sites[0]!, rung) - sites[0]!.params);
    }
  });

  test('stays as long as a node that is no site reads it', () => {
    const reader = node('Add', ['h1', 'w'], 'sum');
    const model = { ...shared, graph: { ...shared.graph, nodes: [...shared.graph.nodes, reader] } };
    const candidate = buildCandidate(model, sites, source, { a: { method: 'svd', rank: 2 } });
    expect(candidate.graph.initializers.get('w')).toBe(shared.graph.initializers.get('w'));
  });
});

test('every site at once reproduces the outputs, and names do not clash', async () => {
  const assignment = Object.fromEntries(sites.map(site => [site.name, fullRung(site, site.methods.at(-1)!)]));
  const withClash = build({ ...assignment, a: fullRung(sites[0]!, 'svd') });
  const names = withClash.graph.nodes.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  expect(names.slice(0, 2)).toEqual(['a/svd_0~2', 'a/svd_1']);
  const [dense] = await run(shared, dims, x);
  const [actual] = await run(readModel(writeModel(withClash), { name: 'clash.onnx' }), dims, x);
  expect(relativeError(dense!, actual!)).toBeLessThan(1e-4);
});

test('leaves every other node, constant and output as it was', () => {
  const candidate = build({ 'a/svd_0': { method: 'svd', rank: 2 } });
  for (const other of shared.graph.nodes) {
    if (other.name !== 'a/svd_0') expect(candidate.graph.nodes).toContain(other);
  }
  for (const [name, tensor] of shared.graph.initializers)
    if (name !== 'v') expect(candidate.graph.initializers.get(name)).toBe(tensor);
  expect(candidate.graph.outputs).toBe(shared.graph.outputs);
  const outputs = candidate.graph.nodes.flatMap(each => each.outputs);
  expect(outputs).toContain('h4');
  const biased = build({ a: { method: 'svd', rank: 2 } });
  expect(biased.graph.nodes.find(each => each.outputs[0] === 'h3')!.inputs[2]).toBe('b');
});

test('a weight behind Constant and Identity goes with its last reader', async () => {
  const model = network({
    input: ['batch', 8],
    nodes: [
      node('Constant', [], 'c', { value: { kind: 'tensor', value: randomTensor('', [8, 8], rng) } }),
      node('Identity', ['c'], 'i'),
      node('MatMul', ['x', 'i'], 'h'),
      node('MatMul', ['h', 'c'], 'y'),
    ],
    constants: [],
    outputs: [{ name: 'y', shape: null }],
  });
  const found = findSites(model, inferShapes(model.graph, model.opsets)).sites;
  const factors = factorsOf(model, found);
  const opTypes = (assignment: Assignment): string[] =>
    buildCandidate(model, found, factors, assignment).graph.nodes.map(each => each.opType);
  const full = { method: 'svd', rank: 8 } as const;
  expect(opTypes({ h: full })).toEqual(['Constant', 'MatMul', 'MatMul', 'MatMul']);
  expect(opTypes({ y: full })).toEqual(['Constant', 'Identity', 'MatMul', 'MatMul', 'MatMul']);
  expect(opTypes({ h: full, y: full })).toEqual(['MatMul', 'MatMul', 'MatMul', 'MatMul']);
  const input = uniform(rng, 16);
  const [dense] = await run(model, [2, 8], input);
  const [actual] = await run(buildCandidate(model, found, factors, { h: full, y: full }), [2, 8], input);
  expect(relativeError(dense!, actual!)).toBeLessThan(1e-4);
});

describe('refuses, and says what would do,', () => {
  const cases: [string, Assignment, RegExp][] = [
    ['an unknown site', { fcc: { method: 'svd', rank: 1 } }, /found "fcc"\. Did you mean "fc"\?/],
    [
      'a layer that shares its weight with one before',
      { b: { method: 'svd', rank: 3 } },
      /found "b"\. It shares its weight with "a": layers that share one are one choice now; search again\./,
    ],
    ['a far name', { 'layer9.conv': { method: 'dense' } }, /found "layer9.conv"\. The sites are "a", "a\/svd_0", "fc"/],
    [
      'a method that does not apply',
      { fc: { method: 'spatial', rank: 1 } },
      /"fc" \(gemm, 8 to 10\) as spatial 1.*svd up to rank 8/,
    ],
    ['a rank above full', { a: { method: 'svd', rank: 7 } }, /from 1 to full rank 6, found 7.*spatial up to rank 18/],
    ['rank zero', { a: { method: 'svd', rank: 0 } }, /from 1 to full rank 6, found 0/],
    ['half a rank', { a: { method: 'svd', rank: 2.5 } }, /whole ranks .* found 2\.5/],
    ['one rank of two', { a: { method: 'tucker2', rank: [3, 7] } }, /full rank 6x6, found 3x7/],
  ];
  test.each(cases)('%s', (_, assignment, message) => {
    expect(() => build(assignment)).toThrow(UserError);
    expect(() => build(assignment)).toThrow(message);
  });

  test('factors of another weight', () => {
    expect(() => buildCandidate(shared, sites, () => source('fc', 'svd'), { a: { method: 'svd', rank: 2 } })).toThrow(
      /site "a" needs svd factors of a 1 x 6 x 6 x 3 x 3 weight/,
    );
  });
});
