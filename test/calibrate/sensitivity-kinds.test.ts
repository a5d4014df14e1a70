/** The sensitivity of the answer at every kind of site: measured where there are gradients, and said where there are none. */
import { Tensor } from 'onnxruntime-node';
import { describe, expect, test } from 'vitest';
import { type SensitivityGraph, sensitivityGraph } from '../../src/calibrate/sensitivity-graph.ts';
import { findSites } from '../../src/decompose/find-sites.ts';
import type { Model, Node } from '../../src/onnx/graph.ts';
import { inferShapes } from '../../src/onnx/shapes.ts';
import { seededRng } from '../../src/random/rng.ts';
import { node, randomTensor } from '../decompose/networks.ts';
import { type KindCase, kindCases } from '../decompose/site-kinds.ts';
import { ramp, run } from '../onnx/runtime.ts';

const classes = 5;

/** The network of a kind with a matrix product in front of it and class scores behind it. */
function scored({ model, input }: KindCase): Model {
  const { graph, opsets } = model;
  const shape = inferShapes(graph, opsets).get('y')!;
  const size = shape.slice(1).reduce<number>((product, each) => product * Number(each), 1);
  const last = input.at(-1)!;
  const behind = graph.nodes.map(
    (each): Node => ({ ...each, inputs: each.inputs.map(name => (name === 'x' ? 'front' : name)) }),
  );
  const constants = [
    randomTensor('f', [last, last], seededRng(7)),
    randomTensor('head', [size, classes], seededRng(8)),
    randomTensor('none', [classes], seededRng(9)),
  ];
  return {
    ...model,
    graph: {
      ...graph,
      nodes: [
        node('MatMul', ['x', 'f'], 'front'),
        ...behind,
        node('Flatten', ['y'], 'flat'),
        node('Gemm', ['flat', 'head', 'none'], 'scores'),
      ],
      initializers: new Map([...graph.initializers, ...constants.map(each => [each.name, each] as const)]),
      outputs: [{ name: 'scores', elementType: 'float32', shape: ['N', classes] }],
    },
  };
}

/** Operators without a gradient: what lies in front of them is not reached. */
const closed = /ConvTranspose|Einsum/;

const noiseOf = (batch: number): Tensor =>
  new Tensor(
    'float32',
    Float32Array.from({ length: classes * batch }, (_, i) => (i % 2 ? 1 : -1)),
    [batch, classes],
  );

describe.each(kindCases(seededRng(2)))('$name', each => {
  const model = scored(each);
  const { sites } = findSites(model, inferShapes(model.graph, model.opsets));

  const answersOf = (graph: SensitivityGraph) =>
    run(graph.model, { x: ramp(each.input), [graph.noise]: noiseOf(each.input[0]!) });

  test('has the second moment of the gradients at its output, whatever it is itself', async () => {
    const site = sites.find(({ output }) => output === 'y')!;
    const graph = sensitivityGraph(model, [site]);
    if (typeof graph === 'string') throw new Error(graph);
    const answers = await answersOf(graph);
    const moment = answers[graph.outputs[0]!]!;
    const outs = site.outChannels / site.groups;
    expect(moment.dims).toEqual([site.groups, outs, outs]);
    const values = moment.data as Float32Array;
    let trace = 0;
    for (let g = 0; g < site.groups; g++)
      for (let i = 0; i < outs; i++) {
        trace += values[(g * outs + i) * outs + i]!;
        for (let j = 0; j < outs; j++) {
          const [a, b] = [values[(g * outs + i) * outs + j]!, values[(g * outs + j) * outs + i]!];
          expect(Math.abs(a - b)).toBeLessThanOrEqual(1e-5 * Math.abs(values[(g * outs + i) * outs + i]!) + 1e-6);
        }
      }
    expect(trace).toBeGreaterThan(0);
  });

  test('lets gradients through to what lies in front, or says why not', async () => {
    const graph = sensitivityGraph(model, sites);
    if (closed.test(each.name)) {
      expect(graph).toMatch(/^Cannot/);
      return;
    }
    if (typeof graph === 'string') throw new Error(graph);
    const answers = await answersOf(graph);
    for (const output of graph.outputs) {
      const values = [...(answers[output]!.data as Float32Array)];
      expect(values.every(Number.isFinite) && values.some(value => value !== 0)).toBe(true);
    }
  });
});
