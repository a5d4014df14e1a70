/** Where arrays lie: in a file, or in an archive, whole or one item of many. */
import { closeSync, openSync, readSync } from 'node:fs';
import { basename } from 'node:path';
import { inflateRawSync } from 'node:zlib';
import { UserError } from '../../errors/user-error.ts';
import { readBytes } from '../../files/read.ts';
import { type NpyType, npyHead } from './npy.ts';
import { zipMembers } from './zip.ts';

/** One array of one item; plain data, so that it can be sent to a child process. */
export interface TensorPlace {
  readonly path: string;
  readonly type: NpyType;
  readonly dims: readonly number[];
  /** Where its numbers begin, and how many bytes they are: in the file, or in the member once that is unpacked. */
  readonly start: number;
  readonly bytes: number;
  /** The deflated member of the archive; null where the numbers lie in the file as they are. */
  readonly packed: { readonly start: number; readonly bytes: number } | null;
}

/** Of one input: an array per item. The name is null where the network's only input is meant. */
export interface TensorInputSource {
  readonly name: string | null;
  readonly items: readonly TensorPlace[];
}

/** @throws UserError for what is no array */
export function arrayIn(path: string): TensorPlace {
  const bytes = readBytes(path, 'the array');
  const { type, shape, start, bytes: size } = npyHead(bytes, `"${path}"`);
  demandWhole(path, bytes.length - start, size);
  return { path, type, dims: shape, start, bytes: size, packed: null };
}

/** By name, without the ending. @throws UserError for what is no archive of arrays */
export function arraysIn(path: string): ReadonlyMap<string, TensorPlace> {
  const archive = readBytes(path, 'the arrays');
  return new Map(
    zipMembers(archive, `"${path}"`).map(({ name, start, packedBytes, deflated }) => {
      const inFile = archive.subarray(start, start + packedBytes);
      const member = deflated ? inflateRawSync(inFile) : inFile;
      const head = npyHead(member, `"${name}" in "${path}"`);
      demandWhole(path, member.length - head.start, head.bytes);
      const packed = deflated ? { start, bytes: packedBytes } : null;
      const place = { path, type: head.type, dims: head.shape, bytes: head.bytes, packed };
      return [name.replace(/\.npy$/, ''), { ...place, start: head.start + (deflated ? 0 : start) }];
    }),
  );
}

function demandWhole(path: string, found: number, expected: number): void {
  if (found >= expected) return;
  throw new UserError(
    `Cannot read "${path}": expected ${expected} bytes of numbers, found ${Math.max(0, found)}.`,
    'The file is cut short; copy or save it again.',
  );
}

/** The items of an array along its first axis. */
export function itemsAlong(array: TensorPlace): TensorPlace[] {
  const [count = 1, ...dims] = array.dims;
  const bytes = array.bytes / Math.max(1, count);
  return Array.from({ length: count }, (_, i) => ({ ...array, dims, bytes, start: array.start + i * bytes }));
}

export const placeName = ({ path }: Pick<TensorPlace, 'path'>): string => basename(path);

/** Unpacked members are kept, since their items follow each other. */
export function tensorReader(): (place: TensorPlace) => Uint8Array<ArrayBuffer> {
  let known: { readonly key: string; readonly bytes: Uint8Array } | null = null;
  return ({ path, start, bytes, packed }) => {
    if (packed) {
      const key = `${path}#${packed.start}`;
      if (known?.key !== key) known = { key, bytes: inflateRawSync(readPart(path, packed.start, packed.bytes)) };
      return Uint8Array.from(known.bytes.subarray(start, start + bytes));
    }
    return readPart(path, start, bytes);
  };
}

function readPart(path: string, start: number, bytes: number): Uint8Array<ArrayBuffer> {
  const into = new Uint8Array(bytes);
  const file = openSync(path, 'r');
  try {
    if (readSync(file, into, 0, bytes, start) !== bytes) throw new Error(`"${path}" ends too early`);
  } finally {
    closeSync(file);
  }
  return into;
}
