/** Modules that yield inputs, and those that go wrong. */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDataset } from '../../../src/data/open.ts';
import { parseDataSpec } from '../../../src/data/spec.ts';
import { tensorReader } from '../../../src/data/tensors/arrays.ts';

let folder: string;
const at = (name: string): string => join(folder, name);
const open = (path: string) => openDataset(parseDataSpec(`module:${path}`), { arrays: at('kept') });
const moduleOf = (name: string, text: string): string => {
  writeFileSync(at(name), text);
  return at(name);
};

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'rankfront-inputs-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('a module', () => {
  it('yields arrays of any type, with labels and names', async () => {
    const path = moduleOf(
      'good.mjs',
      `export default async function* () {
        for (let i = 0; i < 3; i++)
          yield {
            name: 'sentence ' + i,
            label: i % 2,
            inputs: {
              ids: { data: BigInt64Array.of(BigInt(i), 7n), dims: [2] },
              half: { data: Uint16Array.of(0x3c00 + i), dims: [1], type: 'float16' },
            },
          };
      }`,
    );
    const dataset = await open(path);
    expect(dataset).toMatchObject({ count: 3, classes: 2, ids: ['sentence 0', 'sentence 1', 'sentence 2'] });
    expect([...(dataset.labels ?? [])]).toEqual([0, 1, 0]);
    const { source } = dataset;
    if (source.kind !== 'tensors') throw new Error('expected arrays');
    expect(source.inputs.map(({ name, items }) => [name, items[2]?.type, items[2]?.dims])).toEqual([
      ['half', 'float16', [1]],
      ['ids', 'int64', [2]],
    ]);
    const [half, ids] = source.inputs.map(({ items }) => items[2]);
    const read = tensorReader();
    expect(ids && [...new BigInt64Array(read(ids).buffer)]).toEqual([2n, 7n]);
    expect(half && [...new Uint16Array(read(half).buffer)]).toEqual([0x3c02]);
    // The same items are the same data, and others are not.
    expect((await open(path)).hash).toBe(dataset.hash);
    const other = moduleOf(
      'other.mjs',
      'export default () => [{ inputs: { ids: { data: Int32Array.of(1), dims: [1] } } }]',
    );
    expect((await open(other)).hash).not.toBe(dataset.hash);
    expect(readdirSync(at('kept')).every(name => /^[0-9a-f]{64}\.arrays$/.test(name))).toBe(true);
  });

  it.each([
    ['nothing.mjs', 'export const items = []', /no default export that is a function/],
    ['syntax.mjs', 'export default {', /cannot be loaded: /],
    ['throws.mjs', 'export default function* () { throw new Error("no tokens") }', /it threw: no tokens/],
    ['empty.mjs', 'export default () => []', /yields no item/],
    ['number.mjs', 'export default () => 3', /its function yields nothing/],
    ['bare.mjs', 'export default () => [Float32Array.of(1)]', /item 0 has no "inputs"/],
    [
      'list.mjs',
      'export default () => [{ inputs: { x: { data: [1], dims: [1] } } }]',
      /"x" whose data is no typed array/,
    ],
    [
      'sizes.mjs',
      'export default () => [{ inputs: { x: { data: Float32Array.of(1, 2), dims: [3] } } }]',
      /2 numbers, and dims \[3\] are 3/,
    ],
    ['dims.mjs', 'export default () => [{ inputs: { x: { data: Float32Array.of(1) } } }]', /"x" without dims/],
    [
      'type.mjs',
      'export default () => [{ inputs: { x: { data: Float32Array.of(1), dims: [1], type: "bool" } } }]',
      /of the type bool, which its data is not of/,
    ],
    [
      'label.mjs',
      'export default () => [{ label: 0.5, inputs: { x: { data: Float32Array.of(1), dims: [1] } } }]',
      /the label 0.5/,
    ],
    [
      'names.mjs',
      'const x = { data: Float32Array.of(1), dims: [1] }; export default () => [{ inputs: { x } }, { inputs: { y: x } }]',
      /item 1 has the inputs y, and those before have x/,
    ],
    [
      'labels.mjs',
      'const x = { data: Float32Array.of(1), dims: [1] }; export default () => [{ label: 1, inputs: { x } }, { inputs: { x } }]',
      /item 1 has no label/,
    ],
  ])('%s is refused with what is wrong', async (name, text, message) => {
    await expect(open(moduleOf(name, text))).rejects.toThrow(message);
    expect(
      readdirSync(folder).includes('kept') ? readdirSync(at('kept')).filter(each => each.endsWith('.tmp')) : [],
    ).toEqual([]);
  });

  it('that is not there, or not allowed, is said to be', async () => {
    await expect(open(at('missing.mjs'))).rejects.toThrow(/there is no module/);
    await expect(openDataset(parseDataSpec(`module:${at('good.mjs')}`))).rejects.toThrow(/expected images/);
  });
});
