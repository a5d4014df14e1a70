/** Conv as a site. */
import { intAttribute, intsAttribute, textAttribute } from '../../onnx/attributes.ts';
import type { Node, Shape } from '../../onnx/graph.ts';
import type { SiteKind } from '../dense-node.ts';
import { biasParams, type Draft, type GraphReading, readWeight } from './draft.ts';
import { unknownSize } from './unknown-size.ts';

/** A 2-D Conv with a constant weight and known image sizes, or why it is no site. */
export function convSite(reading: GraphReading, node: Node): Draft | string {
  const weight = readWeight(reading, node);
  if (typeof weight === 'string') return weight;
  const { dims } = weight.tensor;
  if (dims.length !== 4) return `it is a ${dims.length - 2}-D convolution; only 2-D ones are factorised`;
  const [outChannels, inPerGroup, height, width] = dims as [number, number, number, number];
  const groups = intAttribute(node, 'group', 1);
  if (groups < 1 || outChannels % groups !== 0) {
    return `its ${outChannels} output channels cannot be divided into ${groups} groups`;
  }
  const inputSize = imageSize(reading.shapes.get(node.inputs[0] ?? ''));
  const outputSize = imageSize(reading.shapes.get(node.outputs[0] ?? ''));
  if (!inputSize || !outputSize) {
    const value = (inputSize ? node.outputs[0] : node.inputs[0]) ?? '';
    return unknownSize('the height and width of its images', reading.loss(value));
  }
  const kernel = [height, width] as const;
  const strides = pair(listOf(node, 'strides', [1, 1]));
  const dilations = pair(listOf(node, 'dilations', [1, 1]));
  const images = reading.count(reading.shapes.get(node.outputs[0] ?? '')?.slice(0, 1)) ?? 1;
  const outputPositions = images * outputSize[0] * outputSize[1];
  const weights = dims.reduce((product, size) => product * size, 1);
  const bias = biasParams(reading, node.inputs[2]);
  return {
    output: node.outputs[0]!,
    kind: kindOf(groups, inPerGroup, height * width),
    weight: node.inputs[1]!,
    elementType: weight.elementType,
    weightDims: dims,
    weightLayout: 'out-in',
    inChannels: inPerGroup * groups,
    outChannels,
    groups,
    kernel,
    strides,
    dilations,
    pads: padsOf(node, inputSize, kernel, strides, dilations),
    inputSize,
    outputSize,
    outputPositions,
    macs: weights * outputPositions,
    params: weights + bias,
    biasParams: bias,
  };
}

function kindOf(groups: number, inPerGroup: number, area: number): SiteKind {
  if (groups > 1) return inPerGroup === 1 ? 'depthwise-conv' : 'grouped-conv';
  return area === 1 ? 'conv1x1' : 'conv';
}

/** An empty list stands for the default too. */
function listOf(node: Node, name: string, otherwise: readonly number[]): readonly number[] {
  const given = intsAttribute(node, name);
  return given && given.length > 0 ? given : otherwise;
}

const pair = (values: readonly number[]): [number, number] => [values[0]!, values[1]!];

/** Height and width of [batch, channels, height, width], where both are known. */
function imageSize(shape: Shape | undefined): [number, number] | null {
  if (shape?.length !== 4) return null;
  const [, , height, width] = shape;
  return typeof height === 'number' && typeof width === 'number' ? [height, width] : null;
}

/** The padding that the node asks for, in numbers (ONNX operator reference, Conv, `auto_pad`). */
function padsOf(
  node: Node,
  inputSize: readonly [number, number],
  kernel: readonly [number, number],
  strides: readonly [number, number],
  dilations: readonly [number, number],
): [number, number, number, number] {
  const mode = textAttribute(node, 'auto_pad', 'NOTSET');
  if (mode === 'VALID') return [0, 0, 0, 0];
  if (mode !== 'SAME_UPPER' && mode !== 'SAME_LOWER') {
    const [top, left, bottom, right] = listOf(node, 'pads', [0, 0, 0, 0]);
    return [top!, left!, bottom!, right!];
  }
  const same = (axis: 0 | 1): [number, number] => {
    const steps = Math.ceil(inputSize[axis] / strides[axis]) - 1;
    const total = Math.max(0, steps * strides[axis] + dilations[axis] * (kernel[axis] - 1) + 1 - inputSize[axis]);
    const less = Math.floor(total / 2);
    return mode === 'SAME_UPPER' ? [less, total - less] : [total - less, less];
  };
  const [top, bottom] = same(0);
  const [left, right] = same(1);
  return [top, left, bottom, right];
}
