/** Runs a network over batches, and gives what it says of each image. */
import { type Attempt, complete, failed } from '../errors/failure.ts';
import { rejection } from '../errors/runtime-error.ts';
import type { ImageOutput } from '../metric/closeness.ts';
import { fromHalf } from '../onnx/half.ts';
import type { InferenceSession, Tensor } from '../runtime/onnxruntime.ts';
import { type ImageOutputs, notPerImage, type TypedOutput } from './grade-messages.ts';

const floats = new Set(['float32', 'float16', 'float64']);

/** One entry per image of a call. The numbers are copied: the runtime uses its memory again. */
export async function outputsOf(
  session: InferenceSession,
  feeds: Readonly<Record<string, Tensor>>,
  names: readonly string[],
  images: number,
): Promise<Attempt<readonly ImageOutputs[]>> {
  let answers: InferenceSession.OnnxValueMapType;
  try {
    answers = await session.run(feeds, [...names]);
  } catch (error) {
    return rejection('the runtime cannot run the model', error);
  }
  const perImage: TypedOutput[][] = Array.from({ length: images }, () => []);
  for (const name of names) {
    const tensor = answers[name] as Tensor | undefined;
    if (!tensor || tensor.type === 'string')
      return failed('runtime-rejected', `expected numbers at the output "${name}", found text`);
    const isFloat = floats.has(tensor.type);
    const led = tensor.dims[0] === images && tensor.dims.length > 0;
    if (!led && images > 1)
      return failed(
        'runtime-rejected',
        `${notPerImage}: "${name}" is [${tensor.dims.join(', ')}] for ${images} images`,
      );
    const data = numbersOf(tensor);
    const sizes = led ? tensor.dims.slice(1) : tensor.dims;
    const width = led ? data.length / images : data.length;
    for (const [i, outputs] of perImage.entries())
      outputs.push({ data: data.slice(i * width, (i + 1) * width), sizes, isFloat });
  }
  return complete(perImage);
}

type Numbers = Float32Array | Float64Array | Int32Array | BigInt64Array;

/** Halves as floats; all else as it is. */
function numbersOf({ type, data }: Tensor): Numbers {
  if (type !== 'float16') return data as Numbers;
  const { buffer, byteOffset, byteLength } = data as Uint16Array;
  return Float32Array.from(new Uint16Array(buffer, byteOffset, byteLength / 2), fromHalf);
}

export const sameSizes = (a: ImageOutput, b: ImageOutput): boolean =>
  a.sizes.length === b.sizes.length && a.sizes.every((size, i) => size === b.sizes[i]);
