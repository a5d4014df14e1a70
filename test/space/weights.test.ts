/** What is told of every weight of a network, by hand and against the costs of the whole. */
import { describe, expect, test } from 'vitest';
import { findSites } from '../../src/decompose/find-sites.ts';
import { modelCost } from '../../src/onnx/cost.ts';
import type { Model } from '../../src/onnx/graph.ts';
import { inferShapes } from '../../src/onnx/shapes.ts';
import { intTensor } from '../../src/onnx/tensor.ts';
import { seededRng } from '../../src/random/rng.ts';
import { reachLines, weightLines } from '../../src/report/weights-text.ts';
import { reachOf, weightRecords } from '../../src/space/weights.ts';
import { int, ints, network, node, randomTensor } from '../decompose/networks.ts';

const rng = seededRng(1);

/** An image through two convolutions of one weight, a depthwise one and a product with itself; a table that is looked up. */
const model: Model = network({
  input: ['N', 8, 10, 10],
  nodes: [
    node('Conv', ['x', 'w', 'b'], 'a', { pads: ints(1, 1, 1, 1) }, 'conv1'),
    node('Conv', ['a', 'w'], 'c', { pads: ints(1, 1, 1, 1) }, 'conv2'),
    node('Conv', ['c', 'd'], 'e', { group: int(8) }, 'depth'),
    node('Reshape', ['e', 'rows'], 'r', {}, 'rows'),
    node('Transpose', ['r'], 't', { perm: ints(0, 2, 1) }, 'turn'),
    node('MatMul', ['r', 't'], 'm', {}, 'gram'),
    node('Gather', ['table', 'index'], 'g', {}, 'look'),
    node('Add', ['m', 'g'], 's', {}, 'add'),
    node('Mul', ['s', 'mask'], 'y', {}, 'mul'),
  ],
  constants: [
    randomTensor('w', [8, 8, 3, 3], rng),
    randomTensor('b', [8], rng),
    randomTensor('d', [8, 1, 3, 3], rng),
    randomTensor('table', [5, 8, 8], rng),
    randomTensor('mask', [8, 8], rng),
    randomTensor('scalar', [], rng),
    intTensor('rows', [3], [0, 8, 64]),
    intTensor('index', [1], [2]),
  ],
  outputs: [{ name: 'y', shape: null }],
});
const shapes = inferShapes(model.graph, model.opsets);
const found = findSites(model, shapes, undefined, 'all');
const records = weightRecords(model, shapes, found);

test('names the state of every weight at every node that reads it', () => {
  expect(records.map(({ weight, node: reader, state }) => [weight, reader, state])).toEqual([
    ['w', 'conv1', 'site'],
    ['b', 'conv1', 'vector'],
    ['w', 'conv2', 'site'],
    ['d', 'depth', 'depthwise'],
    ['table', 'look', 'table'],
    ['mask', 'mul', 'elementwise'],
  ]);
  expect(records.find(({ weight }) => weight === 'd')!.reason).toMatch(/^depthwise: one channel per group/);
  expect(records.filter(({ state }) => state === 'site').every(({ reason }) => reason === null)).toBe(true);
});

describe('the reach of a search', () => {
  const reach = reachOf(model, shapes, found);
  const macs = { sites: 2 * 100 * 8 * 8 * 9, depth: 64 * 8 * 9, gram: 8 * 8 * 64 };

  test('shares out all multiply-accumulates, and each constant once', () => {
    const total = macs.sites + macs.depth + macs.gram;
    expect(reach.macs).toBe(total);
    expect(reach.macs).toBe(modelCost(model).macs);
    expect(reach.withinReach).toBeCloseTo(macs.sites / total, 12);
    expect(reach.parts.reduce((sum, { macsShare }) => sum + macsShare, 0)).toBeCloseTo(1, 12);
    const of = (state: string) => reach.parts.find(each => each.state === state)!;
    expect(of('site')).toMatchObject({ nodes: 2, macs: macs.sites, elements: 8 * 8 * 9 + 8 });
    expect(of('depthwise')).toMatchObject({ nodes: 1, macs: macs.depth });
    expect(of('run-time')).toMatchObject({ nodes: 1, macs: macs.gram, elements: 0 });
    expect(reach.parts[0]!.state).toBe('site');
  });

  test('shares out the time where it was measured', () => {
    const times = new Map([
      ['a', 3],
      ['c', 3],
      ['e', 1],
      ['y', 3],
    ]);
    const timed = reachOf(model, shapes, found, times);
    expect(timed.timeWithinReach).toBeCloseTo(0.6, 12);
    expect(timed.parts.find(({ state }) => state === 'elementwise')!.timeShare).toBeCloseTo(0.3, 12);
    expect(reachLines(timed)[0]).toMatch(/^Sites are 93\.0 % of .*, which take 60\.0 % of the time\.$/);
  });

  test('is in words, each reason once', () => {
    const lines = weightLines(records, reach);
    expect(lines.filter(line => line.includes('one channel per group'))).toHaveLength(1);
    expect(lines.find(line => line.startsWith('d  '))).toMatch(/depth +8 x 1 x 3 x 3 +\d\.\d % +too few channels$/);
    expect(lines).toContainEqual(expect.stringMatching(/^Out of reach: .* \(no stored weight\)/));
  });

  test('is not known where sizes are missing', () => {
    const open = network({
      input: ['N', 8, 'h', 'w'],
      nodes: [node('Conv', ['x', 'w'], 'y')],
      constants: [randomTensor('w', [8, 8, 3, 3], rng)],
      outputs: [{ name: 'y', shape: null }],
    });
    const known = inferShapes(open.graph, open.opsets);
    const parts = reachOf(open, known, findSites(open, known));
    expect(parts.withinReach).toBeNull();
    expect(reachLines(parts)).toEqual([expect.stringMatching(/not known: sizes are missing/)]);
  });
});
