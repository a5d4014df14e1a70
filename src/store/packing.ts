/** Raw samples as compact bytes, the same on every machine. */

/** Plain numbers, flags that are 0 or 1, and integers. */
export type SampleList = readonly number[] | Uint8Array | Uint16Array | Int32Array;

export type Encoding = 'float32' | 'bits' | 'uint16' | 'int32';

export interface PackedSamples {
  readonly encoding: Encoding;
  readonly count: number;
  readonly content: Uint8Array;
}

interface Codec<T extends SampleList> {
  readonly bytes: (count: number) => number;
  pack(values: T): Uint8Array;
  unpack(bytes: Uint8Array, count: number): T;
}

/** Of `width` bytes each, little-endian. */
const words = <T extends SampleList>(
  width: number,
  set: (view: DataView, at: number, value: number) => void,
  get: (view: DataView, count: number) => T,
): Codec<T> => ({
  bytes: count => count * width,
  pack: values => {
    const bytes = new Uint8Array(values.length * width);
    const view = new DataView(bytes.buffer);
    for (let i = 0; i < values.length; i++) set(view, i * width, values[i] ?? 0);
    return bytes;
  },
  unpack: (bytes, count) => get(new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), count),
});

const codecs = {
  /** What is read is `Math.fround` of what was written. */
  float32: words<readonly number[]>(
    4,
    (view, at, value) => view.setFloat32(at, value, true),
    (view, count) => Array.from({ length: count }, (_, i) => view.getFloat32(i * 4, true)),
  ),
  uint16: words<Uint16Array>(
    2,
    (view, at, value) => view.setUint16(at, value, true),
    (view, count) => Uint16Array.from({ length: count }, (_, i) => view.getUint16(i * 2, true)),
  ),
  int32: words<Int32Array>(
    4,
    (view, at, value) => view.setInt32(at, value, true),
    (view, count) => Int32Array.from({ length: count }, (_, i) => view.getInt32(i * 4, true)),
  ),
  /** Eight flags to the byte, the first in the lowest bit; anything but 0 is 1. */
  bits: {
    bytes: count => Math.ceil(count / 8),
    pack: flags => {
      const bytes = new Uint8Array(Math.ceil(flags.length / 8));
      flags.forEach((flag, i) => {
        if (flag !== 0) bytes[i >> 3] = (bytes[i >> 3] ?? 0) | (1 << (i & 7));
      });
      return bytes;
    },
    unpack: (bytes, count) => Uint8Array.from({ length: count }, (_, i) => ((bytes[i >> 3] ?? 0) >> (i & 7)) & 1),
  } satisfies Codec<Uint8Array>,
} as const;

/** What kind of list it is decides how it is packed. */
export const encodingOf = (values: SampleList): Encoding =>
  values instanceof Uint8Array
    ? 'bits'
    : values instanceof Uint16Array
      ? 'uint16'
      : values instanceof Int32Array
        ? 'int32'
        : 'float32';

export function packed(values: SampleList): PackedSamples {
  const encoding = encodingOf(values);
  const { pack } = codecs[encoding] as Codec<SampleList>;
  return { encoding, count: values.length, content: pack(values) };
}

/** @throws RangeError for an unknown encoding, and for another number of bytes than `count` samples take */
export function unpacked({ encoding, count, content }: PackedSamples): SampleList {
  if (!Object.hasOwn(codecs, encoding)) throw new RangeError(`expected samples, found the encoding "${encoding}"`);
  const codec = codecs[encoding];
  if (!(content instanceof Uint8Array) || !Number.isInteger(count) || content.length !== codec.bytes(count))
    throw new RangeError(`expected ${count} samples of ${encoding}, found ${content?.length} bytes`);
  return codec.unpack(content, count);
}
