/** A small network that has been factorised: a stem, an svd site, a tucker2 site and a classifier, each followed by its norm. */
import type { Model, Tensor } from '../../src/onnx/graph.ts';
import { floatTensor } from '../../src/onnx/tensor.ts';
import { seededRng } from '../../src/random/rng.ts';
import { buildModel } from '../onnx/build.ts';

export const factorisedDims = [3, 5, 5] as const;
export const factorisedClasses = 3;

export function factorisedNetwork(seed = 2): Model {
  const rng = seededRng(seed);
  const random = (name: string, dims: readonly number[], centre = 0): Tensor =>
    floatTensor(
      name,
      dims,
      Float32Array.from({ length: dims.reduce((a, b) => a * b, 1) }, () => centre + rng.uniform() - 0.5),
    );
  const initializers: Tensor[] = [];
  const weight = (name: string, dims: readonly number[], centre = 0): string => {
    initializers.push(random(name, dims, centre));
    return name;
  };
  const conv = (name: string, from: string, to: string, dims: readonly number[], bias = false) => ({
    op: 'Conv',
    name,
    inputs: [from, weight(`${name}.weight`, dims), ...(bias ? [weight(`${name}.bias`, dims.slice(0, 1))] : [])],
    outputs: [to],
    attributes: { kernel_shape: dims.slice(2), pads: [...dims.slice(2), ...dims.slice(2)].map(k => (k - 1) / 2) },
  });
  const norm = (name: string, from: string, to: string, channels: number) => ({
    op: 'BatchNormalization',
    inputs: [
      from,
      ...['scale', 'shift', 'mean', 'variance'].map((part, i) => weight(`${name}.${part}`, [channels], i % 3 ? 0 : 1)),
    ],
    outputs: [to],
  });
  const relu = (from: string, to: string) => ({ op: 'Relu', inputs: [from], outputs: [to] });
  const nodes = [
    conv('stem', 'image', 'a1', [4, 3, 3, 3]),
    norm('norm1', 'a1', 'a2', 4),
    relu('a2', 'a3'),
    conv('body/svd_0', 'a3', 'b1', [2, 4, 3, 3]),
    conv('body/svd_1', 'b1', 'b2', [5, 2, 1, 1], true),
    norm('norm2', 'b2', 'b3', 5),
    relu('b3', 'b4'),
    conv('tail/tucker2_0', 'b4', 'c1', [3, 5, 1, 1]),
    conv('tail/tucker2_1', 'c1', 'c2', [2, 3, 3, 3]),
    conv('tail/tucker2_2', 'c2', 'c3', [4, 2, 1, 1]),
    norm('norm3', 'c3', 'c4', 4),
    relu('c4', 'c5'),
    { op: 'GlobalAveragePool', inputs: ['c5'], outputs: ['pooled'] },
    { op: 'Flatten', inputs: ['pooled'], outputs: ['flat'] },
    {
      op: 'Gemm',
      name: 'fc',
      inputs: ['flat', weight('fc.weight', [3, 4]), weight('fc.bias', [3])],
      outputs: ['scores'],
      attributes: { transB: 1 },
    },
  ];
  return buildModel({
    inputs: [{ name: 'image', shape: ['N', ...factorisedDims] }],
    outputs: [{ name: 'scores', shape: ['N', factorisedClasses] }],
    nodes,
    initializers,
  });
}
