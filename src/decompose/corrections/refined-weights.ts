/**
 * Refined weights as bytes: what every weight of a candidate gained, which goes on top of its factors and its correction.
 *
 * Notation: w a weight as the candidate has it, u what it was trained to, s the largest |u - w| of that tensor. Kept are s, in float32, and
 * h = half((u - w) / s) for each element, so that the refined weight is float32(w + s h) on every machine: what is kept is half
 * the size of the weights, and the refined network is by definition the one that the kept bytes give.
 *
 * The bytes: a mark; the length of the correction and the correction (length 0xffffffff for none); the number of tensors;
 * then for each of them, in the order of the graph, the length of its name, the name in UTF-8, the number of its elements, s, and the halves. All little-endian.
 */
import type { Model, Tensor } from '../../onnx/graph.ts';
import { fromHalf, toHalf } from '../../onnx/half.ts';
import { elementCount, floatsOf, floatTensor } from '../../onnx/tensor.ts';

const mark = new TextEncoder().encode('RFR1');
const noCorrection = 0xffff_ffff;

/** Whether the bytes are refined weights, and not a correction alone. */
export const isRefined = (bytes: Uint8Array): boolean =>
  bytes.length >= mark.length && mark.every((byte, i) => bytes[i] === byte);

/**
 * @param candidate as its factors and `correction` make it
 * @param weights by initialiser, what each was trained to; one that has not changed is left out
 */
export function packRefined(
  candidate: Model,
  correction: Uint8Array | null,
  weights: ReadonlyMap<string, Float32Array>,
): Uint8Array {
  const parts: Uint8Array[] = [];
  let tensors = 0;
  for (const [name, tensor] of candidate.graph.initializers) {
    const trained = weights.get(name);
    if (!trained) continue;
    const before = floatsOf(tensor);
    if (trained.length !== before.length) throw new Error(`weight "${name}" has ${before.length} elements`);
    const gained = trained.map((value, i) => value - before[i]!);
    const scale = Math.fround(gained.reduce((most, each) => Math.max(most, Math.abs(each)), 0));
    if (!Number.isFinite(scale)) throw new Error(`weight "${name}" was trained to what is not finite`);
    if (scale === 0) continue;
    tensors++;
    const spelt = new TextEncoder().encode(name);
    const halves = new Uint8Array(2 * gained.length);
    const view = new DataView(halves.buffer);
    gained.forEach((each, i) => {
      view.setUint16(2 * i, toHalf(each / scale), true);
    });
    parts.push(uint32(spelt.length), spelt, uint32(gained.length), float32(scale), halves);
  }
  const head = [mark, uint32(correction?.length ?? noCorrection), correction ?? new Uint8Array(), uint32(tensors)];
  const all = [...head, ...parts];
  const bytes = new Uint8Array(all.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of all) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** What lies below the refined weights: the correction that the candidate had; null where it had none. */
export function correctionBelow(bytes: Uint8Array): Uint8Array | null {
  const read = reader(bytes, mark.length);
  const length = read.uint32();
  return length === noCorrection ? null : read.bytes(length);
}

/**
 * The candidate with its refined weights.
 *
 * @param candidate as its factors and the correction below make it
 * @returns null when the bytes are not those of this candidate, or are cut short
 */
export function withRefined(candidate: Model, bytes: Uint8Array): Model | null {
  try {
    const read = reader(bytes, mark.length);
    const below = read.uint32();
    if (below !== noCorrection) read.bytes(below);
    const initializers = new Map(candidate.graph.initializers);
    const tensors = read.uint32();
    for (let at = 0; at < tensors; at++) {
      const name = new TextDecoder().decode(read.bytes(read.uint32()));
      const count = read.uint32();
      const scale = read.float32();
      const halves = read.bytes(2 * count);
      const tensor = initializers.get(name);
      if (tensor?.elementType !== 'float32' || elementCount(tensor.dims) !== count) return null;
      initializers.set(name, moved(tensor, scale, halves));
    }
    return read.ended() ? { ...candidate, graph: { ...candidate.graph, initializers } } : null;
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

/** float32(w + s h): the sum of two doubles, rounded once. */
function moved(tensor: Tensor, scale: number, halves: Uint8Array): Tensor {
  const values = floatsOf(tensor);
  const view = new DataView(halves.buffer, halves.byteOffset, halves.byteLength);
  for (let i = 0; i < values.length; i++) values[i] = values[i]! + scale * fromHalf(view.getUint16(2 * i, true));
  return floatTensor(tensor.name, tensor.dims, values);
}

function reader(content: Uint8Array, from: number) {
  const view = new DataView(content.buffer, content.byteOffset, content.byteLength);
  let at = from;
  const step = (size: number): number => {
    if (at + size > content.length) throw new RangeError('the bytes end too early');
    at += size;
    return at - size;
  };
  return {
    uint32: (): number => view.getUint32(step(4), true),
    float32: (): number => view.getFloat32(step(4), true),
    bytes: (length: number): Uint8Array => {
      const start = step(length);
      return content.subarray(start, start + length);
    },
    ended: (): boolean => at === content.length,
  };
}

function uint32(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value, true);
  return bytes;
}

function float32(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setFloat32(0, value, true);
  return bytes;
}
