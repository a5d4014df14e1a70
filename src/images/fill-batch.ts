/** Fills the input of a network from prepared images: one table look-up per pixel and channel. */
import { toHalf } from '../onnx/half.ts';
import type { ImageInput } from '../runtime/model-interface.ts';
import type { ImageBatchSource } from './batch-source.ts';
import type { PixelReader } from './pixel-reader.ts';

export type InputData = Float32Array | Uint16Array | Uint8Array;

/** The table in the element type of the input; float16 as its bits. */
export function typedTable(table: Float32Array, type: ImageInput['type']): InputData {
  if (type === 'float32') return table;
  if (type === 'float16') return Uint16Array.from(table, toHalf);
  return Uint8Array.from(table, value => Math.min(255, Math.max(0, Math.round(value))));
}

export const inputData = (length: number, type: ImageInput['type']): InputData =>
  type === 'float32' ? new Float32Array(length) : type === 'float16' ? new Uint16Array(length) : new Uint8Array(length);

/**
 * Fills `data` (batch x 3 x H x W, or batch x H x W x 3) with the images at `positions[from..to)`.
 *
 * @param read reads the prepared image at a position
 * @param bytes room for one image, 3 H W bytes, at a multiple of 4
 */
export function fillBatch(
  data: InputData,
  from: number,
  to: number,
  read: PixelReader['read'],
  bytes: Uint8Array,
  { positions, height, width, channels }: ImageBatchSource,
  layout: ImageInput['layout'],
  table: InputData,
): void {
  const area = height * width;
  const imageBytes = 3 * area;
  for (let i = from; i < to; i++) {
    read(positions[i] ?? 0, bytes);
    const start = (i - from) * imageBytes;
    for (let channel = 0; channel < 3; channel++) {
      const target = channels === 'rgb' ? channel : 2 - channel;
      const plane = bytes.subarray(channel * area, (channel + 1) * area);
      const row = table.subarray(channel * 256, (channel + 1) * 256);
      const first = start + target * area;
      if (layout === 'nhwc') lookUp(plane, row, data, start + target, 3);
      else if (area % 4 === 0) lookUpFours(plane, row, data, first);
      else lookUp(plane, row, data, first, 1);
    }
  }
}

function lookUp(plane: Uint8Array, row: InputData, data: InputData, start: number, step: number): void {
  let at = start;
  for (let i = 0; i < plane.length; i++, at += step) data[at] = row[plane[i] as number] as number;
}

/** The same for step 1, four pixels per load, which takes two thirds of the time; `plane` lies at a multiple of 4. */
function lookUpFours(plane: Uint8Array, row: InputData, data: InputData, start: number): void {
  const fours = new Uint32Array(plane.buffer, plane.byteOffset, plane.length / 4);
  let at = start;
  for (let i = 0; i < fours.length; i++, at += 4) {
    const four = fours[i] as number; // little-endian, as is every platform of the runtime
    data[at] = row[four & 255] as number;
    data[at + 1] = row[(four >>> 8) & 255] as number;
    data[at + 2] = row[(four >>> 16) & 255] as number;
    data[at + 3] = row[four >>> 24] as number;
  }
}
