import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  packBits,
  packFloats,
  packInts,
  packShorts,
  unpackBits,
  unpackFloats,
  unpackInts,
  unpackShorts,
} from '../../src/store/packing.ts';

/** The same bytes at an odd offset, as a database may hand them out. */
const shifted = (bytes: Uint8Array): Uint8Array => new Uint8Array([9, ...bytes]).subarray(1);

test('floats come back as 32-bit floats', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ noNaN: true })), values => {
      expect(unpackFloats(shifted(packFloats(values)))).toEqual(values.map(Math.fround));
    }),
  );
});

test('integers and bits come back', () => {
  fc.assert(
    fc.property(fc.uint16Array(), fc.int32Array(), fc.array(fc.boolean()), (shorts, ints, flags) => {
      expect(unpackInts(shifted(packInts(ints)))).toEqual(ints);
      expect(unpackShorts(shifted(packShorts(shorts)))).toEqual(shorts);
      const bits = Uint8Array.from(flags, Number);
      expect(unpackBits(shifted(packBits(bits)), bits.length)).toEqual(bits);
      expect(packBits(bits).length).toBe(Math.ceil(bits.length / 8));
    }),
  );
});

test('the bytes are little-endian, the first flag in the lowest bit', () => {
  expect([...packFloats([1, -2.5])]).toEqual([0, 0, 0x80, 0x3f, 0, 0, 0x20, 0xc0]);
  expect([...packShorts(Uint16Array.of(1, 0xabcd))]).toEqual([1, 0, 0xcd, 0xab]);
  expect([...packInts(Int32Array.of(-2))]).toEqual([0xfe, 0xff, 0xff, 0xff]);
  expect([...packBits(Uint8Array.of(1, 0, 1, 0, 0, 0, 0, 0, 7))]).toEqual([5, 1]);
});
