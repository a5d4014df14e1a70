/** The members of a ZIP archive as NumPy writes it: stored as they are, or deflated (APPNOTE 6.3.10, sections 4.3.7 to 4.3.16). */
import { UserError } from '../../errors/user-error.ts';

export interface ZipMember {
  readonly name: string;
  /** Where its bytes begin in the file. */
  readonly start: number;
  /** In the file, and unpacked. */
  readonly packedBytes: number;
  readonly bytes: number;
  readonly deflated: boolean;
}

const endSignature = 0x06054b50;
const entrySignature = 0x02014b50;
const large = 0xffffffff;

/** @throws UserError for what is no such archive */
export function zipMembers(archive: Uint8Array, name: string): ZipMember[] {
  const bad = (what: string): UserError =>
    new UserError(`Cannot read ${name}: ${what}.`, 'Save the arrays with numpy.savez or numpy.savez_compressed.');
  const view = new DataView(archive.buffer, archive.byteOffset, archive.byteLength);
  let end = archive.length - 22;
  while (end >= 0 && view.getUint32(end, true) !== endSignature) end--;
  if (end < 0) throw bad('it is no NPZ file');
  const members: ZipMember[] = [];
  let at = view.getUint32(end + 16, true);
  for (let left = view.getUint16(end + 10, true); left > 0; left--) {
    if (at + 46 > archive.length || view.getUint32(at, true) !== entrySignature) throw bad('it is damaged');
    const method = view.getUint16(at + 10, true);
    const [packedBytes, bytes] = [view.getUint32(at + 20, true), view.getUint32(at + 24, true)];
    const nameLength = view.getUint16(at + 28, true);
    const local = view.getUint32(at + 42, true);
    if ([packedBytes, bytes, local].includes(large)) throw bad('it is larger than 4 GB');
    const member = new TextDecoder().decode(archive.subarray(at + 46, at + 46 + nameLength));
    if (method !== 0 && method !== 8) throw bad(`"${member}" in it is compressed in a way that is not read`);
    const start = local + 30 + view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
    members.push({ name: member, start, packedBytes, bytes, deflated: method === 8 });
    at += 46 + nameLength + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
  }
  return members;
}
