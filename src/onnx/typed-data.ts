/** The elements of a TensorProto, in whichever of its data fields they lie, as little-endian bytes. */
import { bitsOf } from './element-type.ts';
import { payloadOf } from './message.ts';
import { join, varints, type WireRecord, wireType } from './wire.ts';

/** Numbers of the data fields of TensorProto. */
export const field = { float: 4, int32: 5, string: 6, int64: 7, raw: 9, double: 10, uint64: 11 } as const;

/** float, double, complex64 and complex128; the narrower ones lie in `int32_data`. */
const floatCodes = new Set([1, 11, 14, 15]);

/** `parts` are the records of the data fields in `message`; strings are left in their message. */
export function typedData(message: Uint8Array, parts: readonly WireRecord[], code: number): Uint8Array {
  const raw = parts.findLast(({ number }) => number === field.raw);
  if (raw) return payloadOf(message, raw);
  // Packed or one by one, floats lie in the file as they lie in memory.
  if (floatCodes.has(code)) {
    const fixed = parts.filter(({ number }) => number === field.float || number === field.double);
    return join(fixed.map(({ valueStart, end }) => message.subarray(valueStart, end)));
  }
  return integers(
    message,
    parts.filter(({ number }) => number !== field.string),
    (bitsOf(code) ?? 0) / 8,
  );
}

/** Each varint becomes an element of `size` bytes; 4-bit types are already packed two to a byte. */
function integers(message: Uint8Array, parts: readonly WireRecord[], size: number): Uint8Array {
  const width = size < 1 ? Math.ceil(size) : size;
  if (width === 0 || width > 8 || parts.length === 0) return new Uint8Array(0);
  const count = parts.reduce((sum, { valueStart, end }) => sum + countVarints(message, valueStart, end), 0);
  const bytes = new Uint8Array(count * width);
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const part of parts) {
    if (part.type !== wireType.varint && part.type !== wireType.lengthDelimited) continue;
    varints(message, part.valueStart, part.end, value => {
      if (width === 8) view.setBigInt64(at, value, true);
      else if (width === 4) view.setInt32(at, Number(BigInt.asIntN(32, value)), true);
      else if (width === 2) view.setInt16(at, Number(BigInt.asIntN(16, value)), true);
      else view.setInt8(at, Number(BigInt.asIntN(8, value)));
      at += width;
    });
  }
  return bytes;
}

function countVarints(message: Uint8Array, start: number, end: number): number {
  let count = 0;
  for (let i = start; i < end; i++) if (message[i]! < 0x80) count++;
  return count;
}
