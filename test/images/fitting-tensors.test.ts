import { describe, expect, it } from 'vitest';
import type { TensorInputSource } from '../../src/data/tensors/arrays.ts';
import type { NpyType } from '../../src/data/tensors/npy.ts';
import { fittingTensors } from '../../src/images/fitting-tensors.ts';
import type { TensorDescription } from '../../src/runtime/model-interface.ts';

const source = (name: string | null, type: NpyType, ...dims: number[]): TensorInputSource => ({
  name,
  items: [{ path: '/data/a.npz', type, dims, start: 0, bytes: 4, packed: null }],
});
const input = (name: string, type: string, ...shape: (number | string)[]): TensorDescription => ({ name, type, shape });
const ids = input('input_ids', 'int64', 'batch', 'length');
const mask = input('attention_mask', 'int64', 'batch', 'length');

describe('arrays and the inputs of a network', () => {
  it('fit by name, without the batch dimension or with one of 1', () => {
    const { tensors, whole } = fittingTensors(
      [source('attention_mask', 'int64', 1, 8), source('input_ids', 'int64', 8)],
      [ids, mask],
    );
    expect(whole).toBe(false);
    expect(tensors.map(({ name, items: [item] }) => [name, item?.dims])).toEqual([
      ['input_ids', [8]],
      ['attention_mask', [8]],
    ]);
  });
  it.each([
    [
      'a name that is another',
      [source('input_ids', 'int64', 8), source('attention_msk', 'int64', 8)],
      [ids, mask],
      /array "attention_msk".*Name it attention_mask/,
    ],
    [
      'an input without an array',
      [source('input_ids', 'int64', 8)],
      [ids, mask],
      /no array for its input "attention_mask"/,
    ],
    [
      'one array for two inputs',
      [source(null, 'int64', 8)],
      [ids, mask],
      /has the inputs input_ids, attention_mask, and the data is for one/,
    ],
    [
      'another type',
      [source('input_ids', 'int32', 8)],
      [ids],
      /numbers are int32, and the input "input_ids" takes int64.*astype\('int64'\)/,
    ],
    [
      'another size',
      [source('x', 'float32', 3, 8)],
      [input('x', 'float32', 'N', 3, 9)],
      /an item in it is \[3, 8\].*takes float32 \[N, 3, 9\]/,
    ],
  ] as const)('%s is one sentence, and the way out', (_, sources, inputs, message) => {
    try {
      fittingTensors(sources, inputs);
    } catch (error) {
      const { problem, wayOut } = error as { problem: string; wayOut: string };
      expect(`${problem} ${wayOut}`).toMatch(message);
      return;
    }
    throw new Error('it passed');
  });
  it('go as they are where the inputs share no batch dimension', () => {
    const { tensors, whole } = fittingTensors(
      [source('x', 'float32', 1, 512), source('state', 'float32', 2, 1, 128), source('sr', 'int64')],
      [input('x', 'float32', -1, -1), input('state', 'float32', 2, -1, 128), input('sr', 'int64')],
    );
    expect(whole).toBe(true);
    expect(tensors.map(({ items: [item] }) => item?.dims)).toEqual([[1, 512], [2, 1, 128], []]);
  });
});
