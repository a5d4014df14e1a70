/**
 * The protobuf wire format, one level at a time: walking the records of a message without copying or nesting, and
 * joining records into a message with one allocation. (protobuf.dev/programming-guides/encoding)
 */

/** A record is `tag value`; a length-delimited value lies at [valueStart, end) behind its length. */
export interface WireRecord {
  readonly number: number;
  readonly type: number;
  /** Where the tag starts. */
  readonly start: number;
  readonly valueStart: number;
  readonly end: number;
}

export const wireType = { varint: 0, fixed64: 1, lengthDelimited: 2, startGroup: 3, endGroup: 4, fixed32: 5 } as const;

/** Bytes that are no protobuf message, or end before it does. */
export class WireError extends Error {
  readonly truncated: boolean;

  constructor(message: string, truncated: boolean) {
    super(message);
    this.name = 'WireError';
    this.truncated = truncated;
  }
}

/** More records in one message than any network has: a file made to exhaust the memory. */
const maxRecords = 1_000_000;

/** Calls `visit` for each record of the message in `bytes`. Throws WireError where they are not one. */
export function walk(bytes: Uint8Array, visit: (record: WireRecord) => void): void {
  const cursor = { at: 0 };
  for (let count = 0; cursor.at < bytes.length; count++) {
    if (count === maxRecords) throw new WireError(`more than ${maxRecords} fields in one message`, false);
    const start = cursor.at;
    const tag = readVarint(bytes, cursor);
    const number = Math.floor(tag / 8);
    const type = tag % 8;
    if (number === 0 || number > 0x1fffffff) throw new WireError(`no field has the number ${number}`, false);
    const valueStart = skipValue(bytes, cursor, type, number);
    visit({ number, type, start, valueStart, end: cursor.at });
  }
}

/** Moves the cursor behind the value and returns where the value proper starts. */
function skipValue(bytes: Uint8Array, cursor: { at: number }, type: number, number: number): number {
  let valueStart = cursor.at;
  if (type === wireType.varint) readVarint(bytes, cursor);
  else if (type === wireType.fixed64) cursor.at += 8;
  else if (type === wireType.fixed32) cursor.at += 4;
  else if (type === wireType.lengthDelimited) {
    const length = readVarint(bytes, cursor);
    valueStart = cursor.at;
    cursor.at += length;
  } else if (type === wireType.startGroup) skipGroup(bytes, cursor, number);
  else throw new WireError(`unknown wire type ${type}`, false);
  if (cursor.at > bytes.length) {
    throw new WireError(`${cursor.at - bytes.length} bytes are missing at the end`, true);
  }
  return valueStart;
}

/** Groups are of the protobuf of old and never in ONNX, but unknown fields may hold them, one in another. */
function skipGroup(bytes: Uint8Array, cursor: { at: number }, outermost: number): void {
  const open = [outermost];
  while (open.length > 0) {
    if (cursor.at >= bytes.length) throw new WireError('a group does not end', true);
    const tag = readVarint(bytes, cursor);
    const number = Math.floor(tag / 8);
    const type = tag % 8;
    if (type === wireType.startGroup) open.push(number);
    else if (type === wireType.endGroup) {
      if (open.pop() !== number) throw new WireError('a group ends that did not start', false);
    } else skipValue(bytes, cursor, type, number);
    if (open.length > 100) throw new WireError('groups are nested too deeply', false);
  }
}

/** A varint as a number; above 2^53 only its size matters, since such lengths lie beyond any file. */
function readVarint(bytes: Uint8Array, cursor: { at: number }): number {
  let value = 0;
  let scale = 1;
  for (let i = 0; i < 10; i++) {
    if (cursor.at >= bytes.length) throw new WireError('a number is cut off at the end', true);
    const byte = bytes[cursor.at++]!;
    value += (byte & 0x7f) * scale;
    if (byte < 0x80) return value;
    scale *= 128;
  }
  throw new WireError('a number is longer than 64 bits', false);
}

/** Reads consecutive varints of [start, end) as 64-bit two's complement. */
export function varints(bytes: Uint8Array, start: number, end: number, visit: (value: bigint) => void): void {
  let at = start;
  while (at < end) {
    // Most constants are small: seven bits at a time in a number, and a bigint only for what does not fit.
    let low = 0;
    let shift = 0;
    let high = 0n;
    let byte = 0x80;
    for (let i = 0; byte >= 0x80; i++) {
      if (at >= end || i === 10) throw new WireError('a number is cut off', true);
      byte = bytes[at++]!;
      if (i < 4) low += (byte & 0x7f) << shift;
      else high |= BigInt(byte & 0x7f) << BigInt(shift);
      shift += 7;
    }
    visit(high === 0n ? BigInt(low) : BigInt.asIntN(64, high | BigInt(low)));
  }
}

/** A message or a list of records as pieces that are copied once, when everything is there. */
export type Pieces = readonly Uint8Array[];

export const sizeOf = (pieces: Pieces): number => pieces.reduce((sum, piece) => sum + piece.length, 0);

/** The record of length-delimited field `number` whose value is `pieces`. */
export function lengthDelimited(number: number, pieces: Pieces): Uint8Array[] {
  return [header(number, sizeOf(pieces)), ...pieces];
}

function header(number: number, length: number): Uint8Array {
  const bytes: number[] = [];
  for (let value of [number * 8 + wireType.lengthDelimited, length]) {
    for (; value >= 128; value = Math.floor(value / 128)) bytes.push((value % 128) | 0x80);
    bytes.push(value);
  }
  return Uint8Array.from(bytes);
}

export function join(pieces: Pieces): Uint8Array {
  if (pieces.length === 1) return pieces[0]!;
  const result = new Uint8Array(sizeOf(pieces));
  let at = 0;
  for (const piece of pieces) {
    result.set(piece, at);
    at += piece.length;
  }
  return result;
}
