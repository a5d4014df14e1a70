/** Writes arrays as NumPy does, for tests. */
import { crc32, deflateRawSync } from 'node:zlib';

export interface TestArray {
  readonly descr: string;
  readonly shape: readonly number[];
  readonly data: ArrayBufferView;
}

export const floats = (shape: readonly number[], data: ArrayLike<number>): TestArray => ({
  descr: '<f4',
  shape,
  data: Float32Array.from(data),
});

export const integers = (shape: readonly number[], data: readonly number[]): TestArray => ({
  descr: '<i8',
  shape,
  data: BigInt64Array.from(data, BigInt),
});

export function npy({ descr, shape, data }: TestArray, fortran = false): Buffer {
  const sizes = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const text = `{'descr': '${descr}', 'fortran_order': ${fortran ? 'True' : 'False'}, 'shape': (${sizes}), }`;
  const padded = `${text.padEnd(Math.ceil((text.length + 11) / 64) * 64 - 11)}\n`;
  const head = Buffer.from([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, padded.length & 255, padded.length >> 8]);
  return Buffer.concat([head, Buffer.from(padded), Buffer.from(data.buffer, data.byteOffset, data.byteLength)]);
}

/** As `numpy.savez`, or `numpy.savez_compressed`. */
export function npz(arrays: Readonly<Record<string, TestArray>>, compressed = false): Buffer {
  const parts: Buffer[] = [];
  const entries: Buffer[] = [];
  let at = 0;
  for (const [name, array] of Object.entries(arrays)) {
    const bytes = npy(array);
    const packed = compressed ? deflateRawSync(bytes) : bytes;
    const file = Buffer.from(`${name}.npy`);
    const fields = Buffer.alloc(26);
    fields.writeUInt16LE(20, 0);
    fields.writeUInt16LE(compressed ? 8 : 0, 4);
    fields.writeUInt32LE(crc32(bytes), 10);
    fields.writeUInt32LE(packed.length, 14);
    fields.writeUInt32LE(bytes.length, 18);
    fields.writeUInt16LE(file.length, 22);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(at, 10);
    entries.push(Buffer.concat([Buffer.from([0x50, 0x4b, 1, 2, 20, 0]), fields, tail, file]));
    parts.push(Buffer.from([0x50, 0x4b, 3, 4]), fields, file, packed);
    at += 4 + fields.length + file.length + packed.length;
  }
  const directory = Buffer.concat(entries);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...parts, directory, end]);
}
