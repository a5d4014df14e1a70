/** A dataset made ready for the inputs of a network: images decoded and cropped, or arrays as they are. */
import type { Dataset } from '../data/dataset.ts';
import { bitsOfItems, itemsOf } from '../data/load.ts';
import { normalizationTable, wholeNumbersTable } from '../data/normalize.ts';
import { isRgb8, type PixelForm, rgb8 } from '../data/pixel-form.ts';
import { resolveTransform } from '../data/resolve-transform.ts';
import type { UserError } from '../errors/user-error.ts';
import { type ImageInput, onlyImage, type PixelType, type TensorDescription } from '../runtime/model-interface.ts';
import { batchSizeFor } from './batch-size.ts';
import type { BatchSource } from './batch-source.ts';
import { fixedBatch } from './feeds.ts';
import { fittingTensors } from './fitting-tensors.ts';
import type { PixelReading } from './pixel-reading.ts';
import { type Prepared, type PrepareOptions, prepare, type UnreadableImage } from './prepare.ts';
import { sizedInputs } from './sized-inputs.ts';

export interface OpenInputs {
  readonly count: number;
  /** For each of them its index in the dataset, ascending: the unreadable ones are missing. */
  readonly kept: Int32Array;
  readonly unreadable: readonly UnreadableImage[];
  /** Items per call where the network fixes it, else null; and those that are usual. */
  readonly fixedBatch: number | null;
  readonly usualBatch: number;
  /** How the data becomes inputs; two that differ give other inputs. */
  readonly transform: object;
  /** Names what was prepared, as the cache has it. */
  readonly key: string;
  readonly source: (positions: Int32Array, reading: PixelReading) => BatchSource;
}

/**
 * @param refuse words the error where the network takes no image
 * @param inputShape sizes that the network leaves open, of an image; arrays have their own
 * @throws UserError when the data does not fit the inputs, or cannot be prepared
 */
export async function openInputs(
  dataset: Dataset,
  inputs: readonly TensorDescription[],
  options: PrepareOptions | undefined,
  refuse: (detail: string) => UserError,
  inputShape?: Readonly<Record<string, number>>,
): Promise<OpenInputs> {
  if (dataset.source.kind === 'tensors') {
    const { tensors, whole } = fittingTensors(dataset.source.inputs, inputs);
    const numbers = tensors.reduce((sum, { items }) => sum + (items[0]?.dims.reduce((a, b) => a * b, 1) ?? 0), 0);
    return {
      count: dataset.count,
      kept: Int32Array.from(dataset.ids.keys()),
      unreadable: [],
      fixedBatch: whole ? 1 : fixedBatch(inputs),
      usualBatch: batchSizeFor(1, Math.max(1, Math.ceil(numbers / 3))),
      transform: { inputs: tensors.map(({ name }) => name) },
      key: dataset.hash,
      source: positions => ({
        positions,
        ...(whole ? { whole } : {}),
        tensors: tensors.map(({ name, items }) => ({
          name,
          items: Array.from(positions, at => items[at]).filter(each => each !== undefined),
        })),
      }),
    };
  }
  const input = onlyImage(sizedInputs(inputs, inputShape));
  if (input.state === 'failed') throw refuse(input.detail);
  const form = await formFor(input.value, dataset);
  const size = resolveTransform(dataset.spec, input.value.height, input.value.width);
  const transform = { ...size, ...(isRgb8(form) ? {} : { form }) };
  return inputsOfImages(await prepare(dataset, transform, options), transform, input.value.batch, input.value.type);
}

/** The network says how many channels, and whether bytes will do; one that takes grey floats gets what the files have. */
async function formFor({ channels, type }: ImageInput, dataset: Dataset): Promise<PixelForm> {
  if (type === 'uint8') return { channels, bits: 8 };
  if (type === 'uint16') return { channels, bits: 16 };
  return { channels, bits: channels === 1 ? await bitsOfItems(itemsOf(dataset.source)) : 8 };
}

/** Prepared images, for a network that takes them. */
export function inputsOfImages(
  prepared: Prepared,
  transform: object,
  fixed: number | null,
  type: PixelType = 'float32',
): OpenInputs {
  const { path, height, width, form, count, kept, unreadable } = prepared;
  const whole = type === 'uint8' || type === 'uint16';
  return {
    count,
    kept,
    unreadable,
    fixedBatch: fixed,
    usualBatch: batchSizeFor(height, width),
    transform,
    key: path,
    source: (positions, { normalize, channels }) => ({
      path,
      height,
      width,
      positions,
      ...(form ? { form } : {}),
      table: whole ? wholeNumbersTable(form ?? rgb8) : normalizationTable(normalize, form),
      channels,
    }),
  };
}
