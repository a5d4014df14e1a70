/** A small vision transformer as exporters write it: its sites, its factors and what they keep. */
import { describe, expect, test } from 'vitest';
import { weightBlock } from '../../src/decompose/block.ts';
import { buildCandidate } from '../../src/decompose/configure.ts';
import { factorise } from '../../src/decompose/factorise.ts';
import { findSites } from '../../src/decompose/find-sites.ts';
import { type Assignment, rungOf } from '../../src/decompose/method.ts';
import type { Site } from '../../src/decompose/site.ts';
import { symmetricEigen } from '../../src/linalg/symmetric-eigen.ts';
import { makeNode } from '../../src/onnx/builder.ts';
import type { Model, Node, Tensor } from '../../src/onnx/graph.ts';
import { inferShapes } from '../../src/onnx/shapes.ts';
import { intTensor } from '../../src/onnx/tensor.ts';
import { seededRng } from '../../src/random/rng.ts';
import { factorsOf, fullRung, randomTensor, relativeError, uniform } from '../decompose/networks.ts';
import { runNamed } from '../onnx/runtime.ts';
import { visionTransformer } from '../onnx/vision-transformer.ts';
import { channelsOf, lostOf, measured, secondMomentOf } from './outputs.ts';

const dims = [6, 3, 32, 32];
const x = uniform(seededRng(1), 6 * 3 * 32 * 32);
const batch = { dims, x };
const sitesOf = ({ graph, opsets }: Model): readonly Site[] =>
  findSites({ graph, opsets } as Model, inferShapes(graph, opsets)).sites;

/** The same with random weights, and every matrix written in another way an exporter has. */
function exported(
  write: (node: Node, weight: Tensor) => { readonly nodes: readonly Node[]; readonly constants: readonly Tensor[] },
): Model {
  const rng = seededRng(3);
  const model = visionTransformer(13);
  const initializers = new Map(
    [...model.graph.initializers].map(([name, tensor]) => [
      name,
      name.endsWith('.weight') ? randomTensor(name, tensor.dims, rng) : tensor,
    ]),
  );
  const nodes = model.graph.nodes.flatMap(node => {
    const weight = initializers.get(node.inputs[1] ?? '');
    if (node.opType !== 'MatMul' || !weight) return [node];
    const written = write(node, weight);
    for (const each of written.constants) initializers.set(each.name, each);
    return written.nodes;
  });
  return { ...model, graph: { ...model.graph, nodes, initializers } };
}

/** As they are; behind a Transpose; as a Gemm over rows that are told apart again; over tokens with an axis in front. */
const ways: readonly (readonly [string, Model])[] = [
  ['MatMul of three axes', exported(node => ({ nodes: [node], constants: [] }))],
  [
    'MatMul behind a Transpose',
    exported((node, weight) => {
      const [rows = 0, cols = 0] = weight.dims;
      const turned = randomTensor(`${weight.name}/t`, [cols, rows], seededRng(cols));
      const back = makeNode(`${weight.name}/turn`, 'Transpose', [turned.name], [`${weight.name}/back`], {
        perm: [1, 0],
      });
      return { nodes: [back, { ...node, inputs: [node.inputs[0]!, `${weight.name}/back`] }], constants: [turned] };
    }),
  ],
  [
    'Gemm over rows',
    exported((node, weight) => {
      const [rows = 0, cols = 0] = weight.dims;
      const [input = ''] = node.inputs;
      const [output = ''] = node.outputs;
      const sizes = [intTensor(`${output}/flat`, [2], [-1, rows]), intTensor(`${output}/apart`, [3], [-1, 17, cols])];
      return {
        nodes: [
          makeNode(`${output}/f`, 'Reshape', [input, `${output}/flat`], [`${output}/rows`]),
          { ...makeNode(node.name, 'Gemm', [`${output}/rows`, weight.name], [`${output}/product`]) },
          makeNode(`${output}/a`, 'Reshape', [`${output}/product`, `${output}/apart`], [output]),
        ],
        constants: sizes,
      };
    }),
  ],
  [
    'MatMul of four axes',
    exported((node, weight) => {
      const [input = ''] = node.inputs;
      const [output = ''] = node.outputs;
      const [rows = 0, cols = 0] = weight.dims;
      const sizes = [
        intTensor(`${output}/in`, [4], [-1, 1, 17, rows]),
        intTensor(`${output}/out`, [3], [-1, 17, cols]),
      ];
      return {
        nodes: [
          makeNode(`${output}/i`, 'Reshape', [input, `${output}/in`], [`${output}/four`]),
          { ...node, inputs: [`${output}/four`, weight.name], outputs: [`${output}/product`] },
          makeNode(`${output}/o`, 'Reshape', [`${output}/product`, `${output}/out`], [output]),
        ],
        constants: sizes,
      };
    }),
  ],
];

describe.each(ways)('a vision transformer with %s', (_, model) => {
  const sites = sitesOf(model);

  test('has its eight matrices, its patches and its head as sites, which full rank reproduces all at once', async () => {
    expect(sites.map(({ kind }) => kind)).toHaveLength(10);
    expect(
      sites.filter(({ product }) => product).every(({ outputPositions }) => [1, 17].includes(outputPositions)),
    ).toBe(true);
    const assignment: Assignment = Object.fromEntries(sites.map(site => [site.name, fullRung(site, 'svd')]));
    const candidate = buildCandidate(model, sites, factorsOf(model, sites), assignment);
    const [dense, found] = [await runNamed(model, dims, x), await runNamed(candidate, dims, x)];
    expect(relativeError(dense.get('logits')!, found.get('logits')!)).toBeLessThan(1e-4);
  });

  test('loses at a matrix what lies beyond the principal components of its output, and no more', async () => {
    for (const wanted of ['first.qkv', 'second.wide', 'second.narrow']) {
      const site = sites.find(({ output }) => output.startsWith(wanted))!;
      const axis = inferShapes(model.graph, model.opsets).get(site.output)!.length - 1;
      const before = await channelsOf(model, site.output, [axis], batch);
      const moment = { rows: before.length, cols: before.length, data: secondMomentOf(before) };
      const values = [...symmetricEigen(moment).values].sort((a, b) => b - a);
      const statistics = await measured(model, site, batch);
      const factors = factorise(weightBlock(model, site), 'svd', { statistics, images: 1e9 });
      for (const rank of [2, 6]) {
        const lost = async (source: Parameters<typeof buildCandidate>[2]): Promise<number> => {
          const candidate = buildCandidate(model, sites, source, { [site.name]: rungOf('svd', rank) });
          return lostOf(before, await channelsOf(candidate, site.output, [axis], batch));
        };
        const least = values.slice(rank).reduce((sum, value) => sum + value, 0);
        const error = await lost(() => factors);
        expect(error / least, `${wanted} at ${rank}`).toBeGreaterThan(1 - 1e-3);
        expect(error / least, `${wanted} at ${rank}`).toBeLessThan(1.02);
        expect(await lost(factorsOf(model, sites))).toBeGreaterThan(error);
      }
    }
  });
});
