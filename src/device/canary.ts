/** A network of one layer that every device runs, to try one out. */

import { floatTensor } from '../onnx/tensor.ts';
import { writeModel } from '../onnx/write.ts';
import { seededRng } from '../random/rng.ts';
import type { HardwareProfile } from './profile.ts';

const inputs = 16;
const side = 32;

/** A 3 x 3 convolution of 16 to so many channels, in the precision of the profile and any batch. */
export function canaryModel(channels: number, { precision }: Pick<HardwareProfile, 'precision'>): Uint8Array {
  const rng = seededRng(1);
  const weights = Float32Array.from({ length: channels * inputs * 9 }, () => (rng.uniform() - 0.5) / 8);
  const weight = floatTensor('weight', [channels, inputs, 3, 3], weights, precision);
  const inner = side - 2;
  return writeModel({
    graph: {
      name: 'canary',
      nodes: [
        {
          name: 'convolution',
          opType: 'Conv',
          domain: '',
          inputs: ['input', 'weight'],
          outputs: ['output'],
          attributes: new Map([['kernel_shape', { kind: 'ints', value: [3, 3] }]]),
        },
      ],
      inputs: [{ name: 'input', elementType: precision, shape: ['N', inputs, side, side] }],
      outputs: [{ name: 'output', elementType: precision, shape: ['N', channels, inner, inner] }],
      initializers: new Map([['weight', weight]]),
      valueInfo: new Map(),
    },
    opsets: new Map([['', 13]]),
    metadata: new Map(),
    irVersion: 8,
  });
}
