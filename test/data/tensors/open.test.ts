import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDataset } from '../../../src/data/open.ts';
import { parseDataSpec } from '../../../src/data/spec.ts';
import { tensorReader } from '../../../src/data/tensors/arrays.ts';
import { floats, integers, npy, npz } from './numpy.ts';

let folder: string;
const at = (name: string): string => join(folder, name);
const open = (spec: string) => openDataset(parseDataSpec(spec));

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'rankfront-npy-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const counted = Array.from({ length: 12 }, (_, i) => i);

/** The numbers of one item of the first input. */
async function item(spec: string, index: number): Promise<number[]> {
  const { source } = await open(spec);
  const place = source.kind === 'tensors' ? source.inputs[0]?.items[index] : undefined;
  if (!place) throw new Error('there is no such item');
  return [...new Float32Array(tensorReader()(place).buffer)];
}

describe('ready inputs', () => {
  it('are the items of a stacked array', async () => {
    writeFileSync(at('all.npy'), npy(floats([4, 3], counted)));
    expect(await open(`npy:${at('all.npy')}`)).toMatchObject({
      count: 4,
      ids: ['all.npy#0', 'all.npy#1', 'all.npy#2', 'all.npy#3'],
    });
    expect(await item(`npy:${at('all.npy')}`, 2)).toEqual([6, 7, 8]);
  });

  it.each([false, true])('are read from an archive, compressed: %s', async compressed => {
    const path = at(`both-${compressed}.npz`);
    const labels = integers([4], [1, 0, 2, 1]);
    writeFileSync(path, npz({ x: floats([4, 3], counted), ids: integers([4, 1], [9, 8, 7, 6]), labels }, compressed));
    const dataset = await open(`npz:${path}`);
    expect(dataset.count).toBe(4);
    expect([...(dataset.labels ?? [])]).toEqual([1, 0, 2, 1]);
    expect(dataset.source.kind === 'tensors' && dataset.source.inputs.map(({ name }) => name)).toEqual(['x', 'ids']);
    expect(await item(`npz:${path}`, 3)).toEqual([9, 10, 11]);
  });

  it('are one file per item, in a folder per input', async () => {
    for (const input of ['a', 'b']) {
      mkdirSync(at(`two/${input}`), { recursive: true });
      for (let i = 0; i < 3; i++)
        writeFileSync(at(`two/${input}/${i}.npy`), npy(floats([2], [i, input === 'a' ? 1 : 2])));
    }
    expect(await open(`npy:${at('two')}`)).toMatchObject({ count: 3, ids: ['0.npy', '1.npy', '2.npy'], labels: null });
    expect(await item(`npy:${at('two')}`, 1)).toEqual([1, 1]);
    rmSync(at('two/b/1.npy'));
    await expect(open(`npy:${at('two')}`)).rejects.toThrow(/the input "b" has 2 items where there are 3/);
  });

  it('are one archive per item', async () => {
    mkdirSync(at('each'));
    for (let i = 0; i < 3; i++) writeFileSync(at(`each/${i}.npz`), npz({ x: floats([2], [i, i + 1]) }));
    expect(await item(`npz:${at('each')}`, 2)).toEqual([2, 3]);
  });

  it('have a hash of every number', async () => {
    writeFileSync(at('one.npy'), npy(floats([2, 2], [1, 2, 3, 4])));
    const before = (await open(`npy:${at('one.npy')}`)).hash;
    writeFileSync(at('one.npy'), npy(floats([2, 2], [1, 2, 3, 5])));
    expect((await open(`npy:${at('one.npy')}`)).hash).not.toBe(before);
  });

  it.each([
    ['text.npy', () => Buffer.from('1,2,3\n'), /it is no NPY file/],
    [
      'words.npy',
      () => npy({ descr: '<U5', shape: [1], data: new Uint8Array(20) }),
      /expected numbers, found the type '<U5'/,
    ],
    ['big.npy', () => npy({ descr: '>f4', shape: [1], data: new Uint8Array(4) }), /expected numbers/],
    ['fortran.npy', () => npy(floats([2, 2], [1, 2, 3, 4]), true), /order of Fortran/],
    ['short.npy', () => npy(floats([4, 3], counted)).subarray(0, 150), /expected 48 bytes of numbers, found 22/],
    ['none.npz', () => Buffer.from('PK nothing'), /it is no NPZ file/],
    [
      'labels.npz',
      () => npz({ x: floats([2, 1], [1, 2]), labels: floats([2], [0, 1]) }),
      /expected 2 whole numbers, found float32/,
    ],
  ])('%s is refused with what is wrong', async (name, bytes, message) => {
    writeFileSync(at(name), bytes());
    await expect(open(`${name.slice(-3)}:${at(name)}`)).rejects.toThrow(message);
  });

  it('that are not there are said to be', async () => {
    await expect(open(`npy:${at('missing')}`)).rejects.toThrow(/there is no/);
    expect(() => parseDataSpec('npz:')).toThrow(/no path is given/);
  });
});
