/** Classifiers whose answers are known: the scores are a linear map of the mean of each channel. */
import { writeFileSync } from 'node:fs';
import type { ElementType, Shape, Tensor } from '../../src/onnx/graph.ts';
import { toHalf } from '../../src/onnx/half.ts';
import { writeModel } from '../../src/onnx/write.ts';
import { buildModel } from '../onnx/build.ts';

export interface TinyClassifier {
  /** One row of three weights (R, G, B) per class. */
  readonly weights: readonly (readonly [number, number, number])[];
  /** N x 3 x 8 x 8 by default. */
  readonly inputShape?: Shape;
  readonly layout?: 'nchw' | 'nhwc';
  readonly elementType?: 'float32' | 'float16';
  /** A second output before the scores, which is no class score. */
  readonly extraOutput?: boolean;
  /** A second head, `more`, behind the scores: a row of weights per class. */
  readonly secondHead?: readonly (readonly [number, number, number])[];
}

/** The classes are red, green and blue: the channel with the largest mean wins. */
export const byColour = [
  [1, 0, 0],
  [0, 1, 0],
  [0, 0, 1],
] as const;

export function writeClassifier(path: string, given: TinyClassifier): string {
  const { weights, layout = 'nchw', elementType = 'float32', extraOutput = false, secondHead } = given;
  const shape = given.inputShape ?? (layout === 'nchw' ? ['N', 3, 8, 8] : ['N', 8, 8, 3]);
  const tensor = (name: string, rows: TinyClassifier['weights']): Tensor => {
    const values = rows.flat();
    const data = elementType === 'float32' ? Float32Array.from(values) : Uint16Array.from(values, toHalf);
    return { name, dims: [rows.length, 3], elementType, bytes: new Uint8Array(data.buffer) };
  };
  const model = buildModel({
    inputs: [{ name: 'pixels', shape, elementType: elementType as ElementType }],
    outputs: [
      ...(extraOutput ? [{ name: 'features', shape: ['N', 3, 8, 8], elementType: elementType as ElementType }] : []),
      { name: 'scores', shape: ['N', weights.length], elementType: elementType as ElementType },
      ...(secondHead
        ? [{ name: 'more', shape: ['N', secondHead.length], elementType: elementType as ElementType }]
        : []),
    ],
    nodes: [
      ...(extraOutput ? [{ op: 'Relu', inputs: ['pixels'], outputs: ['features'] }] : []),
      {
        op: 'ReduceMean',
        inputs: ['pixels'],
        outputs: ['means'],
        attributes: { axes: layout === 'nchw' ? [2, 3] : [1, 2], keepdims: 0 },
      },
      { op: 'Gemm', inputs: ['means', 'w'], outputs: ['scores'], attributes: { transB: 1 } },
      ...(secondHead ? [{ op: 'Gemm', inputs: ['means', 'v'], outputs: ['more'], attributes: { transB: 1 } }] : []),
    ],
    initializers: [tensor('w', weights), ...(secondHead ? [tensor('v', secondHead)] : [])],
    opset: 13,
  });
  writeFileSync(path, writeModel(model));
  return path;
}
