/** Arrays in NumPy's format NPY 1.0 to 3.0 (numpy.lib.format): a head that says what follows, then the numbers. */
import { UserError } from '../../errors/user-error.ts';

export const npyTypes = [
  'float32',
  'float16',
  'float64',
  'int8',
  'int16',
  'int32',
  'int64',
  'uint8',
  'uint16',
  'uint32',
  'uint64',
  'bool',
] as const;

export type NpyType = (typeof npyTypes)[number];

export interface NpyHead {
  readonly type: NpyType;
  readonly shape: readonly number[];
  /** Where the numbers begin, in bytes, and how many bytes they are. */
  readonly start: number;
  readonly bytes: number;
}

const types: Readonly<Record<string, readonly [NpyType, width: number]>> = {
  f4: ['float32', 4],
  f2: ['float16', 2],
  f8: ['float64', 8],
  i1: ['int8', 1],
  i2: ['int16', 2],
  i4: ['int32', 4],
  i8: ['int64', 8],
  u1: ['uint8', 1],
  u2: ['uint16', 2],
  u4: ['uint32', 4],
  u8: ['uint64', 8],
  b1: ['bool', 1],
};

export const widthOf = (type: NpyType): number => Object.values(types).find(([name]) => name === type)?.[1] ?? 1;

const magic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];

/**
 * @param head the first bytes of the array, 64 KiB or all of it
 * @param name what errors call it
 * @throws UserError for what is no array of numbers in the order of C
 */
export function npyHead(head: Uint8Array, name: string): NpyHead {
  const bad = (what: string, wayOut: string): UserError => new UserError(`Cannot read ${name}: ${what}.`, wayOut);
  if (!magic.every((byte, i) => head[i] === byte))
    throw bad('it is no NPY file', 'Save the array with numpy.save or numpy.savez.');
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  const [lengthAt, length] = head[6] === 1 ? [10, view.getUint16(8, true)] : [12, view.getUint32(8, true)];
  const text = new TextDecoder().decode(head.subarray(lengthAt, lengthAt + length));
  const descr = /'descr':\s*'([<>|=])(\w+)'/.exec(text);
  const shape = /'shape':\s*\(([^)]*)\)/.exec(text);
  const [type, width] = types[descr?.[2] ?? ''] ?? [];
  if (!type || !width || !shape || descr?.[1] === '>')
    throw bad(
      `expected numbers, found the type ${/'descr':\s*(.+?),\s*'/.exec(text)?.[1] ?? 'of no name'}`,
      "Save it as another type, such as array.astype('float32').",
    );
  const sizes = (shape[1] ?? '').split(',').flatMap(each => (each.trim() === '' ? [] : [Number(each)]));
  if (/'fortran_order':\s*True/.test(text) && sizes.length > 1)
    throw bad('its numbers lie in the order of Fortran', 'Save numpy.ascontiguousarray(array).');
  const count = sizes.reduce((a, b) => a * b, 1);
  return { type, shape: sizes, start: lengthAt + length, bytes: count * width };
}
