import { describe, expect, test } from 'vitest';
import { buildCandidate } from '../../../src/decompose/configure.ts';
import { findSites } from '../../../src/decompose/find-sites.ts';
import { type Rung, rungOf } from '../../../src/decompose/method.ts';
import { inferShapes } from '../../../src/onnx/shapes.ts';
import { writeModel } from '../../../src/onnx/write.ts';
import { seededRng } from '../../../src/random/rng.ts';
import type { Space } from '../../../src/space/space.ts';
import { sizeTable, tunerPrior } from '../../../src/study/propose/tuner-prior.ts';
import { priorInputs } from '../../../src/tuner/gp/inputs.ts';
import { factorsOf, inHalf, network, node, randomTensor } from '../../decompose/networks.ts';

const rng = seededRng(1);
const parts = {
  input: [1, 32, 8, 8],
  nodes: [node('Conv', ['x', 'w'], 'y'), node('Conv', ['y', 'v'], 'z')],
  constants: [randomTensor('w', [64, 32, 1, 1], rng), randomTensor('v', [96, 64, 3, 3], rng)],
  outputs: [{ name: 'z', shape: null }],
};

test.each([
  ['float32', network(parts)],
  ['float16', inHalf(parts)],
] as const)('%s: the sum over sites is the size of the file that is written, but for names', (_, model) => {
  const { sites } = findSites(model, inferShapes(model.graph, model.opsets));
  expect(sites).toHaveLength(2);
  const factors = factorsOf(model, sites);
  const ladder: readonly Rung[] = [rungOf('svd', 4), rungOf('svd', 16), { method: 'dense' }];
  const space: Space = { sites: sites.map(site => ({ site, ladder })), kept: [] };
  const denseBytes = writeModel(model).length;
  const table = sizeTable(space, denseBytes);
  for (const configuration of [
    [0, 2],
    [1, 0],
    [0, 0],
    [2, 1],
    [2, 2],
  ]) {
    const assignment = Object.fromEntries(sites.map(({ name }, i) => [name, ladder[configuration[i]!]!]));
    const bytes = writeModel(buildCandidate(model, sites, factors, assignment)).length;
    const told = configuration.reduce((sum, rung, i) => sum + table.changes[i]![rung]!, table.dense);
    expect(Math.abs(told * denseBytes - bytes)).toBeLessThan(700);
    expect(bytes === denseBytes).toBe(configuration.every(rung => rung === 2));
  }
});

describe('what is known of each objective', () => {
  const model = network(parts);
  const { sites } = findSites(model, inferShapes(model.graph, model.opsets));
  const space: Space = {
    sites: sites.map(site => ({ site, ladder: [rungOf('svd', 4), { method: 'dense' }] })),
    kept: [],
  };
  const known = { space, latency: null, loss: () => 0.5, denseBytes: 1e5 };

  test('with two it is what it was: the table of the latency, and losses', () => {
    expect(tunerPrior(['latency', 'top1'], known)).toEqual({
      tables: [null, null],
      losses: [
        [0.5, 0],
        [0.5, 0],
      ],
    });
  });

  test('a size has its table, and losses tell nothing of a memory', () => {
    const prior = tunerPrior(['latency', 'top1', 'size', 'memory'], known);
    expect(prior.tables.map(table => table !== null)).toEqual([false, false, true, false]);
    const problem = { ladderLengths: [2, 2], objectives: 4 };
    expect(priorInputs(problem, prior).map(inputs => inputs?.table?.shape ?? null)).toEqual([
      'root',
      'root',
      'linear',
      null,
    ]);
  });
});
