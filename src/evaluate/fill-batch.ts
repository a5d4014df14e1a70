/** Fills the input of a network from prepared images: one table look-up per pixel and channel. */
import { readSync } from 'node:fs';
import type { ImageBatchSource, ImageInput } from './messages.ts';

export type InputData = Float32Array | Uint16Array | Uint8Array;

/** The table in the element type of the input; float16 as its bits. */
export function typedTable(table: Float32Array, type: ImageInput['type']): InputData {
  if (type === 'float32') return table;
  if (type === 'float16') return Uint16Array.from(table, float16Bits);
  return Uint8Array.from(table, value => Math.min(255, Math.max(0, Math.round(value))));
}

export const inputData = (length: number, type: ImageInput['type']): InputData =>
  type === 'float32' ? new Float32Array(length) : type === 'float16' ? new Uint16Array(length) : new Uint8Array(length);

/**
 * Fills `data` (batch x 3 x H x W, or batch x H x W x 3) with the images at `positions[from..to)`.
 *
 * @param file an open descriptor of the file of prepared images
 * @param bytes room for one image, 3 H W bytes
 */
export function fillBatch(
  data: InputData,
  from: number,
  to: number,
  file: number,
  bytes: Uint8Array,
  { positions, height, width, channels }: ImageBatchSource,
  layout: ImageInput['layout'],
  table: InputData,
): void {
  const area = height * width;
  const imageBytes = 3 * area;
  for (let i = from; i < to; i++) {
    const read = readSync(file, bytes, 0, imageBytes, (positions[i] ?? 0) * imageBytes);
    if (read !== imageBytes) throw new Error('the file of prepared images ends too early');
    const start = (i - from) * imageBytes;
    for (let channel = 0; channel < 3; channel++) {
      const target = channels === 'rgb' ? channel : 2 - channel;
      const plane = bytes.subarray(channel * area, (channel + 1) * area);
      const row = table.subarray(channel * 256, (channel + 1) * 256);
      if (layout === 'nchw') lookUp(plane, row, data, start + target * area, 1);
      else lookUp(plane, row, data, start + target, 3);
    }
  }
}

function lookUp(plane: Uint8Array, row: InputData, data: InputData, start: number, step: number): void {
  let at = start;
  for (let i = 0; i < plane.length; i++, at += step) data[at] = row[plane[i] as number] as number;
}

const scratch = new DataView(new ArrayBuffer(4));

/** IEEE 754 binary16 nearest to `value`, ties to even; beyond 65,504 infinity. */
export function float16Bits(value: number): number {
  scratch.setFloat32(0, value);
  const bits = scratch.getUint32(0);
  const sign = (bits >>> 16) & 0x8000;
  const exponent = (bits >>> 23) & 0xff;
  const fraction = bits & 0x7fffff;
  if (exponent === 0xff) return sign | (fraction ? 0x7e00 : 0x7c00);
  const e = exponent - 127 + 15;
  if (e >= 31) return sign | 0x7c00;
  // Below 2^-14 the leading one is written out and shifted into place; a carry out of the fraction is the next exponent.
  const shift = e > 0 ? 13 : 14 - e;
  if (shift > 24) return sign;
  const mantissa = e > 0 ? fraction : fraction | 0x800000;
  const kept = mantissa >>> shift;
  const rest = mantissa & ((1 << shift) - 1);
  const half = 1 << (shift - 1);
  const up = rest > half || (rest === half && (kept & 1) === 1) ? 1 : 0;
  return sign | ((e > 0 ? e << 10 : 0) + kept + up);
}

/** The number that the bits of a binary16 stand for. */
export function float16Value(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >>> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
