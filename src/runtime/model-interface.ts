/** Finds, among the inputs and outputs of a network, where an image goes in and where the class scores come out. */
import type { ChannelCount } from '../data/pixel-form.ts';
import { type Attempt, complete, failed } from '../errors/failure.ts';
import { isScores } from '../onnx/outputs.ts';

export type PixelType = 'float32' | 'float16' | 'uint8' | 'uint16';
type Layout = 'nchw' | 'nhwc';

/** What a network takes and gives, whatever it is. */
export interface NetworkInterface {
  readonly inputs: readonly TensorDescription[];
  /** The output that holds the class scores. */
  readonly output: string;
  /** Its width where it is known before a call. */
  readonly classes: number | null;
  /** Every output, in the order of the network. */
  readonly outputs: readonly string[];
}

/** The one image input of a network; sizes are null where they are dynamic. */
export interface ImageInput {
  readonly name: string;
  readonly type: PixelType;
  readonly layout: Layout;
  readonly channels: ChannelCount;
  readonly batch: number | null;
  readonly height: number | null;
  readonly width: number | null;
}

/** As ONNX Runtime describes an input or output: a name or a negative number stands for a dynamic size. */
export interface TensorDescription {
  readonly name: string;
  readonly type: string;
  readonly shape: readonly (number | string)[];
}

const elementTypes: readonly string[] = ['float32', 'float16', 'uint8', 'uint16'] satisfies PixelType[];

/**
 * The class scores are the first output that is N x classes (or such with sizes of 1 behind it). Where there is none they are the first
 * output, whose shape is then judged by what it gives. Fails as `runtime-rejected` where the network has no output.
 *
 * @param heads the outputs that count where that is known already: the first is taken for the scores
 */
export function networkInterface(
  inputs: readonly TensorDescription[],
  outputs: readonly TensorDescription[],
  heads: readonly string[] = [],
): Attempt<NetworkInterface> {
  const named = outputs.find(({ name }) => name === heads[0]);
  const scores = named ?? outputs.find(({ shape }) => isScores(shape)) ?? outputs[0];
  if (!scores) return refused('it has no output');
  const width = isScores(scores.shape) ? size(scores.shape[1]) : null;
  return complete({ inputs, output: scores.name, classes: width, outputs: outputs.map(({ name }) => name) });
}

/** N x C x H x W or N x H x W x C, C being 1, 3 or 4. Fails with a sentence when the network has no such input, or others beside it. */
export function onlyImage(inputs: readonly TensorDescription[]): Attempt<ImageInput> {
  const only = inputs[0];
  if (only && inputs.length === 1) return imageInput(only);
  const names = inputs.map(({ name }) => name).join(', ');
  return refused(`expected one input, an image, found ${inputs.length} (${names})`);
}

/** The image that an input takes, or why it takes none. */
export function imageInput({ name, type, shape }: TensorDescription): Attempt<ImageInput> {
  const found = `${type} [${shape.join(', ')}]`;
  if (shape.length !== 4) return refused(`expected the input "${name}" to be N x C x H x W, found ${found}`);
  if (!elementTypes.includes(type))
    return refused(`expected the input "${name}" to be float32, float16, uint8 or uint16, found ${found}`);
  const [batch, a, b, c] = shape.map(size);
  const common = { name, type: type as PixelType, batch: batch ?? null };
  const first = (channels: ChannelCount): Attempt<ImageInput> =>
    complete({ ...common, channels, layout: 'nchw', height: b ?? null, width: c ?? null });
  const last = (channels: ChannelCount): Attempt<ImageInput> =>
    complete({ ...common, channels, layout: 'nhwc', height: a ?? null, width: b ?? null });
  if (a === 3) return first(a);
  if (c === 3) return last(c);
  if (isChannels(a)) return first(a);
  if (isChannels(c)) return last(c);
  if (a === null) return first(3);
  return refused(`expected the input "${name}" to have 1, 3 or 4 channels, found ${found}`);
}

const isChannels = (size: number | null | undefined): size is 1 | 4 => size === 1 || size === 4;

/** Null where the size is dynamic. */
const size = (dimension: number | string | undefined): number | null =>
  typeof dimension === 'number' && dimension > 0 ? dimension : null;

const refused = (why: string): Attempt<never> => failed('runtime-rejected', why);
