/** A small network of each kind of layer that training meets, with seeded weights. */
import type { Model, Tensor } from '../../src/onnx/graph.ts';
import { floatTensor } from '../../src/onnx/tensor.ts';
import { seededRng } from '../../src/random/rng.ts';
import { buildModel } from '../onnx/build.ts';

export const tinyDims = [3, 6, 6] as const;
export const tinyClasses = 3;

export interface TinyOptions {
  readonly norm?: boolean;
  /** Of the second convolution, which before a norm has no gradient but noise. */
  readonly bias?: boolean;
  readonly seed?: number;
  readonly channels?: number;
}

/** conv 3x3 - [norm] - relu - conv 1x1 - [norm] - relu - average - fully connected. */
export function tinyNetwork({ norm = true, bias = true, seed = 1, channels = 4 }: TinyOptions = {}): Model {
  const rng = seededRng(seed);
  const random = (name: string, dims: readonly number[], scale: number, centre = 0): Tensor => {
    const count = dims.reduce((product, size) => product * size, 1);
    return floatTensor(
      name,
      dims,
      Float32Array.from({ length: count }, () => centre + scale * (2 * rng.uniform() - 1)),
    );
  };
  const normalised = (i: number, from: string, to: string) => ({
    op: 'BatchNormalization',
    inputs: [from, `n${i}.scale`, `n${i}.shift`, `n${i}.mean`, `n${i}.variance`],
    outputs: [to],
    attributes: { epsilon: 1e-5, momentum: { float: 0.9 } },
  });
  const statistics = (i: number): Tensor[] => [
    random(`n${i}.scale`, [channels], 0.2, 1),
    random(`n${i}.shift`, [channels], 0.2),
    random(`n${i}.mean`, [channels], 0.1),
    random(`n${i}.variance`, [channels], 0.2, 1),
  ];
  return buildModel({
    inputs: [{ name: 'image', shape: ['N', ...tinyDims] }],
    outputs: [{ name: 'scores', shape: ['N', tinyClasses] }],
    nodes: [
      {
        op: 'Conv',
        inputs: ['image', 'c1.weight'],
        outputs: ['c1'],
        attributes: { kernel_shape: [3, 3], pads: [1, 1, 1, 1] },
      },
      norm ? normalised(1, 'c1', 'b1') : { op: 'Identity', inputs: ['c1'], outputs: ['b1'] },
      { op: 'Relu', inputs: ['b1'], outputs: ['r1'] },
      {
        op: 'Conv',
        inputs: ['r1', 'c2.weight', ...(bias ? ['c2.bias'] : [])],
        outputs: ['c2'],
        attributes: { kernel_shape: [1, 1] },
      },
      norm ? normalised(2, 'c2', 'b2') : { op: 'Identity', inputs: ['c2'], outputs: ['b2'] },
      { op: 'Relu', inputs: ['b2'], outputs: ['r2'] },
      { op: 'GlobalAveragePool', inputs: ['r2'], outputs: ['pooled'] },
      { op: 'Flatten', inputs: ['pooled'], outputs: ['flat'] },
      { op: 'Gemm', inputs: ['flat', 'fc.weight', 'fc.bias'], outputs: ['scores'], attributes: { transB: 1 } },
    ],
    initializers: [
      random('c1.weight', [channels, 3, 3, 3], 0.5),
      random('c2.weight', [channels, channels, 1, 1], 0.9),
      ...(bias ? [random('c2.bias', [channels], 0.1)] : []),
      random('fc.weight', [tinyClasses, channels], 0.9),
      random('fc.bias', [tinyClasses], 0.1),
      ...(norm ? [...statistics(1), ...statistics(2)] : []),
    ],
  });
}
