/** Opens one protobuf message: the fields of its schema decoded, the parts that are walked here given as they lie. */
import { type DescMessage, fromBinary, type MessageShape } from '@bufbuild/protobuf';
import { join, lengthDelimited, type Pieces, sizeOf, WireError, type WireRecord, walk, wireType } from './wire.ts';

export interface Opened<Desc extends DescMessage> {
  readonly message: MessageShape<Desc>;
  /** The records of the fields that were asked to be left as they are, in file order. */
  readonly parts: readonly WireRecord[];
}

/**
 * Decoding makes objects of tens to hundreds of bytes out of records of two, so what is decoded is limited: beyond these a
 * file was made to exhaust the memory.
 */
const maxDecodedBytes = 8 * 2 ** 20;
const maxDecodedRecords = 100_000;

/** `apart` are the numbers of the fields that are not decoded. Throws WireError where `bytes` are no such message. */
export function open<Desc extends DescMessage>(
  schema: Desc,
  bytes: Uint8Array,
  apart: ReadonlySet<number>,
): Opened<Desc> {
  const parts: WireRecord[] = [];
  const rest: Uint8Array[] = [];
  let from = 0;
  let decoded = 0;
  walk(bytes, record => {
    if (!apart.has(record.number)) {
      if (++decoded > maxDecodedRecords) throw new WireError(`more than ${maxDecodedRecords} small fields`, false);
      return;
    }
    parts.push(record);
    if (record.start > from) rest.push(bytes.subarray(from, record.start));
    from = record.end;
  });
  if (from < bytes.length) rest.push(bytes.subarray(from));
  if (sizeOf(rest) > maxDecodedBytes) throw new WireError('more than 8 MB of names and notes', false);
  return { message: decode(schema, join(rest)), parts };
}

/** Decodes a message whose size the caller has looked at. Throws WireError where it is not one. */
export function decode<Desc extends DescMessage>(schema: Desc, bytes: Uint8Array): MessageShape<Desc> {
  try {
    return fromBinary(schema, bytes);
  } catch (error) {
    throw new WireError(error instanceof Error ? error.message : String(error), false);
  }
}

/** The value of a length-delimited record. */
export function payloadOf(bytes: Uint8Array, record: WireRecord): Uint8Array {
  if (record.type !== wireType.lengthDelimited) {
    throw new WireError(`field ${record.number} has wire type ${record.type}, not a length`, false);
  }
  return bytes.subarray(record.valueStart, record.end);
}

/**
 * Writes a message again with other lists in it: each record stays where it is but for those of the fields in `lists`,
 * whose new records stand where the field first stood, or at the end. `lists` gives the values (each a message).
 */
export function withLists(bytes: Uint8Array, lists: ReadonlyMap<number, readonly Pieces[]>): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  const written = new Set<number>();
  let from = 0;
  const writeList = (number: number): void => {
    written.add(number);
    for (const value of lists.get(number) ?? []) {
      for (const piece of lengthDelimited(number, value)) pieces.push(piece);
    }
  };
  walk(bytes, ({ number, start, end }) => {
    if (!lists.has(number)) return;
    if (start > from) pieces.push(bytes.subarray(from, start));
    from = end;
    if (!written.has(number)) writeList(number);
  });
  if (from < bytes.length) pieces.push(bytes.subarray(from));
  for (const number of lists.keys()) if (!written.has(number)) writeList(number);
  return pieces;
}
