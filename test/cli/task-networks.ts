/** Networks that are no classifiers, as real exports look, and images for them. All weights are random. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import type { Model, Shape } from '../../src/onnx/graph.ts';
import { floatTensor, intTensor } from '../../src/onnx/tensor.ts';
import { seededRng } from '../../src/random/rng.ts';
import { buildModel, type TinyNode } from '../onnx/build.ts';

const pads = { kernel_shape: [3, 3], pads: [1, 1, 1, 1] };
const channels = 24;

interface Tail {
  readonly nodes: readonly TinyNode[];
  readonly weights: readonly (readonly [name: string, ...dims: number[]])[];
  readonly outputs: readonly { readonly name: string; readonly shape: Shape }[];
}

/** A stem and a convolution, `r2` with 24 channels of 16 x 16, and whatever comes behind. */
function network(tail: Tail): Model {
  const rng = seededRng(11);
  const random = (name: string, ...dims: number[]) => {
    const count = dims.reduce((a, b) => a * b, 1);
    const scale = 2 / Math.sqrt(count / (dims[0] ?? 1));
    return floatTensor(
      name,
      dims,
      Float32Array.from({ length: count }, () => scale * (rng.uniform() - 0.5)),
    );
  };
  return buildModel({
    inputs: [{ name: 'x', shape: ['N', 3, 32, 32] }],
    outputs: [...tail.outputs],
    nodes: [
      { op: 'Conv', inputs: ['x', 'w0'], outputs: ['a'], name: 'stem', attributes: { ...pads, strides: [2, 2] } },
      { op: 'Relu', inputs: ['a'], outputs: ['r'] },
      { op: 'Conv', inputs: ['r', 'w1'], outputs: ['b'], name: 'mid', attributes: pads },
      { op: 'Relu', inputs: ['b'], outputs: ['r2'] },
      ...tail.nodes,
    ],
    initializers: [
      random('w0', channels, 3, 3, 3),
      random('w1', channels, channels, 3, 3),
      intTensor('to', [3], [0, 9, 256]),
      ...tail.weights.map(([name, ...dims]) => random(name, ...dims)),
    ],
  });
}

/** Boxes and scores side by side, N x 9 x 256, as YOLO gives them. */
export const detector = (): Model =>
  network({
    nodes: [
      { op: 'Conv', inputs: ['r2', 'w2'], outputs: ['d'], name: 'detect', attributes: { kernel_shape: [1, 1] } },
      { op: 'Reshape', inputs: ['d', 'to'], outputs: ['boxes'] },
    ],
    weights: [['w2', 9, channels, 1, 1]],
    outputs: [{ name: 'boxes', shape: ['N', 9, 256] }],
  });

/** A map of four classes, N x 4 x 16 x 16. */
export const segmenter = (): Model =>
  network({
    nodes: [{ op: 'Conv', inputs: ['r2', 'w2'], outputs: ['map'], name: 'classes', attributes: pads }],
    weights: [['w2', 4, channels, 3, 3]],
    outputs: [{ name: 'map', shape: ['N', 4, 16, 16] }],
  });

/** Token ids (int64) and a mask to one row of 24 numbers: an encoder of sentences of 8 tokens. */
export function encoder(): Model {
  const rng = seededRng(5);
  const random = (name: string, ...dims: number[]) =>
    floatTensor(
      name,
      dims,
      Float32Array.from({ length: dims.reduce((a, b) => a * b, 1) }, () => rng.uniform() - 0.5),
    );
  return buildModel({
    inputs: [
      { name: 'ids', shape: ['N', 8], elementType: 'int64' },
      { name: 'mask', shape: ['N', 8, 1] },
    ],
    outputs: [{ name: 'tokens', shape: ['N', 8, 32] }],
    nodes: [
      { op: 'Gather', inputs: ['words', 'ids'], outputs: ['e'] },
      { op: 'MatMul', inputs: ['e', 'w1'], outputs: ['h'], name: 'up' },
      { op: 'Relu', inputs: ['h'], outputs: ['r'] },
      { op: 'MatMul', inputs: ['r', 'w2'], outputs: ['d'], name: 'down' },
      { op: 'Mul', inputs: ['d', 'mask'], outputs: ['tokens'] },
    ],
    initializers: [random('words', 50, 32), random('w1', 32, 64), random('w2', 64, 32)],
  });
}

/** Random images without labels, `0.png` and so on. */
export async function plainImages(folder: string, count: number, seed = 9): Promise<string> {
  mkdirSync(folder, { recursive: true });
  const rng = seededRng(seed);
  for (let i = 0; i < count; i++) {
    const pixels = Buffer.from(Uint8Array.from({ length: 32 * 32 * 3 }, () => rng.integer(256)));
    const image = sharp(pixels, { raw: { width: 32, height: 32, channels: 3 } });
    writeFileSync(join(folder, `${i}.png`), await image.png().toBuffer());
  }
  return `folder:${folder}`;
}
