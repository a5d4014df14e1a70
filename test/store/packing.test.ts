import fc from 'fast-check';
import { expect, test } from 'vitest';
import { packed, type SampleList, unpacked } from '../../src/store/packing.ts';

/** Through bytes at an odd offset, as a database may hand them out. */
function kept(values: SampleList): SampleList {
  const { encoding, count, content } = packed(values);
  return unpacked({ encoding, count, content: new Uint8Array([9, ...content]).subarray(1) });
}

const bytesOf = (values: SampleList): number[] => [...packed(values).content];

test('numbers come back as 32-bit floats', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ noNaN: true })), values => {
      expect(kept(values)).toEqual(values.map(Math.fround));
    }),
  );
});

test('integers and flags come back as the lists that they were', () => {
  fc.assert(
    fc.property(fc.uint16Array(), fc.int32Array(), fc.array(fc.boolean()), (shorts, ints, flags) => {
      expect(kept(ints)).toEqual(ints);
      expect(kept(shorts)).toEqual(shorts);
      const bits = Uint8Array.from(flags, Number);
      expect(kept(bits)).toEqual(bits);
      expect(bytesOf(bits).length).toBe(Math.ceil(bits.length / 8));
    }),
  );
});

test('the bytes are little-endian, the first flag in the lowest bit', () => {
  expect(bytesOf([1, -2.5])).toEqual([0, 0, 0x80, 0x3f, 0, 0, 0x20, 0xc0]);
  expect(bytesOf(Uint16Array.of(1, 0xabcd))).toEqual([1, 0, 0xcd, 0xab]);
  expect(bytesOf(Int32Array.of(-2))).toEqual([0xfe, 0xff, 0xff, 0xff]);
  expect(bytesOf(Uint8Array.of(1, 0, 1, 0, 0, 0, 0, 0, 7))).toEqual([5, 1]);
});

test('bytes that are not as many as the samples take are refused, and so is an encoding that is none', () => {
  const samples = packed([1, 2, 3]);
  for (const wrong of [
    { ...samples, count: 2 },
    { ...samples, count: 2 ** 40 },
    { ...samples, count: Number.NaN },
    { ...samples, content: samples.content.subarray(1) },
    { ...samples, encoding: 'toString' as 'bits' },
    { ...samples, encoding: 'uint16' as const },
  ])
    expect(() => unpacked(wrong)).toThrow(RangeError);
});
