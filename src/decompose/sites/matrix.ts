/** Gemm and MatMul as sites. */
import { intAttribute } from '../../onnx/attributes.ts';
import type { Node } from '../../onnx/graph.ts';
import type { MatrixProduct } from '../dense-node.ts';
import { isRefused, type Refused, refused } from '../site.ts';
import { biasParams, type Draft, type GraphReading, readWeight, type Weight } from './draft.ts';
import { unknownSize } from './unknown-size.ts';

/** Gemm with a constant B, or why it is no site. */
export function gemmSite(reading: GraphReading, node: Node): Draft | Refused {
  const weight = readWeight(reading, node);
  if (isRefused(weight)) return weight;
  const inFirst = intAttribute(node, 'transB', 0) === 0;
  const inputOrder = intAttribute(node, 'transA', 0) === 0 ? null : [1, 0];
  const draft = matrixSite(reading, node, { weight, inFirst, product: { inputOrder } });
  if (isRefused(draft)) return draft;
  const bias = biasParams(reading, node.inputs[2]);
  return { ...draft, kind: 'gemm', params: draft.params + bias, biasParams: bias };
}

/** MatMul with a constant matrix on either side, or why it is no site. */
export function matMulSite(reading: GraphReading, node: Node): Draft | Refused {
  const [left, right] = [reading.constant(node.inputs[0] ?? ''), reading.constant(node.inputs[1] ?? '')];
  if (!left && !right) {
    return refused('run-time', 'it multiplies two values that are computed at run time; it has no weight');
  }
  const side = right ? 1 : 0;
  const { dims = null, tensor } = (right ?? left)!;
  const sizes = dims ?? tensor.dims;
  if (sizes.length !== 2) {
    const found = `${sizes.length} dimensions (${sizes.join(' x ')})`;
    return refused('form', `its weight has ${found}; only matrices are factorised`);
  }
  const weight = readWeight(reading, node, side);
  if (isRefused(weight)) return weight;
  if (side === 1) return matrixSite(reading, node, { weight, inFirst: true, product: {} });
  const axes = reading.shapes.get(node.outputs[0] ?? '')?.length;
  if (axes === undefined || axes < 2)
    return refused('size', unknownSize('the columns that it multiplies', reading.loss(node.outputs[0] ?? '')));
  const swapped = Array.from({ length: axes }, (_, axis) => axis);
  swapped.push(...swapped.splice(-2).reverse());
  return matrixSite(reading, node, {
    weight,
    inFirst: false,
    product: {
      inputOrder: swapped,
      outputOrder: swapped,
      weightFirst: true,
      perChannel: [weight.tensor.dims[0]!, 1],
    },
  });
}

interface Parts {
  readonly weight: Weight;
  /** Whether the weight is stored as [in, out]. */
  readonly inFirst: boolean;
  readonly product: Partial<MatrixProduct>;
}

/** Without a bias. The weight is input 0 where the layers have theirs first. */
function matrixSite(reading: GraphReading, node: Node, { weight, inFirst, product }: Parts): Draft | Refused {
  const { dims } = weight.tensor;
  if (dims.length !== 2) return refused('form', `its weight has ${dims.length} dimensions, not 2`);
  const [inChannels, outChannels] = (inFirst ? dims : [...dims].reverse()) as [number, number];
  const shape = reading.shapes.get(node.outputs[0] ?? '');
  const channelAxis = product.weightFirst ? -2 : -1;
  const rows = reading.count(shape?.toSpliced(channelAxis, 1));
  if (rows === null)
    return refused('size', unknownSize('the rows that it multiplies', reading.loss(node.outputs[0] ?? '')));
  const weightInput = product.weightFirst ? 0 : 1;
  return {
    ...productOf(rows, inChannels, outChannels),
    output: node.outputs[0]!,
    kind: 'matmul',
    weight: node.inputs[weightInput]!,
    elementType: weight.elementType,
    weightDims: dims,
    weightInput,
    weightLayout: inFirst ? 'in-out' : 'out-in',
    weightOrder: null,
    product: {
      inputOrder: null,
      outputOrder: null,
      perChannel: [outChannels],
      weightFirst: false,
      equations: null,
      inAxes: [inChannels],
      outAxes: [outChannels],
      ...product,
    },
  };
}

/** What follows from the extent of a matrix product alone. */
export function productOf(rows: number, inChannels: number, outChannels: number) {
  const weights = inChannels * outChannels;
  return {
    inChannels,
    outChannels,
    groups: 1,
    kernel: [1, 1],
    kernelShape: [1, 1],
    strides: [1, 1],
    dilations: [1, 1],
    pads: [0, 0, 0, 0],
    inputImage: [rows, 1],
    outputImage: [rows, 1],
    inputSize: [rows, 1],
    outputSize: [rows, 1],
    outputPositions: rows,
    macs: weights * rows,
    params: weights,
    biasParams: 0,
  } as const;
}
