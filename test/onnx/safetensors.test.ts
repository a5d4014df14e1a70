import { expect, test } from 'vitest';
import { decodeSafetensors, encodeSafetensors } from '../../src/onnx/safetensors.ts';
import { floatTensor, intTensor } from '../../src/onnx/tensor.ts';

const tensors = new Map([
  ['weights', floatTensor('weights', [2, 3], Float32Array.of(1, -2, 3.5, 0, Number.MIN_VALUE, 6))],
  ['half', floatTensor('half', [2], Float32Array.of(0.5, -1), 'float16')],
  ['places', intTensor('places', [2], [-1, 7])],
  ['nothing', floatTensor('nothing', [0, 4], new Float32Array(0))],
]);

test('what is written is read, behind a head that ends on a multiple of 8', () => {
  const bytes = encodeSafetensors(tensors, { format: 'pt' });
  const head = Number(new DataView(bytes.buffer).getBigUint64(0, true));
  expect(head % 8).toBe(0);
  expect(JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + head)))).toMatchObject({
    __metadata__: { format: 'pt' },
    weights: { dtype: 'F32', shape: [2, 3], data_offsets: [0, 24] },
  });
  const found = decodeSafetensors(bytes, 'x');
  expect([...found.keys()]).toEqual([...tensors.keys()]);
  for (const [name, { dims, elementType, bytes: own }] of tensors)
    expect(found.get(name)).toEqual({ dims, elementType, bytes: Uint8Array.from(own) });
});

test('a file that is cut short, damaged or of another kind is refused by name', () => {
  const bytes = encodeSafetensors(tensors);
  for (const end of [0, 4, 20, bytes.length - 1])
    expect(() => decodeSafetensors(bytes.subarray(0, end), 'net.safetensors')).toThrow(
      /Cannot read "net\.safetensors"/,
    );
  const strange = new TextEncoder().encode('PK\u0003\u0004 is a zip archive of some other kind');
  expect(() => decodeSafetensors(strange, 'net.pt')).toThrow('expected a safetensors file');
  for (const [shape, said] of [
    ['[-1]', 'found "x" without shape or place'],
    ['[2]', 'found 4 bytes for "x" of [2]'],
  ] as const) {
    const head = new TextEncoder().encode(`{"x":{"dtype":"F32","shape":${shape},"data_offsets":[0,4]}}`);
    const odd = new Uint8Array(8 + head.length + 4);
    new DataView(odd.buffer).setBigUint64(0, BigInt(head.length), true);
    odd.set(head, 8);
    expect(() => decodeSafetensors(odd, 'x')).toThrow(said);
  }
});
