import { Tensor as OrtTensor } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { fromBfloat16, fromHalf, toHalf } from '../../src/onnx/half.ts';
import { floatsOf, floatTensor, intsOf, intTensor } from '../../src/onnx/tensor.ts';
import { readTensor, tensorPieces } from '../../src/onnx/tensor-proto.ts';
import { join, lengthDelimited } from '../../src/onnx/wire.ts';
import { buildModel } from './build.ts';
import { floats, halves, run } from './runtime.ts';

/** The runtime's own Cast as oracle. */
async function castByRuntime(
  values: Float32Array,
  direction: 'to float16' | 'to float32',
): Promise<Uint16Array | number[]> {
  const half = { name: 'h', shape: ['n'], elementType: 'float16' as const };
  const single = { name: 's', shape: ['n'], elementType: 'float32' as const };
  const down = direction === 'to float16';
  const model = buildModel({
    inputs: [down ? single : half],
    outputs: [down ? half : single],
    nodes: [{ op: 'Cast', inputs: [down ? 's' : 'h'], outputs: [down ? 'h' : 's'], attributes: { to: down ? 10 : 1 } }],
  });
  const bits = halves(Uint16Array.from(values), [values.length]);
  const answer = await run(model, down ? { s: new OrtTensor('float32', values, [values.length]) } : { h: bits });
  if (!down) return floats(answer.s);
  const { buffer, byteOffset, length } = answer.h!.data as Uint16Array;
  return new Uint16Array(buffer, byteOffset, length);
}

describe('binary16', () => {
  const all = Float32Array.from({ length: 65536 }, (_, i) => i);

  it('all 65,536 patterns mean what onnxruntime says', async () => {
    const expected = await castByRuntime(all, 'to float32');
    expect(Array.from(all, fromHalf)).toEqual(expected);
  });

  it('rounding to it, also halfway and into overflow, is as in onnxruntime', async () => {
    const values = Array.from(all, fromHalf).filter(Number.isFinite);
    const near = values.flatMap(value => [
      value,
      value * (1 + 2 ** -11),
      value * (1 + 2 ** -11 + 2 ** -20),
      value * (1 + 2 ** -12),
    ]);
    const extremes = [
      65519,
      65520,
      65535,
      65536,
      1e9,
      Number.POSITIVE_INFINITY,
      2 ** -24,
      2 ** -25,
      1.5 * 2 ** -25,
      2 ** -26,
      1e-30,
      0,
    ];
    const list = Float32Array.from([...near, ...extremes, ...extremes.map(value => -value)]);
    const expected = (await castByRuntime(list, 'to float16')) as Uint16Array;
    expect(Array.from(list, toHalf)).toEqual(Array.from(expected));
    expect(fromHalf(toHalf(Number.NaN))).toBeNaN();
  });

  it('bfloat16 is the upper half of a float32', () => {
    expect([0x3f80, 0xc000, 0x7f80, 0x0001].map(fromBfloat16)).toEqual([1, -2, Number.POSITIVE_INFINITY, 2 ** -133]);
  });
});

describe('elements of constants', () => {
  const raw = (code: number, count: number, bytes: ArrayBufferLike): Uint8Array =>
    join([Uint8Array.from([0x08, count, 0x10, code]), ...lengthDelimited(9, [new Uint8Array(bytes)])]);
  const typed = (code: number, count: number, field: number, bytes: Iterable<number>): Uint8Array =>
    join([Uint8Array.from([0x08, count, 0x10, code]), ...lengthDelimited(field, [Uint8Array.from(bytes)])]);
  const read = (message: Uint8Array) => readTensor(message, { name: 'test' });
  const le = (values: ArrayLike<number> & { buffer: ArrayBufferLike }): Uint8Array => new Uint8Array(values.buffer);

  it('floating point, raw and typed', () => {
    const values = [1, -2.5, 0.15625];
    expect([...floatsOf(read(raw(1, 3, new Float32Array(values).buffer)))]).toEqual(values);
    expect([...floatsOf(read(typed(1, 3, 4, le(new Float32Array(values)))))]).toEqual(values);
    expect([...floatsOf(read(raw(11, 3, new Float64Array(values).buffer)))]).toEqual(values);
    expect([...floatsOf(read(typed(11, 3, 10, le(new Float64Array(values)))))]).toEqual(values);
    // float16 1 and -2 as varints in int32_data, which is how typed halves are stored; bfloat16 likewise.
    expect([...floatsOf(read(typed(10, 2, 5, [0x80, 0x78, 0x80, 0x80, 0x03])))]).toEqual([1, -2]);
    expect([...floatsOf(read(typed(16, 1, 5, [0x80, 0x7f])))]).toEqual([1]);
  });

  it('unpacked floats, one record each', () => {
    const one = (value: number): Uint8Array => join([Uint8Array.from([(4 << 3) | 5]), le(new Float32Array([value]))]);
    const message = join([Uint8Array.from([0x08, 2, 0x10, 1]), one(3), one(4)]);
    expect([...floatsOf(read(message))]).toEqual([3, 4]);
  });

  it('integers, raw and typed, negative ones too', () => {
    const minusOne = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01];
    expect(intsOf(read(raw(7, 2, new BigInt64Array([-5n, 2n ** 40n]).buffer)))).toEqual([-5, 2 ** 40]);
    expect(intsOf(read(typed(7, 2, 7, [...minusOne, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01])))).toEqual([-1, 2 ** 35]);
    expect(intsOf(read(typed(6, 2, 5, [...minusOne, 7])))).toEqual([-1, 7]);
    expect(intsOf(read(typed(3, 2, 5, [...minusOne, 7])))).toEqual([-1, 7]);
    expect(intsOf(read(typed(2, 2, 5, [0xff, 0x01, 7])))).toEqual([255, 7]);
    expect(intsOf(read(typed(9, 2, 5, [1, 0])))).toEqual([1, 0]);
    expect(intsOf(read(typed(12, 1, 11, [0xff, 0xff, 0xff, 0xff, 0x0f])))).toEqual([2 ** 32 - 1]);
  });

  it('types that are only carried along keep their bytes', () => {
    const int4 = raw(22, 3, new Uint8Array([0x21, 0x03]).buffer);
    expect(read(int4)).toMatchObject({ elementType: 'other', dims: [3] });
    expect(join(tensorPieces(read(int4)))).toEqual(int4);
    expect(join(tensorPieces({ ...read(int4), name: 'renamed' })).length).toBe(int4.length + 9);
    expect(() => read(raw(22, 3, new Uint8Array(3).buffer))).toThrow('needs 2 bytes, found 3');
  });

  it('strings survive a new name', () => {
    const message = join([
      Uint8Array.from([0x08, 2, 0x10, 8]),
      ...lengthDelimited(6, [Buffer.from('ab')]),
      ...lengthDelimited(6, [Buffer.from('c')]),
    ]);
    const again = read(join(tensorPieces({ ...read(message), name: 'labels' })));
    expect(again).toMatchObject({ name: 'labels', dims: [2], elementType: 'string' });
    expect(Buffer.from(join(tensorPieces(again))).toString('latin1')).toContain('ab');
  });

  it('come back as they went in, in memory of their own', () => {
    const values = Float32Array.from([0.5, -1, 65504, 2 ** -24]);
    for (const type of ['float32', 'float16'] as const) {
      const tensor = read(join(tensorPieces(floatTensor('t', [2, 2], values, type))));
      const first = floatsOf(tensor);
      expect([...first]).toEqual([...values]);
      first.fill(0);
      expect([...floatsOf(tensor)]).toEqual([...values]);
    }
    for (const type of ['int8', 'int16', 'int32', 'int64'] as const)
      expect(intsOf(intTensor('i', [2], [-3, 100], type))).toEqual([-3, 100]);
    for (const type of ['uint8', 'uint16', 'uint32', 'uint64', 'bool'] as const)
      expect(intsOf(intTensor('i', [2], [1, 0], type))).toEqual([1, 0]);
  });

  it('a count that does not fit is a mistake of ours', () => {
    expect(() => floatTensor('t', [2, 2], new Float32Array(3))).toThrow('cannot hold 3 elements');
    expect(() => floatsOf(intTensor('i', [1], [1]))).toThrow('holds int64');
    expect(() => intsOf(floatTensor('f', [1], new Float32Array(1)))).toThrow('holds float32');
  });
});
