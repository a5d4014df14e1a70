/** The elements of constants as numbers, and constants made from numbers. */
import type { ElementType, Tensor } from './graph.ts';
import { fromBfloat16, fromHalf, toHalf } from './half.ts';

export type IntegerType = 'int8' | 'int16' | 'int32' | 'int64' | 'uint8' | 'uint16' | 'uint32' | 'uint64' | 'bool';

export const elementCount = (dims: readonly number[]): number => dims.reduce((product, dim) => product * dim, 1);

/**
 * The elements as float32, row-major, in an array that the caller owns. float64 is rounded.
 * @throws Error when the tensor holds no floating-point numbers.
 */
export function floatsOf(tensor: Tensor): Float32Array {
  const { elementType } = tensor;
  const buffer = ownedBuffer(tensor);
  if (elementType === 'float32') return new Float32Array(buffer);
  if (elementType === 'float64') return Float32Array.from(new Float64Array(buffer));
  if (elementType === 'float16') return Float32Array.from(new Uint16Array(buffer), fromHalf);
  if (elementType === 'bfloat16') return Float32Array.from(new Uint16Array(buffer), fromBfloat16);
  throw new Error(`tensor "${tensor.name}" holds ${elementType}, not floating-point numbers`);
}

/**
 * The elements of an integer or boolean tensor as numbers; beyond 2^53 they are rounded.
 * @throws Error when the tensor holds no integers.
 */
export function intsOf(tensor: Tensor): number[] {
  const view = integerView(tensor.elementType, ownedBuffer(tensor));
  if (!view) throw new Error(`tensor "${tensor.name}" holds ${tensor.elementType}, not integers`);
  return Array.from(view as ArrayLike<number | bigint>, Number);
}

/** A float32 or float16 constant with `values` in row-major order. A float32 constant shares their memory. */
export function floatTensor(
  name: string,
  dims: readonly number[],
  values: Float32Array,
  elementType: 'float32' | 'float16' = 'float32',
): Tensor {
  checkCount(name, dims, values.length);
  const data = elementType === 'float32' ? values : Uint16Array.from(values, toHalf);
  return { name, dims, elementType, bytes: new Uint8Array(data.buffer, data.byteOffset, data.byteLength) };
}

/** An integer or boolean constant with `values` in row-major order. */
export function intTensor(
  name: string,
  dims: readonly number[],
  values: readonly number[],
  elementType: IntegerType = 'int64',
): Tensor {
  checkCount(name, dims, values.length);
  const size = new Map<IntegerType, number>([
    ['int64', 8],
    ['uint64', 8],
    ['int32', 4],
    ['uint32', 4],
    ['int16', 2],
    ['uint16', 2],
  ]);
  const bytes = new Uint8Array(values.length * (size.get(elementType) ?? 1));
  const view = integerView(elementType, bytes.buffer)!;
  if (view instanceof BigInt64Array || view instanceof BigUint64Array) {
    for (const [i, value] of values.entries()) view[i] = clampedBigInt(value);
  } else for (const [i, value] of values.entries()) view[i] = value;
  return { name, dims, elementType, bytes };
}

/** Slices end at 2^63 - 1, which as a number is 2^63: back to the largest that fits. */
export function clampedBigInt(value: number): bigint {
  const limit = 2n ** 63n - 1n;
  const wanted = BigInt(Math.trunc(value));
  if (wanted > limit) return limit;
  return wanted < -limit - 1n ? -limit - 1n : wanted;
}

function checkCount(name: string, dims: readonly number[], count: number): void {
  if (elementCount(dims) !== count) throw new Error(`tensor "${name}" of [${dims}] cannot hold ${count} elements`);
}

/** A copy, since bytes of a file need not lie on a multiple of the element size. */
const ownedBuffer = ({ bytes }: Tensor): ArrayBuffer => new Uint8Array(bytes).buffer;

function integerView(elementType: ElementType, buffer: ArrayBufferLike) {
  switch (elementType) {
    case 'int8':
      return new Int8Array(buffer);
    case 'int16':
      return new Int16Array(buffer);
    case 'int32':
      return new Int32Array(buffer);
    case 'int64':
      return new BigInt64Array(buffer);
    case 'uint8':
    case 'bool':
      return new Uint8Array(buffer);
    case 'uint16':
      return new Uint16Array(buffer);
    case 'uint32':
      return new Uint32Array(buffer);
    case 'uint64':
      return new BigUint64Array(buffer);
    default:
      return null;
  }
}
