/** Gemm and MatMul as sites. */
import type { Node, Shape } from '../../onnx/graph.ts';
import { biasParams, type Draft, intOf, type Reading, readWeight } from './draft.ts';

/** Gemm with a constant B, or why it is no site. */
export function gemmSite(reading: Reading, node: Node): Draft | string {
  return matrixSite(reading, node, 'gemm', intOf(node.attributes.get('transB'), 0) === 0);
}

/** MatMul with a constant matrix on the right, or why it is no site. */
export function matMulSite(reading: Reading, node: Node): Draft | string {
  const [left, right] = [reading.constant(node.inputs[0] ?? ''), reading.constant(node.inputs[1] ?? '')];
  if (!right) {
    return left
      ? `its weight "${node.inputs[0]}" is on the left; only a constant matrix on the right is factorised`
      : 'it multiplies two values that are computed at run time; it has no weight';
  }
  if (right.dims.length !== 2) {
    return `its weight has ${right.dims.length} dimensions (${right.dims.join(' x ')}); only matrices are factorised`;
  }
  return matrixSite(reading, node, 'matmul', true);
}

function matrixSite(reading: Reading, node: Node, kind: 'gemm' | 'matmul', inFirst: boolean): Draft | string {
  const weight = readWeight(reading, node);
  if (typeof weight === 'string') return weight;
  const { dims } = weight.tensor;
  if (dims.length !== 2) return `its weight has ${dims.length} dimensions, not 2`;
  const [inChannels, outChannels] = (inFirst ? dims : [...dims].reverse()) as [number, number];
  const rows = rowsOf(reading.shapes.get(node.outputs[0] ?? ''));
  if (rows === null) return 'the number of its rows is not known; export the model with fixed sizes';
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

/** Rows of a product [..., out] for one input: a leading size that is not fixed is the batch and counts as 1. */
function rowsOf(shape: Shape | undefined): number | null {
  if (!shape) return null;
  let rows = 1;
  for (const [axis, size] of shape.slice(0, -1).entries()) {
    if (typeof size === 'number') rows *= size;
    else if (axis > 0) return null;
  }
  return rows;
}
