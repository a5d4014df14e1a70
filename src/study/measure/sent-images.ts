/** Images for a device elsewhere: each known by the SHA-256 of its prepared pixels or numbers, so that it is sent once. */
import { imageBytes, rgb8 } from '../../data/pixel-form.ts';
import { type TensorPlace, tensorReader } from '../../data/tensors/arrays.ts';
import { longestBody } from '../../device/remote/frames.ts';
import type { SentImages } from '../../device/remote/score-work.ts';
import { UserError } from '../../errors/user-error.ts';
import { sha256Of } from '../../host/model-file.ts';
import type { BatchSource, ImageBatchSource, TensorBatchSource } from '../../images/batch-source.ts';
import { pixelReader } from '../../images/pixel-reader.ts';

interface Sent {
  readonly sent: SentImages;
  /** By SHA-256, read again when one is wanted. */
  readonly pieces: ReadonlyMap<string, () => Uint8Array>;
}

/** Hashes are kept, since every candidate is scored on the same images. */
export function sentImages(): (source: BatchSource) => Sent {
  const hashes = new Map<string, string>();
  const hashOf = (key: string, read: () => Uint8Array): string => {
    const known = hashes.get(key) ?? sha256Of(demandSendable(read()));
    hashes.set(key, known);
    return known;
  };
  return source => ('tensors' in source ? sentArrays(source, hashOf) : sentPixels(source, hashOf));
}

type HashOf = (key: string, read: () => Uint8Array) => string;

function sentPixels(source: ImageBatchSource, hashOf: HashOf): Sent {
  const { path, height, width, form, positions, table, channels } = source;
  const pieces = new Map<string, () => Uint8Array>();
  const bytes = new Uint8Array(imageBytes(form ?? rgb8, height, width));
  const { read, close } = pixelReader(source);
  const readOne = (position: number): Uint8Array => {
    read(position, bytes);
    return bytes;
  };
  const readAgain = (position: number): Uint8Array => {
    const pixels = new Uint8Array(bytes.length);
    const reader = pixelReader(source);
    reader.read(position, pixels);
    reader.close();
    return pixels;
  };
  const images = Array.from(positions, position => {
    const sha256 = hashOf(`${path}#${position}`, () => readOne(position));
    pieces.set(sha256, () => readAgain(position));
    return sha256;
  });
  close();
  const how = { height, width, ...(form ? { form } : {}), table: [...table], channels };
  return { sent: { kind: 'pixels', ...how, images }, pieces };
}

function sentArrays({ tensors, whole }: TensorBatchSource, hashOf: HashOf): Sent {
  const pieces = new Map<string, () => Uint8Array>();
  const read = tensorReader();
  const inputs = tensors.map(({ name, items }) => ({
    name,
    items: items.map((item: TensorPlace) => {
      const { path, start, packed, type, dims, bytes } = item;
      const sha256 = hashOf(`${path}#${packed?.start}#${start}#${bytes}`, () => read(item));
      pieces.set(sha256, () => read(item));
      return { sha256, type, dims: [...dims], bytes };
    }),
  }));
  return { sent: { kind: 'arrays', inputs, ...(whole ? { whole } : {}) }, pieces };
}

/** @throws UserError for one that no message can hold */
function demandSendable(bytes: Uint8Array): Uint8Array {
  if (bytes.length <= longestBody) return bytes;
  throw new UserError(
    `Cannot score on the device: an image or array takes ${(bytes.length / 2 ** 20).toFixed(0)} MiB, and at most ${longestBody / 2 ** 20} MiB can be sent in one piece.`,
    'Score on this host: leave host.scorer out of the hardware profile.',
  );
}
