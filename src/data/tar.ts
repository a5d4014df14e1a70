/** The members of a tar archive and where their bytes lie, found by its headers alone (POSIX.1-2017, pax; and GNU's long names). */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { UserError } from '../errors/user-error.ts';
import { reasonOf } from '../files/reason.ts';

export interface TarMember {
  /** With `/`, as it stands in the archive. */
  readonly name: string;
  /** Where its bytes begin in the archive. */
  readonly offset: number;
  readonly bytes: number;
}

const block = 512;

/** Ordinary files, in their order. @throws UserError for a file that is no archive, or is cut short */
export function tarMembers(path: string): TarMember[] {
  const refuse = (why: string, cause?: unknown): UserError =>
    new UserError(
      `Cannot read the archive "${path}": ${why}.`,
      'Copy or download it again.',
      cause === undefined ? {} : { cause },
    );
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch (error) {
    throw refuse(reasonOf(error), error);
  }
  try {
    const size = fstatSync(file).size;
    const read = (at: number, length: number): Buffer => {
      const buffer = Buffer.alloc(length);
      if (readSync(file, buffer, 0, length, at) !== length) throw refuse(`it is cut short at ${at} of ${size} bytes`);
      return buffer;
    };
    const members: TarMember[] = [];
    let longName: string | null = null;
    for (let at = 0; at + block <= size; ) {
      const header = read(at, block);
      if (header.every(byte => byte === 0)) break;
      if (!checks(header)) throw refuse(`it is no tar archive, or is damaged at ${at} of ${size} bytes`);
      const bytes = numberIn(header, 124, 12);
      const type = String.fromCharCode(header[156] ?? 0);
      const offset = at + block;
      if (offset + bytes > size) throw refuse(`it is cut short at ${size} bytes`);
      if (type === 'L') longName = textIn(read(offset, bytes), 0, bytes);
      else if (type === 'x') longName = paxPath(read(offset, bytes)) ?? longName;
      else {
        if (type === '0' || type === '\0') members.push({ name: longName ?? nameOf(header), offset, bytes });
        if (type !== 'g') longName = null;
      }
      at = offset + Math.ceil(bytes / block) * block;
    }
    return members;
  } finally {
    closeSync(file);
  }
}

/** The sum of all bytes, those of the sum itself counted as spaces. */
function checks(header: Buffer): boolean {
  const sum = header.reduce((so, byte, i) => so + (i >= 148 && i < 156 ? 32 : byte), 0);
  return sum === numberIn(header, 148, 8);
}

/** Octal digits, or in base 256 where the first bit is set. */
function numberIn(header: Buffer, from: number, length: number): number {
  const field = header.subarray(from, from + length);
  if (((field[0] ?? 0) & 0x80) === 0) return Number.parseInt(textIn(field, 0, length).trim() || '0', 8);
  return field.subarray(1).reduce((so, byte) => so * 256 + byte, (field[0] ?? 0) & 0x7f);
}

function textIn(bytes: Buffer, from: number, length: number): string {
  const field = bytes.subarray(from, from + length);
  const end = field.indexOf(0);
  return field.subarray(0, end < 0 ? field.length : end).toString('utf8');
}

function nameOf(header: Buffer): string {
  const prefix = textIn(header, 257, 5) === 'ustar' ? textIn(header, 345, 155) : '';
  const name = textIn(header, 0, 100);
  return prefix === '' ? name : `${prefix}/${name}`;
}

/** Records of the form `LENGTH KEY=VALUE\n`, the length counted in bytes. */
function paxPath(records: Buffer): string | null {
  for (let at = 0; at < records.length; ) {
    const space = records.indexOf(0x20, at);
    const length = Number(records.subarray(at, space).toString());
    if (!(length > 0)) return null;
    const [, key, value] = /^(.*?)=(.*)\n$/s.exec(records.subarray(space + 1, at + length).toString()) ?? [];
    if (key === 'path') return value ?? null;
    at += length;
  }
  return null;
}
