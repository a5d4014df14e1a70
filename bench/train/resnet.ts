/** ResNet-50 (He et al. 2016, table 1; strides in the 3 x 3 as in torchvision) by code, dense or factorised, with seeded weights. */
import { type AttributeValues, makeNode } from '../../src/onnx/builder.ts';
import type { Model, Node, Tensor } from '../../src/onnx/graph.ts';
import { floatTensor } from '../../src/onnx/tensor.ts';
import { seededRng } from '../../src/random/rng.ts';

export interface ResNet50Options {
  /** Every 1 x 1 convolution and the classifier as svd, every 3 x 3 as tucker2, at ranks that divide its MACs by this; 1 is dense. */
  readonly compression: number;
  /** Ranks are rounded to multiples of it. */
  readonly granularity?: number;
  readonly side?: number;
  readonly classes?: number;
}

export function resNet50({ compression, granularity = 16, side = 224, classes = 1000 }: ResNet50Options): Model {
  const rng = seededRng(50);
  const nodes: Node[] = [];
  const initializers = new Map<string, Tensor>();
  const weight = (name: string, dims: readonly number[], fill: (fanIn: number) => number): string => {
    const count = dims.reduce((product, size) => product * size, 1);
    const fanIn = count / (dims[0] ?? 1);
    initializers.set(
      name,
      floatTensor(
        name,
        dims,
        Float32Array.from({ length: count }, () => fill(fanIn)),
      ),
    );
    return name;
  };
  /** Uniform of variance 2 / fan in (He et al. 2015). */
  const random = (fanIn: number): number => Math.sqrt(6 / fanIn) * (2 * rng.uniform() - 1);
  const add = (opType: string, name: string, inputs: readonly string[], attributes?: AttributeValues) => {
    const output = `${name}:out`;
    nodes.push(makeNode(name, opType, inputs, [output], attributes));
    return output;
  };
  const plain = (x: string, name: string, [c, s, k, stride]: Extent): string =>
    add('Conv', name, [x, weight(`${name}.weight`, [s, c, k, k], random)], {
      kernel_shape: [k, k],
      strides: [stride, stride],
      pads: Array<number>(4).fill((k - 1) / 2),
    });
  const rounded = (rank: number): number => Math.max(granularity, granularity * Math.round(rank / granularity));
  const conv = (x: string, name: string, [c, s, k, stride]: Extent): string => {
    if (compression === 1 || c === 3) return plain(x, name, [c, s, k, stride]);
    if (k === 1) {
      const r = rounded((c * s) / (compression * (c + s)));
      return plain(plain(x, `${name}/svd_0`, [c, r, 1, stride]), `${name}/svd_1`, [r, s, 1, 1]);
    }
    const r = rounded(tuckerRank(c, s, k, compression));
    const inner = plain(x, `${name}/tucker2_0`, [c, r, 1, 1]);
    return plain(plain(inner, `${name}/tucker2_1`, [r, r, k, stride]), `${name}/tucker2_2`, [r, s, 1, 1]);
  };
  const norm = (x: string, name: string, channels: number): string => {
    const part = (which: string, value: number): string => weight(`${name}.${which}`, [channels], () => value);
    return add('BatchNormalization', name, [
      x,
      part('weight', 1),
      part('bias', 0),
      part('mean', 0),
      part('variance', 1),
    ]);
  };
  const unit = (x: string, name: string, extent: Extent): string =>
    norm(conv(x, `${name}.conv`, extent), `${name}.norm`, extent[1]);
  const relu = (x: string, name: string): string => add('Relu', name, [x]);

  const stem = relu(unit('image', 'stem', [3, 64, 7, 2]), 'stem.relu');
  let x = add('MaxPool', 'stem.pool', [stem], {
    kernel_shape: [3, 3],
    strides: [2, 2],
    pads: [1, 1, 1, 1],
  });
  let channels = 64;
  for (const [stage, blocks] of [3, 4, 6, 3].entries()) {
    const width = 64 * 2 ** stage;
    for (let block = 0; block < blocks; block++) {
      const name = `layer${stage + 1}.${block}`;
      const stride = stage > 0 && block === 0 ? 2 : 1;
      const a = relu(unit(x, `${name}.1`, [channels, width, 1, 1]), `${name}.relu1`);
      const b = relu(unit(a, `${name}.2`, [width, width, 3, stride]), `${name}.relu2`);
      const c = unit(b, `${name}.3`, [width, 4 * width, 1, 1]);
      const short = block === 0 ? unit(x, `${name}.short`, [channels, 4 * width, 1, stride]) : x;
      x = relu(add('Add', `${name}.add`, [c, short]), `${name}.relu3`);
      channels = 4 * width;
    }
  }
  const flat = add('Flatten', 'flat', [add('GlobalAveragePool', 'pool', [x])]);
  const scores = add(
    'Gemm',
    'fc',
    [flat, weight('fc.weight', [classes, channels], random), weight('fc.bias', [classes], () => 0)],
    { transB: 1 },
  );
  return {
    graph: {
      name: 'ResNet-50',
      nodes,
      inputs: [{ name: 'image', elementType: 'float32', shape: ['N', 3, side, side] }],
      outputs: [{ name: scores, elementType: 'float32', shape: ['N', classes] }],
      initializers,
      valueInfo: new Map(),
    },
    opsets: new Map([['', 18]]),
    metadata: new Map(),
    irVersion: 8,
  };
}

/** In channels, out channels, kernel, stride. */
type Extent = readonly [number, number, number, number];

/** r with c r + k k r r + r s = k k c s / compression. */
function tuckerRank(c: number, s: number, k: number, compression: number): number {
  const [area, linear, wanted] = [k * k, c + s, (k * k * c * s) / compression];
  return (Math.sqrt(linear ** 2 + 4 * area * wanted) - linear) / (2 * area);
}
