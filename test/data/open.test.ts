import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { cifarRecordBytes } from '../../src/data/cifar10.ts';
import type { Dataset } from '../../src/data/dataset.ts';
import { labelsFor } from '../../src/data/labels-for.ts';
import { itemsOf, loadItem } from '../../src/data/load.ts';
import { openDataset } from '../../src/data/open.ts';
import { parseDataSpec } from '../../src/data/spec.ts';

const scratch = mkdtempSync(join(tmpdir(), 'rankfront-data-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/** Writes files (their text is their content; nothing is decoded here) below a fresh directory. */
let next = 0;
function files(contents: Readonly<Record<string, string | Uint8Array>>): string {
  const directory = join(scratch, String(next++), 'data');
  for (const [name, content] of Object.entries(contents)) {
    mkdirSync(dirname(join(directory, name)), { recursive: true });
    writeFileSync(join(directory, name), content);
  }
  return directory;
}
const folder = (contents: Readonly<Record<string, string | Uint8Array>>): Promise<Dataset> =>
  openDataset(parseDataSpec(`folder:${files(contents)}`));
const labelled = (dataset: Dataset, outputs: number): Record<string, number | undefined> =>
  Object.fromEntries(dataset.ids.map((id, i) => [id, labelsFor(dataset, outputs)?.[i]]));

const record = (label: number, value: number): Uint8Array =>
  new Uint8Array(cifarRecordBytes).fill(value).fill(label, 0, 1);

describe('cifar10', () => {
  it('reads labels and planes, in the directory or in its cifar-10-batches-bin', async () => {
    const second = record(3, 0);
    second.set([10, 20], 1); // the first two red values
    second[1 + 1024] = 30; // the first green one
    const directory = files({ 'cifar-10-batches-bin/test_batch.bin': Buffer.concat([record(9, 7), second]) });
    const dataset = await openDataset(parseDataSpec(`cifar10:${directory}`));
    expect([...(labelsFor(dataset, 10) ?? [])]).toEqual([9, 3]);
    expect(dataset.ids).toEqual(['test_batch.bin#0', 'test_batch.bin#1']);
    const image = await loadItem(itemsOf(dataset.source)[1]!);
    expect([...image.data.subarray(0, 6)]).toEqual([10, 30, 0, 20, 0, 0]);
  });
  it('reads several batches as one', async () => {
    const directory = files({ 'a.bin': record(1, 1), 'b.bin': Buffer.concat([record(2, 2), record(3, 3)]) });
    writeFileSync(join(directory, 'd.yaml'), 'kind: cifar10\ndirectory: .\nfiles: [b.bin, a.bin]\n');
    const dataset = await openDataset(parseDataSpec(join(directory, 'd.yaml')));
    expect([...(dataset.labels ?? [])]).toEqual([2, 3, 1]);
    expect((await loadItem(itemsOf(dataset.source)[2]!)).data[0]).toBe(1);
  });
  it.each([
    ['cut short', record(1, 1).subarray(5), /expected whole records of 3073 bytes, found 3068 bytes/],
    ['empty', new Uint8Array(0), /found 0 bytes/],
    ['CIFAR-100', new Uint8Array(3 * cifarRecordBytes).fill(19), /record 0 has the label 19, expected 0 to 9/],
  ])('refuses a batch that is %s', async (_, bytes, message) => {
    const directory = files({ 'test_batch.bin': bytes });
    await expect(openDataset(parseDataSpec(`cifar10:${directory}`))).rejects.toThrow(message);
  });
  it('says what is there instead', async () => {
    const python = files({ test_batch: 'pickle' });
    await expect(openDataset(parseDataSpec(`cifar10:${python}`))).rejects.toThrow(/found the Python version/);
    await expect(openDataset(parseDataSpec(`cifar10:${scratch}/none`))).rejects.toThrow(/there is no directory/);
  });
  it('refuses a network for other classes, and names labelOffset for one class more', async () => {
    const dataset = await openDataset(parseDataSpec(`cifar10:${files({ 'test_batch.bin': record(1, 1) })}`));
    expect(() => labelsFor(dataset, 1000)).toThrow(/images of 10 classes, the output of the model is 1000 wide/);
    expect(() => labelsFor(dataset, 11)).toThrow(/labelOffset: 1/);
  });
});

describe('folder with class folders', () => {
  it('takes classes in the order of their names and images at any depth and in any spelling of the extension', async () => {
    const dataset = await folder({
      'dog/1.JPEG': 'a',
      'cat/deep/2.png': 'b',
      'cat/3.webp': 'c',
      'cat/notes.txt': '',
      'cat/._3.jpg': 'hidden',
    });
    expect(labelled(dataset, 2)).toEqual({ 'cat/3.webp': 0, 'cat/deep/2.png': 0, 'dog/1.JPEG': 1 });
  });
  it('follows links', async () => {
    const directory = files({ 'real/1.jpg': 'a', 'b/2.jpg': 'b' });
    const linked = files({ 'cat/0.jpg': 'c' });
    symlinkSync(join(directory, 'b'), join(linked, 'dog'));
    const dataset = await openDataset(parseDataSpec(`folder:${linked}`));
    expect(dataset.ids).toEqual(['cat/0.jpg', 'dog/2.jpg']);
  });
  it('reads numbers as class indices', async () => {
    const dataset = await folder({ '2/a.jpg': 'a', '10/b.jpg': 'b', '0/c.jpg': 'c' });
    expect(labelled(dataset, 11)).toEqual({ '2/a.jpg': 2, '10/b.jpg': 10, '0/c.jpg': 0 });
    expect(() => labelsFor(dataset, 10)).toThrow(/labels up to 10, the output of the model is 10 wide/);
  });
  const some = { 'n02084071/1.jpg': 'dog', 'n02121808/2.jpg': 'cat' };
  const list = 'n01440764 tench\nn02121808 cat\nn02084071 dog, domestic dog\n';
  it.each(['synset_words.txt', 'LOC_synset_mapping.txt', '../imagenet-synset_words.txt'])(
    'finds the outputs of a few WordNet ids in %s',
    async name => {
      const dataset = await folder({ ...some, [name]: list });
      expect(labelled(dataset, 3)).toEqual({ 'n02084071/1.jpg': 2, 'n02121808/2.jpg': 1 });
      // A network with just these classes has them in the order of their ids.
      expect(labelled(dataset, 2)).toEqual({ 'n02084071/1.jpg': 0, 'n02121808/2.jpg': 1 });
    },
  );
  it('refuses a few WordNet ids without a list, with the way out', async () => {
    const dataset = await folder(some);
    expect(() => labelsFor(dataset, 1000)).toThrow(
      /the data has 2 classes, the output of the model is 1000 wide. Put the list of all classes .*synset_words.txt/,
    );
  });
  it('takes the order of classes that is given, by id or name, and names a class that is not in it', async () => {
    const directory = files({ 'dog/1.jpg': 'a', 'cat/2.jpg': 'b', 'order.txt': 'dog\nfish\ncat\n' });
    const spec = { ...parseDataSpec(`folder:${directory}`), classes: join(directory, 'order.txt') };
    const dataset = await openDataset(spec as ReturnType<typeof parseDataSpec>);
    expect(labelled(dataset, 3)).toEqual({ 'cat/2.jpg': 2, 'dog/1.jpg': 0 });
    writeFileSync(join(directory, 'order.txt'), 'dog\nfish\nbird\n');
    const other = await openDataset(spec as ReturnType<typeof parseDataSpec>);
    expect(() => labelsFor(other, 3)).toThrow(
      /the class "cat" is not in the list of classes "order.txt" \(3 classes\)/,
    );
  });
  it('refuses images beside class folders', async () => {
    await expect(folder({ 'cat/1.jpg': 'a', 'loose.jpg': 'b', 'dog/1.jpg': 'c' })).rejects.toThrow(
      /1 images beside them \(loose.jpg\)/,
    );
  });
  it('shifts labels by labelOffset', async () => {
    const directory = files({
      '0/a.jpg': 'a',
      '1/b.jpg': 'b',
      'd.yaml': 'kind: folder\ndirectory: .\nlabelOffset: 1\n',
    });
    const dataset = await openDataset(parseDataSpec(join(directory, 'd.yaml')));
    expect(labelled(dataset, 3)).toEqual({ '0/a.jpg': 1, '1/b.jpg': 2 });
    expect(() => labelsFor(dataset, 2)).toThrow(/labels up to 2/);
  });
});

describe('folder with a file of labels', () => {
  const images = { 'images/a.JPEG': 'a', 'images/b.JPEG': 'b', 'images/c.JPEG': 'c' };
  const expected = { 'images/a.JPEG': 5, 'images/b.JPEG': 0, 'images/c.JPEG': 5 };
  it.each([
    ['labels.csv', 'file,label\nimages/a.JPEG,5\nimages/b.JPEG,0\nimages/c.JPEG,5\n'],
    ['labels.csv', '"images/a.JPEG","5"\r\n"images/b.JPEG","0"\r\n"images/c.JPEG","5"\r\n'],
    ['labels.csv', 'a.JPEG,5\nb.JPEG,0\nc.JPEG,5'],
    ['labels.csv', 'file,label\ra.JPEG,5\rb.JPEG,0\rc.JPEG,5\r'],
    ['labels.csv', Buffer.from('\uFEFFfile,label\r\na.JPEG,5\r\nb.JPEG,0\r\nc.JPEG,5\r\n', 'utf16le')],
    ['labels.csv', 'file;label\n"images/a.JPEG";5\nb.JPEG;0\nc.JPEG;"5"\n'],
    ['val.txt', 'a.JPEG 5\nb.JPEG 0\nc.JPEG 5\n'],
    ['val_annotations.txt', 'a.JPEG\t5\t0\t0\t62\t62\nb.JPEG\t0\t1\t2\t3\t4\nc.JPEG\t5\t0\t0\t1\t1\n'],
    ['labels.tsv', '\uFEFFimage\tlabel\nimages\\a.JPEG\t5\n./images/b.JPEG\t0\nc\t5\n'],
  ])('reads %s', async (name, text) => {
    expect(labelled(await folder({ ...images, [name]: text }), 6)).toEqual(expected);
  });
  it('reads WordNet ids with a box behind them', async () => {
    const dataset = await folder({
      ...images,
      'LOC_val_solution.csv':
        'ImageId,PredictionString\na,n02121808 1 2 3 4 \nb,n01440764 1 2 3 4 n01440764 5 6 7 8 \nc,n02121808 1 2 3 4 \n',
      'LOC_synset_mapping.txt': 'n01440764 tench\nn01443537 goldfish\nn02121808 cat\n',
    });
    expect(labelled(dataset, 3)).toEqual({ 'images/a.JPEG': 2, 'images/b.JPEG': 0, 'images/c.JPEG': 2 });
  });
  it('says which images have no label and which labels no image', async () => {
    const dataset = await folder({ ...images, 'labels.csv': 'a.JPEG,1\nb.JPEG,0\nz.JPEG,1\n' });
    expect(dataset.ids).toEqual(['images/a.JPEG', 'images/b.JPEG']);
    expect(dataset.notes).toEqual([
      '1 images of "labels.csv" are not there (z.JPEG).',
      '1 images have no line in "labels.csv" and are left out.',
    ]);
  });
  it.each([
    ['a line without a label', 'a.JPEG,1\nb.JPEG\n', /line 2 has no label, found "b.JPEG"/],
    ['two labels for one image', 'a.JPEG,1\na.JPEG,2\n', /"images\/a.JPEG" is "1" in line 1 and "2" in line 2/],
    ['no image that is there', 'x.JPEG,1\n', /it names "x.JPEG", and no such image/],
    ['nothing', '\n\n', /it names no image/],
  ])('refuses %s', async (_, text, message) => {
    await expect(folder({ ...images, 'labels.csv': text })).rejects.toThrow(message);
  });
});

describe('folder', () => {
  it('without any labels has none', async () => {
    const dataset = await folder({ 'b.jpg': 'b', 'a.jpg': 'a' });
    expect(dataset.labels).toBeNull();
    expect(dataset.ids).toEqual(['a.jpg', 'b.jpg']);
    expect(labelsFor(dataset, 1000)).toBeNull();
  });
  it('without an image, or that is not there, is refused', async () => {
    await expect(folder({ 'readme.txt': '' })).rejects.toThrow(
      /expected JPEG, PNG, WebP, GIF, TIFF, AVIF or BMP images, found none/,
    );
    await expect(openDataset(parseDataSpec(`folder:${scratch}/nowhere`))).rejects.toThrow(
      /no directory that can be read/,
    );
  });
  it('has a hash that follows names, labels and bytes, and not the place', async () => {
    const contents = { 'cat/1.jpg': 'a', 'dog/2.jpg': 'b' };
    const hash = async (given: Readonly<Record<string, string>>): Promise<string> => (await folder(given)).hash;
    const base = await hash(contents);
    expect(await hash(contents)).toBe(base);
    const others = await Promise.all([
      hash({ ...contents, 'dog/2.jpg': 'c' }),
      hash({ 'cat/1.jpg': 'a', 'dog/3.jpg': 'b' }),
      hash({ 'cat/1.jpg': 'a', 'eel/2.jpg': 'b' }),
      hash({ 'cat/1.jpg': 'ab', 'dog/2.jpg': '' }),
      hash({ ...contents, 'labels.csv': '1.jpg,0\n2.jpg,5\n' }),
    ]);
    expect(new Set([base, ...others]).size).toBe(6);
  });
});

const shared = join(import.meta.dirname, '..', '..', '..', 'shared', 'assets', 'imagenet-val350');
describe.skipIf(!existsSync(shared))('the shared ImageNet images (skipped where ../shared is absent)', () => {
  it('have 350 labels, the same when copied elsewhere', async () => {
    const dataset = await openDataset(parseDataSpec(`folder:${shared}`));
    const copy = join(scratch, 'copy');
    cpSync(shared, copy, { recursive: true });
    const again = await openDataset(parseDataSpec(`folder:${copy}`));
    expect(labelsFor(dataset, 1000)?.length).toBe(350);
    expect(again.hash).toBe(dataset.hash);
  });
});
