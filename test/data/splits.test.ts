import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cifarRecordBytes } from '../../src/data/cifar10.ts';
import { itemsOf } from '../../src/data/load.ts';
import { parseDataSpec } from '../../src/data/spec.ts';
import { openSplits } from '../../src/data/splits.ts';

const scratch = mkdtempSync(join(tmpdir(), 'rankfront-splits-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));
let pixel: Buffer;
beforeAll(async () => {
  pixel = await sharp({ create: { width: 2, height: 2, channels: 3, background: '#123' } })
    .png()
    .toBuffer();
});
function image(...path: string[]): void {
  const file = join(scratch, ...path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, pixel);
}
const splits = (spec: string, seed = 0) => openSplits(parseDataSpec(spec), seed);

describe('the two parts of cifar10', () => {
  it('are the training batches that are there, and the test batch', async () => {
    const folder = join(scratch, 'cifar');
    mkdirSync(folder);
    const batch = (records: number): Uint8Array => {
      const bytes = new Uint8Array(records * cifarRecordBytes);
      for (let i = 0; i < records; i++) bytes[i * cifarRecordBytes] = i % 10;
      return bytes;
    };
    writeFileSync(join(folder, 'test_batch.bin'), batch(10));
    await expect(splits(`cifar10:${folder}`)).rejects.toThrow(
      /expected data_batch_1.bin to data_batch_5.bin, found none/,
    );
    writeFileSync(join(folder, 'data_batch_2.bin'), batch(20));
    writeFileSync(join(folder, 'data_batch_5.bin'), batch(10));
    const { train, validation } = await splits(`cifar10:${folder}`);
    expect([train.count, validation.count]).toEqual([30, 10]);
    expect(train.ids[20]).toBe('data_batch_5.bin#0');
    writeFileSync(join(folder, 'data_batch_2.bin'), batch(9));
    rmSync(join(folder, 'data_batch_5.bin'));
    await expect(splits(`cifar10:${folder}`)).rejects.toThrow('Cannot train: the class "9" has no training image.');
  });
});

describe('training images held out to choose by', () => {
  const folder = join(scratch, 'held');
  const spec = `cifar10:${folder}`;
  const batch = (records: number): Uint8Array => {
    const bytes = new Uint8Array(records * cifarRecordBytes);
    for (let i = 0; i < records; i++) bytes[i * cifarRecordBytes] = i % 10;
    return bytes;
  };
  const held = (share: number, seed = 0) => openSplits(parseDataSpec(spec), seed, {}, share);
  beforeAll(() => {
    mkdirSync(folder);
    writeFileSync(join(folder, 'test_batch.bin'), batch(20));
    writeFileSync(join(folder, 'data_batch_1.bin'), batch(200));
    writeFileSync(join(folder, 'data_batch_2.bin'), batch(100));
  });

  it('are a share of every class of CIFAR-10, by the seed, and the test images stay apart', async () => {
    const { train, validation, test, rule } = await held(0.1);
    expect([train.count, validation.count, test?.count]).toEqual([270, 30, 20]);
    expect(rule).toMatch(/against test_batch\.bin; 30 of the training images held out \(seed 0\)$/);
    const ofClass = new Int32Array(10);
    for (const label of validation.labels!) ofClass[label]!++;
    expect([...ofClass]).toEqual(Array(10).fill(3));
    expect(new Set([...train.ids, ...validation.ids])).toHaveLength(300);
    expect(test?.ids.every(id => id.startsWith('test_batch.bin'))).toBe(true);
    expect(validation.ids).toEqual((await held(0.1)).validation.ids);
    expect(validation.ids).not.toEqual((await held(0.1, 1)).validation.ids);
    expect(validation.hash).not.toBe((await held(0.1, 1)).validation.hash);
  });

  it('are read from the records that their names say', async () => {
    const { train, validation } = await held(0.1);
    for (const part of [train, validation]) {
      const items = itemsOf(part.source).map(item =>
        item.kind === 'cifar10' ? `${item.path.split('/').at(-1)}#${item.record}` : '',
      );
      expect(items).toEqual(part.ids);
    }
  });

  it('are none where none are asked for: then the test images choose, as they did', async () => {
    const whole = await held(0);
    const before = await splits(spec);
    expect(whole).toEqual(before);
    expect(whole.test).toBeNull();
    expect(whole.validation.count).toBe(20);
  });

  it('are not taken where there are validation images, and taken where the folder is called test', async () => {
    for (const name of ['val', 'test'])
      for (const each of ['cat', 'dog'])
        for (const part of ['train', name])
          for (let i = 0; i < 10; i++) image(`has-${name}`, part, each, `${part}-${i}.png`);
    const of = (name: string) => openSplits(parseDataSpec(`folder:${join(scratch, `has-${name}`)}`), 0, {}, 0.1);
    expect(await of('val')).toMatchObject({ test: null, train: { count: 20 }, validation: { count: 20 } });
    expect(await of('test')).toMatchObject({ test: { count: 20 }, train: { count: 18 }, validation: { count: 2 } });
  });

  it('never take the only image of a class', async () => {
    for (let i = 0; i < 12; i++) image('rare', 'train', 'cat', `${i}.png`);
    image('rare', 'train', 'eel', 'only.png');
    for (const each of ['cat', 'eel']) image('rare', 'test', each, 'a.png');
    for (let seed = 0; seed < 12; seed++) {
      const { train } = await openSplits(parseDataSpec(`folder:${join(scratch, 'rare')}`), seed, {}, 0.5);
      expect(train.ids).toContain('eel/only.png');
    }
  });
});

describe('the two parts of a folder', () => {
  it('are its train and val, by the names of the classes', async () => {
    for (const name of ['cat', 'dog', 'eel']) image('pair', 'train', name, 'a.png');
    for (const name of ['dog', 'eel']) image('pair', 'val', name, 'b.png');
    const whole = await splits(`folder:${join(scratch, 'pair')}`);
    expect(whole.rule).toBe('the folders train and val');
    expect([...whole.train.labels!]).toEqual([0, 1, 2]);
    expect([...whole.validation.labels!]).toEqual([1, 2]);
    const held = await splits(`folder:${join(scratch, 'pair', 'val')}`);
    expect(held.rule).toBe('the folder train beside val');
    expect(held.validation.ids).toEqual(whole.validation.ids);
    image('pair', 'val', 'fox', 'b.png');
    await expect(splits(`folder:${join(scratch, 'pair')}`)).rejects.toThrow(
      'Cannot train: the class "fox" of the validation images has no training image.',
    );
  });
  it('are otherwise nine tenths and a tenth of every class, the same for the same seed', async () => {
    for (const name of ['ant', 'bee']) for (let i = 0; i < 20; i++) image('own', name, `${i}.png`);
    const { train, validation } = await splits(`folder:${join(scratch, 'own')}`, 3);
    expect([train.count, validation.count]).toEqual([36, 4]);
    expect([...validation.labels!]).toEqual([0, 0, 1, 1]);
    expect(new Set([...train.ids, ...validation.ids]).size).toBe(40);
    expect(itemsOf(train.source).map(item => item.kind === 'file' && item.path)).toEqual(
      train.ids.map(id => join(scratch, 'own', id)),
    );
    const again = await splits(`folder:${join(scratch, 'own')}`, 3);
    expect(again.validation.ids).toEqual(validation.ids);
    expect(again.train.hash).toBe(train.hash);
    expect((await splits(`folder:${join(scratch, 'own')}`, 4)).validation.ids).not.toEqual(validation.ids);
  });
  it('are refused where a class is empty or nothing has a label', async () => {
    mkdirSync(join(scratch, 'own', 'wasp'));
    await expect(splits(`folder:${join(scratch, 'own')}`)).rejects.toThrow('the class "wasp" has no training image');
    for (const name of ['0', '1']) for (let i = 0; i < 20; i++) image('numbers', name, `${i}.png`);
    mkdirSync(join(scratch, 'numbers', '2'));
    await expect(splits(`folder:${join(scratch, 'numbers')}`)).rejects.toThrow('the class "2" has no training image');
    for (let i = 0; i < 4; i++) image('bare', `${i}.png`);
    await expect(splits(`folder:${join(scratch, 'bare')}`)).rejects.toThrow('the images have no labels');
  });
});

describe('the two parts of a folder, told by other things than its folders', () => {
  it('take the classes from a file of labels, beside which folders are no classes', async () => {
    const names = Array.from({ length: 20 }, (_, i) => `images/${i}.png`);
    for (const name of names) image('listed', name);
    mkdirSync(join(scratch, 'listed', 'notes'));
    const lines = names.map((name, i) => `${name},${i % 2 === 0 ? 'ant' : 'bee'}`);
    writeFileSync(join(scratch, 'listed', 'labels.csv'), lines.join('\n'));
    const { train, validation } = await splits(`folder:${join(scratch, 'listed')}`);
    expect([train.count, validation.count]).toEqual([18, 2]);
    expect(train.classNames).toEqual(['ant', 'bee']);
  });
  it('may have images of a single class to score on', async () => {
    for (const name of ['cat', 'dog', 'eel']) image('single', 'train', name, 'a.png');
    image('single', 'val', 'dog', 'b.png');
    const { validation } = await splits(`folder:${join(scratch, 'single')}`);
    expect([...validation.labels!]).toEqual([1]);
    expect(validation.classNames).toEqual(['cat', 'dog', 'eel']);
    for (const name of ['0', '2', '4']) image('digits', 'train', name, 'a.png');
    for (const name of ['1', '3']) image('digits', 'train', name, 'a.png');
    image('digits', 'val', '3', 'b.png');
    expect([...(await splits(`folder:${join(scratch, 'digits')}`)).validation.labels!]).toEqual([3]);
    image('stranger', 'train', 'cat', 'a.png');
    image('stranger', 'train', 'dog', 'a.png');
    image('stranger', 'val', 'fox', 'b.png');
    expect((await splits(`folder:${join(scratch, 'stranger')}`)).validation.labels).toBeNull();
  });
});

describe('shapes', () => {
  it('has two parts that share no image', async () => {
    const { train, validation } = await splits('shapes:3');
    expect([train.count, validation.count]).toEqual([6000, 2000]);
    expect(train.hash).not.toBe(validation.hash);
  });
  it('needs no path, but a number', async () => {
    expect(() => parseDataSpec('shapes:x')).toThrow('expected a whole number as the seed, found "x"');
    expect(parseDataSpec('shapes:')).toMatchObject({ kind: 'shapes', seed: 0 });
  });
});
