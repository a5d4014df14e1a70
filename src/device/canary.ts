/** A network of one layer that every device runs, to try one out. */

import { floatsOf, floatTensor } from '../onnx/tensor.ts';
import { writeModel } from '../onnx/write.ts';
import { seededRng } from '../random/rng.ts';
import type { HardwareProfile } from './profile.ts';

const inputs = 16;
const side = 32;
/** Of one input, the batch left out. */
export const canaryShape = [inputs, side, side] as const;

/** A 3 x 3 convolution of 16 to so many channels, in the precision of the profile and any batch. */
export function canaryModel(channels: number, { precision }: Pick<HardwareProfile, 'precision'>): Uint8Array {
  const weight = floatTensor('weight', [channels, inputs, 3, 3], canaryWeights(channels), precision);
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

function canaryWeights(channels: number): Float32Array {
  const rng = seededRng(1);
  return Float32Array.from({ length: channels * inputs * 9 }, () => (rng.uniform() - 0.5) / 8);
}

/**
 * What the canary gives, in double precision: y[n, o, r, c] = sum over i, u, v of w[o, i, u, v] x[n, i, r + u, c + v].
 *
 * @param input N x 16 x 32 x 32
 */
export function canaryOutput(
  channels: number,
  batch: number,
  { precision }: Pick<HardwareProfile, 'precision'>,
  input: Float32Array,
): Float64Array {
  // As the model holds them, rounded where it is in half precision.
  const w = floatsOf(floatTensor('weight', [channels, inputs, 3, 3], canaryWeights(channels), precision));
  const inner = side - 2;
  const output = new Float64Array(batch * channels * inner * inner);
  let at = 0;
  for (let n = 0; n < batch; n++)
    for (let o = 0; o < channels; o++)
      for (let r = 0; r < inner; r++)
        for (let c = 0; c < inner; c++) {
          let sum = 0;
          for (let i = 0; i < inputs; i++)
            for (let u = 0; u < 3; u++)
              for (let v = 0; v < 3; v++)
                sum +=
                  (w[((o * inputs + i) * 3 + u) * 3 + v] ?? 0) *
                  (input[((n * inputs + i) * side + r + u) * side + c + v] ?? 0);
          output[at++] = sum;
        }
  return output;
}
