/** Small networks whose layers are slices of the same factors, for tests of what slices share. */
import type { Model, Node, Tensor } from '../../../src/onnx/graph.ts';
import { floatTensor } from '../../../src/onnx/tensor.ts';
import { seededRng } from '../../../src/random/rng.ts';

type Layout = 'conv' | 'matmul' | 'tucker';

export interface TwoFactors {
  readonly layout: Layout;
  readonly fullRank: number;
  readonly inputs: number;
  readonly outputs: number;
  /** Name of the last weight, and whether it is stored as [out, in, ...]. */
  readonly last: string;
  readonly outputsFirst: boolean;
  readonly value: (name: string, ...at: number[]) => number;
}

export function twoFactors(layout: Layout, fullRank: number, seed = 1): TwoFactors {
  // A number for every place, whatever the rank that it is asked for at: factors nest.
  const value = (name: string, ...at: number[]): number => {
    const key = at.reduce((sum, each) => sum * 1009 + each, name.length + 31 * seed);
    return seededRng(key % 2 ** 31).uniform() - 0.5;
  };
  return { layout, fullRank, inputs: 72, outputs: 80, last: 'second', outputsFirst: layout !== 'matmul', value };
}

export function factorised({ layout, inputs, outputs, value }: TwoFactors, rank: number): Model {
  const tensor = (name: string, dims: readonly number[]): Tensor => {
    const [a = 1, b = 1, ...inner] = dims;
    const size = inner.reduce((product, each) => product * each, 1);
    const data = new Float32Array(a * b * size);
    for (let i = 0, at = 0; i < a; i++)
      for (let j = 0; j < b; j++) for (let k = 0; k < size; k++) data[at++] = value(name, i, j, k);
    return floatTensor(name, dims, data, 'float32');
  };
  const node = (opType: string, reads: readonly string[], output: string): Node => ({
    name: output,
    opType,
    domain: '',
    inputs: reads,
    outputs: [output],
    attributes: new Map(),
  });
  const conv = layout !== 'matmul';
  const weights =
    layout === 'matmul'
      ? [tensor('first', [inputs, rank]), tensor('second', [rank, outputs])]
      : layout === 'conv'
        ? [tensor('first', [rank, inputs, 1, 1]), tensor('second', [outputs, rank, 1, 1])]
        : [
            tensor('first', [rank, inputs, 1, 1]),
            tensor('core', [rank, rank, 3, 3]),
            tensor('second', [outputs, rank, 1, 1]),
          ];
  const nodes = weights.map(({ name }, i) => {
    const output = i === weights.length - 1 ? 'output' : `between${i}`;
    return node(conv ? 'Conv' : 'MatMul', [i === 0 ? 'input' : `between${i - 1}`, name], output);
  });
  const tail = conv ? [8, 8] : [];
  return {
    graph: {
      name: 'factorised',
      nodes,
      inputs: [{ name: 'input', elementType: 'float32', shape: ['N', inputs, ...tail] }],
      outputs: [
        { name: 'output', elementType: 'float32', shape: ['N', outputs, ...(layout === 'tucker' ? [6, 6] : tail)] },
      ],
      initializers: new Map(weights.map(each => [each.name, each])),
      valueInfo: new Map(),
    },
    opsets: new Map([['', 17]]),
    metadata: new Map(),
    irVersion: 8,
  };
}
