import { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node';
import { expect, test } from 'vitest';
import {
  type SensitivityGraph,
  sensitivityGraph,
  sensitivityTemperature,
} from '../../src/calibrate/sensitivity-graph.ts';
import { findSites } from '../../src/decompose/find-sites.ts';
import type { Site } from '../../src/decompose/site.ts';
import type { Model } from '../../src/onnx/graph.ts';
import { inferShapes } from '../../src/onnx/shapes.ts';
import { writeModel } from '../../src/onnx/write.ts';
import { seededRng } from '../../src/random/rng.ts';
import { float, int, ints, network, node, randomTensor, run, uniform } from '../decompose/networks.ts';
import { distance } from './oracle.ts';

const classes = 3;
const images = 2;

/** Conv in two groups, BatchNormalization, Relu, Conv, pooling and a matrix: N x 8 x 5 x 5 to N x 3. */
function smallModel(last: 'none' | 'Softmax'): Model {
  const rng = seededRng(11);
  const variance = randomTensor('variance', [8], rng);
  const positive = {
    ...variance,
    bytes: new Uint8Array(Float32Array.from([0.3, 1, 2, 0.5, 0.1, 4, 1, 0.7], x => x).buffer),
  };
  const nodes = [
    node('Conv', ['x', 'a'], 'ya', { group: int(2), kernel_shape: ints(3, 3), pads: ints(1, 1, 1, 1) }),
    node('BatchNormalization', ['ya', 'gamma', 'beta', 'mean', 'variance'], 'n', { epsilon: float(1e-5) }),
    node('Relu', ['n'], 'r'),
    node('Conv', ['r', 'b'], 'yb', { kernel_shape: ints(3, 3) }),
    node('GlobalAveragePool', ['yb'], 'p'),
    node('Flatten', ['p'], 'f'),
    node('Gemm', ['f', 'c'], 'q', { transB: int(1) }),
  ];
  return network({
    input: ['N', 8, 5, 5],
    nodes: last === 'none' ? nodes : [...nodes, node('Softmax', ['q'], 'answer', { axis: int(-1) })],
    constants: [
      randomTensor('a', [8, 4, 3, 3], rng),
      randomTensor('b', [5, 8, 3, 3], rng),
      randomTensor('c', [classes, 5], rng),
      ...['gamma', 'beta', 'mean'].map(name => randomTensor(name, [8], rng)),
      positive,
    ],
    outputs: [{ name: last === 'none' ? 'q' : 'answer', shape: ['N', classes] }],
  });
}

const sitesOf = (model: Model): readonly Site[] =>
  findSites(model, inferShapes(model.graph, model.opsets)).sites.filter(({ output }) => output !== 'q');

/** The average over every pattern of signs, which is the expectation itself. */
async function expected(graph: SensitivityGraph, x: Float32Array): Promise<Float64Array[]> {
  const { classes } = graph;
  const session = await InferenceSession.create(writeModel(graph.model), { logSeverityLevel: 3, intraOpNumThreads: 1 });
  const patterns = 2 ** classes;
  const sums: Float64Array[] = [];
  for (let pattern = 0; pattern < patterns; pattern++) {
    const z = Float32Array.from({ length: images * classes }, (_, i) => ((pattern >> (i % classes)) & 1 ? 1 : -1));
    const answers = await session.run({
      x: new OrtTensor('float32', x, [images, 8, 5, 5]),
      [graph.noise]: new OrtTensor('float32', z, [images, classes]),
    });
    graph.outputs.forEach((name, i) => {
      const values = answers[name]!.data as Float32Array;
      sums[i] ??= new Float64Array(values.length);
      for (let k = 0; k < values.length; k++) sums[i]![k]! += values[k]! / patterns;
    });
  }
  await session.release();
  return sums;
}

/** J'HJ by central differences through the rest of the network, which is fed `y` as an input. */
async function byDifferences(model: Model, site: Site, y: Float32Array, dims: readonly number[]) {
  const at = model.graph.nodes.findIndex(({ outputs }) => outputs[0] === site.output);
  const rest: Model = {
    ...model,
    graph: {
      ...model.graph,
      nodes: model.graph.nodes
        .slice(at + 1)
        .map(each => ({ ...each, inputs: each.inputs.map(i => (i === site.output ? 'x' : i)) })),
      inputs: [{ name: 'x', elementType: 'float32', shape: ['N', ...dims.slice(1)] }],
    },
  };
  // Every number moved up and down, all in one batch; then as it was.
  const step = 1e-2;
  const batch = new Float32Array((2 * y.length + 1) * y.length);
  for (let copy = 0; copy <= 2 * y.length; copy++) {
    batch.set(y, copy * y.length);
    if (copy < 2 * y.length) batch[copy * y.length + Math.floor(copy / 2)]! += copy % 2 === 0 ? step : -step;
  }
  const logits = (await run(rest, [(2 * y.length + 1) * images, ...dims.slice(1)], batch))[0]!;
  const width = images * classes;
  const answer = (copy: number): Float64Array => logits.subarray(copy * width, (copy + 1) * width);
  const q = answer(2 * y.length);
  const jacobian = Array.from({ length: y.length }, (_, i) =>
    answer(2 * i).map((value, k) => (value - answer(2 * i + 1)[k]!) / (2 * step)),
  );
  const { outChannels, groups } = site;
  const order = outChannels / groups;
  const positions = y.length / images / outChannels;
  const result = new Float64Array(groups * order * order);
  for (let n = 0; n < images; n++) {
    const row = q.subarray(n * classes, (n + 1) * classes);
    const weights = row.map(value => Math.exp((value - Math.max(...row)) / sensitivityTemperature));
    const total = weights.reduce((a, b) => a + b, 0);
    const p = weights.map(value => value / total);
    for (let position = 0; position < positions; position++)
      for (let g = 0; g < groups; g++)
        for (let i = 0; i < order; i++)
          for (let j = 0; j < order; j++) {
            const column = (c: number) => jacobian[(n * outChannels + g * order + c) * positions + position]!;
            let sum = 0;
            for (let a = 0; a < classes; a++)
              for (let b = 0; b < classes; b++) {
                const h = (a === b ? p[a]! : 0) - p[a]! * p[b]!;
                sum += column(i)[n * classes + a]! * h * column(j)[n * classes + b]!;
              }
            result[(g * order + i) * order + j]! += sum;
          }
  }
  return result;
}

test("the gradients' second moment is J'HJ of the divergence, summed over positions, whether or not a Softmax ends the network", async () => {
  const model = smallModel('none');
  const sites = sitesOf(model);
  expect(sites.map(({ output }) => output)).toEqual(['ya', 'yb']);
  const x = uniform(seededRng(3), images * 8 * 5 * 5);
  const all: Model = {
    ...model,
    graph: { ...model.graph, outputs: ['ya', 'yb'].map(name => ({ name, elementType: 'float32', shape: null })) },
  };
  const values = await run(all, [images, 8, 5, 5], x);
  const found = await expected(sensitivityGraph(model, sites) as SensitivityGraph, x);
  const dims = [
    [images, 8, 5, 5],
    [images, 5, 3, 3],
  ];
  for (const [i, site] of sites.entries()) {
    const slow = await byDifferences(model, site, Float32Array.from(values[i]!), dims[i]!);
    // Central differences in float32, across the corners of Relu.
    expect(distance(slow, found[i]!)).toBeLessThan(0.02);
  }
  const ended = smallModel('Softmax');
  const same = await expected(sensitivityGraph(ended, sitesOf(ended)) as SensitivityGraph, x);
  for (const [i, moment] of found.entries()) expect(distance(moment, same[i]!)).toBeLessThan(1e-5);
});

test('of two heads it is the sum of both, each by itself', async () => {
  const model = smallModel('none');
  const { graph } = model;
  const rng = seededRng(29);
  const twoHeads: Model = {
    ...model,
    graph: {
      ...graph,
      nodes: [...graph.nodes, node('Gemm', ['f', 'd'], 'other', { transB: int(1) })],
      initializers: new Map([...graph.initializers, ['d', randomTensor('d', [classes, 5], rng)]]),
      outputs: [...graph.outputs, { name: 'other', elementType: 'float32', shape: ['N', classes] }],
    },
  };
  const only = (output: string): Model => ({
    ...twoHeads,
    graph: { ...twoHeads.graph, outputs: twoHeads.graph.outputs.filter(({ name }) => name === output) },
  });
  const sites = sitesOf(model);
  const x = uniform(seededRng(3), images * 8 * 5 * 5);
  const [first, second] = [
    await expected(sensitivityGraph(only('q'), sites) as SensitivityGraph, x),
    await expected(sensitivityGraph(only('other'), sites) as SensitivityGraph, x),
  ];
  const both = await expected(sensitivityGraph(twoHeads, sites) as SensitivityGraph, x);
  for (const [i, moment] of both.entries()) {
    const sum = moment.map((_, k) => first[i]![k]! + second[i]![k]!);
    expect(distance(sum, moment)).toBeLessThan(1e-5);
    expect(distance(sum, first[i]!)).toBeGreaterThan(0.05);
  }
});

test('says why there is none', () => {
  const model = smallModel('none');
  const odd: Model = {
    ...model,
    graph: {
      ...model.graph,
      nodes: model.graph.nodes.map(each => (each.opType === 'Relu' ? { ...each, opType: 'Hardmax' } : each)),
    },
  };
  expect(sensitivityGraph(odd, sitesOf(model))).toMatch(/Hardmax/);
});
