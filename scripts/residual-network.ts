/** Small residual networks written by code: few layers, as wide as they are told, with BatchNormalization throughout. */
import { type AttributeValues, makeNode } from '../src/onnx/builder.ts';
import type { Model, Node, Tensor } from '../src/onnx/graph.ts';
import { floatTensor } from '../src/onnx/tensor.ts';
import { freshModel } from '../src/train/network/fresh.ts';
import { prepareNetwork } from '../src/train/network/prepare.ts';

export type Block =
  /** Convolution 3 x 3, norm, rectifier. */
  | { readonly kind: 'conv'; readonly channels: number; readonly stride?: number }
  /** Convolutions 3 x 3 with norm and rectifier, added to what came in. */
  | { readonly kind: 'residual'; readonly convolutions: number }
  /** The maximum of 2 x 2. */
  | { readonly kind: 'pool' };

export interface ResidualOptions {
  readonly name: string;
  readonly side: number;
  readonly classes: number;
  readonly blocks: readonly Block[];
  readonly seed: number;
}

/** Image N x 3 x side x side to scores N x classes, with fresh weights. */
export function residualNetwork({ name, side, classes, blocks, seed }: ResidualOptions): Model {
  const nodes: Node[] = [];
  const initializers = new Map<string, Tensor>();
  const constant = (id: string, dims: readonly number[], value: number): string => {
    const count = dims.reduce((product, size) => product * size, 1);
    initializers.set(id, floatTensor(id, dims, new Float32Array(count).fill(value)));
    return id;
  };
  const node = (opType: string, id: string, inputs: readonly string[], attributes?: AttributeValues) => {
    nodes.push(makeNode(id, opType, inputs, [`${id}.out`], attributes));
    return `${id}.out`;
  };
  let layer = 0;
  const conv = (from: string, channelsIn: number, channels: number, stride = 1): string => {
    const id = `conv${++layer}`;
    const weight = constant(`${id}.weight`, [channels, channelsIn, 3, 3], 0);
    const y = node('Conv', id, [from, weight], {
      kernel_shape: [3, 3],
      strides: [stride, stride],
      pads: [1, 1, 1, 1],
    });
    const norm = ['scale', 'shift', 'mean', 'variance'].map((each, i) =>
      constant(`norm${layer}.${each}`, [channels], i % 3 === 0 ? 1 : 0),
    );
    return node('BatchNormalization', `norm${layer}`, [y, ...norm], {
      epsilon: 1e-5,
      momentum: 0.9,
    });
  };
  let [x, width, count] = ['image', 3, 0];
  for (const block of blocks) {
    const id = `block${++count}`;
    if (block.kind === 'pool') {
      x = node('MaxPool', id, [x], { kernel_shape: [2, 2], strides: [2, 2] });
    } else if (block.kind === 'conv') {
      x = node('Relu', id, [conv(x, width, block.channels, block.stride)]);
      width = block.channels;
    } else {
      let inner = x;
      for (let i = 1; i <= block.convolutions; i++) inner = node('Relu', `${id}.${i}`, [conv(inner, width, width)]);
      x = node('Add', id, [x, inner]);
    }
  }
  x = node('Flatten', 'flatten', [node('GlobalAveragePool', 'average', [x])]);
  const head = [x, constant('head.weight', [classes, width], 0), constant('head.bias', [classes], 0)];
  nodes.push(makeNode('head', 'Gemm', head, ['scores'], { transB: 1 }));
  const model: Model = {
    graph: {
      name,
      nodes,
      inputs: [{ name: 'image', elementType: 'float32', shape: ['batch', 3, side, side] }],
      outputs: [{ name: 'scores', elementType: 'float32', shape: ['batch', classes] }],
      initializers,
      valueInfo: new Map(),
    },
    opsets: new Map([['', 18]]),
    metadata: new Map(),
    irVersion: 8,
  };
  return freshModel(prepareNetwork(model), seed);
}
