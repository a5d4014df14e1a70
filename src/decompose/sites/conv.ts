/** Conv and ConvTranspose as sites. */
import { intAttribute, intsAttribute, textAttribute } from '../../onnx/attributes.ts';
import type { Node, Shape } from '../../onnx/graph.ts';
import { elementCount } from '../../onnx/tensor.ts';
import type { SiteKind } from '../dense-node.ts';
import { asPair } from '../geometry.ts';
import { isRefused, type Refused, refused } from '../site.ts';
import { biasParams, type Draft, type GraphReading, readWeight } from './draft.ts';
import { unknownSize } from './unknown-size.ts';

/** Images have so many axes beside those of batch and channels. */
const mostAxes = 3;

/** A Conv with a constant weight over one to three axes of known sizes, or why it is no site. */
export function convSite(reading: GraphReading, node: Node): Draft | Refused {
  const weight = readWeight(reading, node);
  if (isRefused(weight)) return weight;
  const [outChannels = 0, inPerGroup = 0] = weight.tensor.dims;
  const groups = intAttribute(node, 'group', 1);
  const draft = slidingSite(reading, node, { ...weight, groups, inChannels: inPerGroup * groups, outChannels });
  if (isRefused(draft)) return draft;
  const mode = textAttribute(node, 'auto_pad', 'NOTSET');
  return { ...draft, kind: kindOf(groups, inPerGroup, elementCount(draft.kernelShape)), pads: padsOf(mode, draft) };
}

/** The same of a ConvTranspose, whose weight is [in, out / groups, ...]. */
export function convTransposeSite(reading: GraphReading, node: Node): Draft | Refused {
  const weight = readWeight(reading, node);
  if (isRefused(weight)) return weight;
  if (node.attributes.has('output_shape') || textAttribute(node, 'auto_pad', 'NOTSET').startsWith('SAME'))
    return refused(
      'form',
      'it says how large its output is, and not how it is padded; export it with pads and output_padding',
    );
  const [inChannels = 0, outPerGroup = 0] = weight.tensor.dims;
  const groups = intAttribute(node, 'group', 1);
  const draft = slidingSite(reading, node, { ...weight, groups, inChannels, outChannels: outPerGroup * groups });
  if (isRefused(draft)) return draft;
  const positions = (draft.outputPositions / elementCount(draft.outputImage)) * elementCount(draft.inputImage);
  return {
    ...draft,
    kind: 'conv-transpose',
    weightLayout: 'in-out',
    transposed: true,
    macs: elementCount(draft.weightDims) * positions,
  };
}

interface Channels extends Exclude<ReturnType<typeof readWeight>, Refused> {
  readonly groups: number;
  readonly inChannels: number;
  readonly outChannels: number;
}

/** What both have in common; `kind`, `pads` and `macs` as in a Conv that is padded by numbers. */
function slidingSite(
  reading: GraphReading,
  node: Node,
  { tensor: { dims }, elementType, groups, inChannels, outChannels }: Channels,
): Draft | Refused {
  const kernelShape = dims.slice(2);
  const axes = kernelShape.length;
  if (axes < 1 || axes > mostAxes)
    return refused('form', `it is a ${axes}-D convolution; those over one to ${mostAxes} axes are factorised`);
  if (groups < 1 || outChannels % groups !== 0 || inChannels % groups !== 0) {
    return refused('form', `its channels, ${inChannels} to ${outChannels}, cannot be divided into ${groups} groups`);
  }
  const [inputImage, outputImage] = [node.inputs[0], node.outputs[0]].map(value =>
    imageOf(reading.shapes.get(value ?? ''), axes),
  );
  if (!inputImage || !outputImage) {
    const value = (inputImage ? node.outputs[0] : node.inputs[0]) ?? '';
    return refused('size', unknownSize(`the ${sizesOf(axes)} of its images`, reading.loss(value)));
  }
  const images = reading.count(reading.shapes.get(node.outputs[0] ?? '')?.slice(0, 1)) ?? 1;
  const outputPositions = images * elementCount(outputImage);
  const weights = elementCount(dims);
  const bias = biasParams(reading, node.inputs[2]);
  const list = (name: string, fill: number, count = axes): readonly number[] =>
    listOf(node, name) ?? new Array<number>(count).fill(fill);
  const byRule = textAttribute(node, 'auto_pad', 'NOTSET') !== 'NOTSET';
  return {
    output: node.outputs[0]!,
    kind: 'conv',
    weight: node.inputs[1]!,
    elementType,
    weightDims: dims,
    weightInput: 1,
    weightLayout: 'out-in',
    weightOrder: null,
    inChannels,
    outChannels,
    groups,
    kernel: asPair(kernelShape),
    kernelShape,
    strides: list('strides', 1),
    dilations: list('dilations', 1),
    pads: byRule ? new Array<number>(2 * axes).fill(0) : list('pads', 0, 2 * axes),
    inputImage,
    outputImage,
    product: null,
    inputSize: asPair(inputImage),
    outputSize: asPair(outputImage),
    outputPositions,
    macs: weights * outputPositions,
    params: weights + bias,
    biasParams: bias,
  };
}

const sizesOf = (axes: number): string =>
  ['length', 'height and width', 'depth, height and width'][axes - 1] ?? 'sizes';

function kindOf(groups: number, inPerGroup: number, area: number): SiteKind {
  if (groups > 1) return inPerGroup === 1 ? 'depthwise-conv' : 'grouped-conv';
  return area === 1 ? 'conv1x1' : 'conv';
}

/** An empty list stands for the default too. */
function listOf(node: Node, name: string): readonly number[] | null {
  const given = intsAttribute(node, name);
  return given && given.length > 0 ? given : null;
}

/** The sizes of [batch, channels, ...], where all are known. */
function imageOf(shape: Shape | undefined, axes: number): readonly number[] | null {
  if (shape?.length !== axes + 2) return null;
  const sizes = shape.slice(2);
  return sizes.every(size => typeof size === 'number') ? (sizes as number[]) : null;
}

/** The padding that a Conv asks for, in numbers (ONNX operator reference, Conv, `auto_pad`). */
function padsOf(mode: string, { pads, inputImage, strides, dilations, kernelShape }: Draft): readonly number[] {
  if (mode !== 'SAME_UPPER' && mode !== 'SAME_LOWER') return pads;
  const before = inputImage.map((size, axis) => {
    const steps = Math.ceil(size / strides[axis]!) - 1;
    return Math.max(0, steps * strides[axis]! + dilations[axis]! * (kernelShape[axis]! - 1) + 1 - size);
  });
  const less = before.map(total => Math.floor(total / 2));
  const more = before.map((total, axis) => total - less[axis]!);
  return mode === 'SAME_UPPER' ? [...less, ...more] : [...more, ...less];
}
