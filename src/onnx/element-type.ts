/** The element types of ONNX tensors: their codes in TensorProto.DataType and their sizes. */
import type { ElementType } from './graph.ts';

const names: Readonly<Record<number, ElementType>> = {
  1: 'float32',
  2: 'uint8',
  3: 'int8',
  4: 'uint16',
  5: 'int16',
  6: 'int32',
  7: 'int64',
  8: 'string',
  9: 'bool',
  10: 'float16',
  11: 'float64',
  12: 'uint32',
  13: 'uint64',
  16: 'bfloat16',
};
const codes = new Map(Object.entries(names).map(([code, name]) => [name, Number(code)]));

/** Bits per element by code, for the types that this project only carries along: complex, float8 and narrower. */
const otherBits: Readonly<Record<number, number>> = {
  14: 64,
  15: 128,
  17: 8,
  18: 8,
  19: 8,
  20: 8,
  21: 4,
  22: 4,
  23: 4,
  24: 8,
  25: 2,
  26: 2,
};

const bytesPerElement: Readonly<Record<ElementType, number | null>> = {
  float32: 4,
  float16: 2,
  bfloat16: 2,
  float64: 8,
  int8: 1,
  int16: 2,
  int32: 4,
  int64: 8,
  uint8: 1,
  uint16: 2,
  uint32: 4,
  uint64: 8,
  bool: 1,
  string: null,
  other: null,
};

export const elementTypeOf = (code: number): ElementType => names[code] ?? 'other';

/** Throws for 'other', which stands for many codes: whoever holds such a tensor has its source message. */
export function codeOf(elementType: ElementType): number {
  const code = codes.get(elementType);
  if (code === undefined) throw new Error(`no ONNX code for the element type "${elementType}"`);
  return code;
}

/** Null where elements have no fixed size, or one that is not known here. */
export function bitsOf(code: number): number | null {
  const bytes = bytesPerElement[elementTypeOf(code)];
  return bytes === null ? (otherBits[code] ?? null) : bytes * 8;
}

/** Bytes of `count` elements, or null where that is not known. */
export function byteLengthOf(code: number, count: number): number | null {
  const bits = bitsOf(code);
  return bits === null ? null : Math.ceil((bits * count) / 8);
}

export const isFloat = (elementType: ElementType): boolean =>
  elementType === 'float32' || elementType === 'float16' || elementType === 'bfloat16' || elementType === 'float64';
