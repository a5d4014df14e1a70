/** Gemm and MatMul as sites. */
import { intAttribute } from '../../onnx/attributes.ts';
import type { Node } from '../../onnx/graph.ts';
import { biasParams, type Draft, type GraphReading, readWeight } from './draft.ts';
import { unknownSize } from './unknown-size.ts';

/** Gemm with a constant B, or why it is no site. */
export function gemmSite(reading: GraphReading, node: Node): Draft | string {
  return matrixSite(reading, node, 'gemm', intAttribute(node, 'transB', 0) === 0);
}

/** MatMul with a constant matrix on the right, or why it is no site. */
export function matMulSite(reading: GraphReading, node: Node): Draft | string {
  const [left, right] = [reading.constant(node.inputs[0] ?? ''), reading.constant(node.inputs[1] ?? '')];
  const axes = right?.tensor.dims.length;
  if (!right) {
    return left
      ? `its weight "${node.inputs[0]}" is on the left; only a constant matrix on the right is factorised`
      : 'it multiplies two values that are computed at run time; it has no weight';
  }
  if (axes !== 2) {
    return `its weight has ${axes} dimensions (${right.tensor.dims.join(' x ')}); only matrices are factorised`;
  }
  return matrixSite(reading, node, 'matmul', true);
}

function matrixSite(reading: GraphReading, node: Node, kind: 'gemm' | 'matmul', inFirst: boolean): Draft | string {
  const weight = readWeight(reading, node);
  if (typeof weight === 'string') return weight;
  const { dims } = weight.tensor;
  if (dims.length !== 2) return `its weight has ${dims.length} dimensions, not 2`;
  const [inChannels, outChannels] = (inFirst ? dims : [...dims].reverse()) as [number, number];
  const rows = reading.count(reading.shapes.get(node.outputs[0] ?? '')?.slice(0, -1));
  if (rows === null) return unknownSize('the rows that it multiplies', reading.loss(node.outputs[0] ?? ''));
  const bias = kind === 'gemm' ? biasParams(reading, node.inputs[2]) : 0;
  const weights = inChannels * outChannels;
  return {
    output: node.outputs[0]!,
    kind,
    weight: node.inputs[1]!,
    elementType: weight.elementType,
    weightDims: dims,
    weightLayout: inFirst ? 'in-out' : 'out-in',
    inChannels,
    outChannels,
    groups: 1,
    kernel: [1, 1],
    strides: [1, 1],
    dilations: [1, 1],
    pads: [0, 0, 0, 0],
    inputSize: [rows, 1],
    outputSize: [rows, 1],
    outputPositions: rows,
    macs: weights * rows,
    params: weights + bias,
    biasParams: bias,
  };
}
