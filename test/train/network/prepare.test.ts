import { describe, expect, test } from 'vitest';
import { makeNode } from '../../../src/onnx/builder.ts';
import type { Model, Node, Tensor } from '../../../src/onnx/graph.ts';
import { floatsOf, floatTensor } from '../../../src/onnx/tensor.ts';
import { prepareNetwork } from '../../../src/train/network/prepare.ts';
import { openOnnxruntimeTrainer } from '../../../src/train/onnxruntime/open.ts';
import { defaultTraining } from '../../../src/train/options.ts';
import { brightBatch } from '../contract.ts';
import { tinyClasses, tinyDims, tinyNetwork } from '../tiny-network.ts';

const plain = tinyNetwork();
const session = { provider: 'cpu', threads: 1, graphOptimization: 'all' } as const;
const isNorm = ({ opType }: Node): boolean => opType === 'BatchNormalization';
const withNodes = (model: Model, change: (node: Node) => readonly Node[]): Model => ({
  ...model,
  graph: { ...model.graph, nodes: model.graph.nodes.flatMap(change) },
});
const flag: Tensor = { name: 'training', dims: [], elementType: 'bool', bytes: Uint8Array.of(1) };

/** Two steps, and the scores of the network then; the state by the names that it has in the plain network. */
async function trained(model: Model, renamed = (name: string): string => name) {
  const trainer = await openOnnxruntimeTrainer({ ...defaultTraining, model, batchSize: 6 }, session);
  try {
    for (const seed of [1, 2]) await trainer.step(brightBatch(seed, 6, tinyDims, tinyClasses), { learningRate: 0.05 });
    const { tensors } = await trainer.state();
    const { logits } = await trainer.evaluate(brightBatch(3, 2, tinyDims, tinyClasses));
    return { logits, state: new Map([...tensors].map(([name, { data }]) => [renamed(name), data])) };
  } finally {
    await trainer.close();
  }
}

describe('equal vectors that an exporter has merged', () => {
  // As torch.onnx.export writes an untrained network: the second norm reads the vectors of the first through Identity nodes.
  const { graph } = plain;
  const initializers = new Map(graph.initializers);
  for (const part of ['scale', 'shift', 'mean', 'variance'])
    initializers.set(`n2.${part}`, { ...initializers.get(`n1.${part}`)!, name: `n2.${part}` });
  const alike: Model = { ...plain, graph: { ...graph, initializers } };
  const merged = withNodes(alike, node => {
    if (node.outputs[0] !== 'b2') return [node];
    const copies = node.inputs
      .slice(1)
      .map(name => makeNode(`copy of ${name}`, 'Identity', [name.replace('n2', 'n1')], [`copy of ${name}`]));
    return [...copies, { ...node, inputs: [node.inputs[0]!, ...copies.map(({ outputs }) => outputs[0]!)] }];
  });

  test('are trained apart, their running statistics too', async () => {
    const found = await trained(merged, name => name.replace('copy of ', ''));
    expect(found).toEqual(await trained(alike));
    expect(found.state.get('statistic/n2.mean')).not.toEqual(found.state.get('statistic/n1.mean'));
  });

  test('are vectors only: a kernel that two layers read stays one', () => {
    const shared = withNodes(plain, node =>
      node.outputs[0] === 'c2'
        ? [makeNode('copy', 'Identity', ['c2.weight'], ['copy']), { ...node, inputs: ['r1', 'copy', 'c2.bias'] }]
        : [node],
    );
    expect(prepareNetwork(shared).weights).toEqual(
      prepareNetwork(plain).weights.map(each => ({ ...each, index: each.index + (each.index < 3 ? 0 : 1) })),
    );
  });

  test('may be kept in float16', async () => {
    const half = new Map(graph.initializers);
    const names = [...half.keys()].filter(name => /^n/.test(name));
    for (const name of names) {
      const { dims } = half.get(name)!;
      const rounded = floatTensor(name, dims, floatsOf(half.get(name)!), 'float16');
      half.set(name, rounded);
    }
    const full = new Map(half);
    for (const name of names) full.set(name, floatTensor(name, half.get(name)!.dims, floatsOf(half.get(name)!)));
    const casts = names.map(name => makeNode(`wide ${name}`, 'Cast', [name], [`wide ${name}`], { to: 1 }));
    const widened = withNodes({ ...plain, graph: { ...graph, initializers: half } }, node =>
      isNorm(node) ? [{ ...node, inputs: node.inputs.map((name, i) => (i ? `wide ${name}` : name)) }] : [node],
    );
    const model = { ...widened, graph: { ...widened.graph, nodes: [...casts, ...widened.graph.nodes] } };
    const wanted = await trained({ ...plain, graph: { ...graph, initializers: full } });
    expect(await trained(model, name => name.replace('wide ', ''))).toEqual(wanted);
  });
});

test('a norm that the network runs through twice has running statistics for each time', async () => {
  const swapped = withNodes(plain, node => {
    if (node.outputs[0] !== 'b2') return [node];
    return [{ ...node, inputs: node.inputs.map((name, i) => (i > 2 ? name.replace('n2.', 'n1.') : name)) }];
  });
  const initializers = new Map(plain.graph.initializers);
  for (const part of ['mean', 'variance'])
    initializers.set(`n2.${part}`, { ...initializers.get(`n1.${part}`)!, name: `n2.${part}` });
  const wanted = await trained({ ...plain, graph: { ...plain.graph, initializers } });
  const found = await trained(swapped, name => name.replace(/n1\.(.*)~2/, 'n2.$1'));
  expect(found).toEqual(wanted);
});

describe('a network that was exported in training mode', () => {
  test.each([17, 18])('is trained as another, and scored by running statistics (opset %i)', async opset => {
    const training = withNodes({ ...plain, opsets: new Map([['', opset]]) }, node => {
      if (!isNorm(node)) return [node];
      const attributes = new Map(node.attributes).set('training_mode', { kind: 'int', value: 1 });
      return [{ ...node, attributes, outputs: [...node.outputs, `${node.outputs[0]}/m`, `${node.outputs[0]}/v`] }];
    });
    expect(await trained(training)).toEqual(await trained(plain));
  });

  test('is refused where it drops numbers', () => {
    const dropping = withNodes(plain, node =>
      node.opType === 'Gemm'
        ? [
            makeNode('drop', 'Dropout', ['flat', '', 'training'], ['thin']),
            { ...node, inputs: ['thin', ...node.inputs.slice(1)] },
          ]
        : [node],
    );
    const initializers = new Map([...plain.graph.initializers, [flag.name, flag]]);
    expect(() => prepareNetwork({ ...dropping, graph: { ...dropping.graph, initializers } })).toThrow(
      'Cannot train the network: its node "drop" (Dropout) is in training mode',
    );
  });
});

test('a network that ends in probabilities is trained as one that ends in scores, and stays what it is', async () => {
  const { graph } = plain;
  for (const op of ['Softmax', 'LogSoftmax']) {
    const nodes = [...graph.nodes, makeNode('last', op, ['scores'], ['probabilities'], { axis: 1 })];
    const outputs = [{ ...graph.outputs[0]!, name: 'probabilities' }];
    const ending: Model = { ...plain, graph: { ...graph, nodes, outputs } };
    expect(await trained(ending)).toEqual(await trained(plain));
    expect(prepareNetwork(ending).model.graph.outputs.map(({ name }) => name)).toEqual(['probabilities']);
  }
});

test('a head that the scores do not depend on is not trained, and does not decay', async () => {
  const { graph } = plain;
  const other: Node[] = [
    makeNode('norm', 'BatchNormalization', ['r2', 'o.scale', 'o.shift', 'o.mean', 'o.variance'], ['o']),
    makeNode('kernel', 'Conv', ['o', 'o.weight'], ['map']),
  ];
  const initializers = new Map(graph.initializers);
  for (const part of ['scale', 'shift', 'mean', 'variance'])
    initializers.set(`o.${part}`, { ...initializers.get(`n2.${part}`)!, name: `o.${part}` });
  initializers.set('o.weight', { ...initializers.get('c2.weight')!, name: 'o.weight' });
  const outputs = [...graph.outputs, { name: 'map', elementType: 'float32' as const, shape: null }];
  const twoHeaded = { ...plain, graph: { ...graph, nodes: [...graph.nodes, ...other], initializers, outputs } };
  const { weights, statistics } = prepareNetwork(plain);
  expect(prepareNetwork(twoHeaded)).toMatchObject({ weights, statistics });
  expect(await trained(twoHeaded)).toEqual(await trained(plain));
});

test('weights in float16 are refused', () => {
  const initializers = new Map(plain.graph.initializers);
  const weight = initializers.get('c2.weight')!;
  initializers.set('c2.weight', floatTensor('c2.weight', weight.dims, floatsOf(weight), 'float16'));
  expect(() => prepareNetwork({ ...plain, graph: { ...plain.graph, initializers } })).toThrow(
    'expected weights in float32, found "c2.weight" in float16',
  );
});
