/** Real files and links: every file counts once, and what is left out is named. */
import { execFileSync } from 'node:child_process';
import { linkSync, mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { Dataset } from '../../src/data/dataset.ts';
import { openDataset } from '../../src/data/open.ts';
import { sharedImages } from '../../src/data/shared-images.ts';
import { parseDataSpec } from '../../src/data/spec.ts';
import { openSplits } from '../../src/data/splits.ts';

const scratch = mkdtempSync(join(tmpdir(), 'rankfront-listing-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

interface Tree {
  readonly data: string;
  /** A path in the dataset's folder; `../x` lies beside it. */
  readonly at: (name: string) => string;
}

/** Classes c0 and c1 with three images each. */
let next = 0;
function tree(): Tree {
  const data = join(scratch, String(next++), 'data');
  for (const folder of ['c0', 'c1']) {
    mkdirSync(join(data, folder), { recursive: true });
    for (const i of [1, 2, 3]) writeFileSync(join(data, folder, `${i}.jpg`), `${folder} ${i}`);
  }
  return { data, at: name => join(data, name) };
}
const open = ({ data }: Tree): Promise<Dataset> => openDataset(parseDataSpec(`folder:${data}`));
const labels = ({ ids, labels: found }: Dataset): Record<string, number> =>
  Object.fromEntries(ids.map((id, i) => [id, found?.[i] ?? -1]));
const six = { 'c0/1.jpg': 0, 'c0/2.jpg': 0, 'c0/3.jpg': 0, 'c1/1.jpg': 1, 'c1/2.jpg': 1, 'c1/3.jpg': 1 };

const linked: readonly [name: string, make: (at: Tree['at']) => void, note: RegExp][] = [
  ['to the folder above', at => symlinkSync('..', at('c0/l')), /not followed: c0\/l\.$/],
  ['to a folder above the dataset', at => symlinkSync('../../..', at('c0/l')), /not followed: c0\/l\.$/],
  ['to the root of the file system', at => symlinkSync('/', at('c1/l')), /not followed: c1\/l\.$/],
  ['to its own folder, beside the classes', at => symlinkSync('.', at('c2')), /not followed: c2\.$/],
  ['to another class', at => symlinkSync('../c1', at('c0/l')), /counts once: c0\/l is c1\.$/],
  ['to an image of another class', at => symlinkSync('../c1/2.jpg', at('c0/x.jpg')), /: c0\/x.jpg is c1\/2.jpg\.$/],
  ['to an image of the same class', at => symlinkSync('1.jpg', at('c0/x.jpg')), /: c0\/x.jpg is c0\/1.jpg\.$/],
  ['as a hard link', at => linkSync(at('c0/1.jpg'), at('c0/x.jpg')), /: c0\/x.jpg is c0\/1.jpg\.$/],
  [
    'in a circle outside',
    at => {
      mkdirSync(at('../outside'));
      symlinkSync(at('.'), at('../outside/back'));
      symlinkSync('.', at('../outside/self'));
      symlinkSync('../../outside', at('c0/l'));
    },
    /not followed: c0\/l\/back, c0\/l\/self\.$/,
  ],
  ['to nowhere', at => symlinkSync('/nowhere/at/all', at('c2')), /lead nowhere are left out: c2\.$/],
  ['to each other', at => [symlinkSync('b', at('c0/a')), symlinkSync('a', at('c0/b'))], /: c0\/a, c0\/b\.$/],
];
test.each(linked)('a link %s changes neither images nor labels, and is named', async (_, make, note) => {
  const made = tree();
  make(made.at);
  const dataset = await open(made);
  expect(labels(dataset)).toEqual(six);
  expect(dataset.notes.join('\n')).toMatch(note);
  expect(dataset.hash).toBe((await open(tree())).hash);
});

test('a folder that many links lead to is walked once', async () => {
  const made = tree();
  // Without that, the paths would double from folder to folder: 2^40 of them.
  for (let i = 0; i < 40; i++) {
    mkdirSync(made.at(`../chain${i}`));
    for (const name of ['a', 'b']) symlinkSync(`../chain${i + 1}`, made.at(`../chain${i}/${name}`));
  }
  symlinkSync('../../chain0', made.at('c0/l'));
  expect(labels(await open(made))).toEqual(six);
});

test('links to images and folders outside are followed', async () => {
  const { data, at } = tree();
  renameSync(at('c0'), at('../pool'));
  symlinkSync('../pool', at('c0'));
  renameSync(at('c1/1.jpg'), at('../one.jpg'));
  symlinkSync('../../one.jpg', at('c1/1.jpg'));
  const dataset = await open({ data, at });
  expect(labels(dataset)).toEqual(six);
  expect(dataset.notes).toEqual([]);
});

test('an image that nothing but links puts in two classes is in none', async () => {
  const made = tree();
  linkSync(made.at('c0/1.jpg'), made.at('c1/x.jpg'));
  writeFileSync(made.at('../one.jpg'), 'outside');
  for (const folder of ['c0', 'c1']) symlinkSync('../../one.jpg', made.at(`${folder}/one.jpg`));
  const dataset = await open(made);
  const { 'c0/1.jpg': _, ...others } = six;
  expect(labels(dataset)).toEqual(others);
  expect(dataset.notes).toEqual([
    '2 images are left out, being in two classes by links: c1/one.jpg is c0/one.jpg, c1/x.jpg is c0/1.jpg.',
  ]);
});

test('a class that would be left without an image is refused: those after it would stand for other outputs', async () => {
  const twice = tree();
  renameSync(twice.at('c0'), twice.at('../pool'));
  for (const name of ['a', 'b']) symlinkSync('../pool', twice.at(name));
  await expect(open(twice)).rejects.toThrow(/every image of "b" is in another class too \(b is a\)/);
  const alias = tree();
  symlinkSync('c0', alias.at('c2'));
  await expect(open(alias)).rejects.toThrow(/every image of "c2" is in another class too \(c2 is c0\)/);
});

test('a list of labels may name images by their links, and each counts once', async () => {
  const made = tree();
  symlinkSync('c0', made.at('linked'));
  symlinkSync('../c1/1.jpg', made.at('c1/other.jpg'));
  writeFileSync(made.at('labels.csv'), 'linked/1.jpg,0\nc0/1.jpg,0\nother.jpg,1\nc1/2.jpg,1\n');
  const dataset = await open(made);
  expect(labels(dataset)).toEqual({ 'c0/1.jpg': 0, 'c1/1.jpg': 1, 'c1/2.jpg': 1 });
  expect(dataset.notes.join('\n')).toMatch(/1 lines of "labels.csv" name an image again/);
  writeFileSync(made.at('labels.csv'), 'linked/1.jpg,0\nc0/1.jpg,1\n');
  await expect(open(made)).rejects.toThrow(/"c0\/1.jpg" is "0" in line 1 and "1" in line 2/);
});

test('images without classes count once as well', async () => {
  const { data, at } = tree();
  const folder = join(data, 'c0');
  symlinkSync('1.jpg', at('c0/0.jpg'));
  linkSync(at('c0/2.jpg'), at('c0/9.jpg'));
  const dataset = await openDataset(parseDataSpec(`folder:${folder}`));
  expect(dataset.ids).toEqual(['1.jpg', '2.jpg', '3.jpg']);
  expect(dataset.labels).toBeNull();
});

test('a pipe, a device and images of other formats are left out and named once', async () => {
  const made = tree();
  execFileSync('mkfifo', [made.at('c0/pipe.jpg')]);
  symlinkSync('/dev/zero', made.at('c1/zero.png'));
  for (const name of ['c0/a.heif', 'c0/b.HEIC', 'c1/c.heic']) writeFileSync(made.at(name), '');
  const dataset = await open(made);
  expect(labels(dataset)).toEqual(six);
  expect(dataset.notes).toEqual([
    '2 images are left out, being no ordinary files: c0/pipe.jpg is a named pipe (FIFO), c1/zero.png is a character device.',
    'Images in formats that are not read are left out (2 .heic, 1 .heif). Convert them to PNG.',
  ]);
});

test.each(['labels.csv', 'classes.txt'])('a pipe as %s is an error, and nothing waits for it', async name => {
  const made = tree();
  execFileSync('mkfifo', [made.at(name)]);
  await expect(open(made)).rejects.toThrow(/expected a file, found a named pipe/);
  rmSync(made.at(name));
  symlinkSync('/nowhere/at/all', made.at(name));
  await expect(open(made)).rejects.toThrow(/there is no such file/);
});

test('ImageNet: links within its classes, and a pipe as a dataset YAML', async () => {
  const { at } = tree();
  for (const part of ['train', 'val'])
    for (const id of ['n00000001', 'n00000002']) {
      mkdirSync(at(`net/${part}/${id}`), { recursive: true });
      writeFileSync(at(`net/${part}/${id}/1.JPEG`), `${part} ${id}`);
    }
  symlinkSync('..', at('net/val/n00000001/l'));
  symlinkSync('../n00000002/1.JPEG', at('net/val/n00000001/2.JPEG'));
  execFileSync('mkfifo', [at('net/val/n00000001/3.JPEG')]);
  const dataset = await openDataset(parseDataSpec(`imagenet:${at('net')}`));
  expect(labels(dataset)).toEqual({ 'n00000001/1.JPEG': 0, 'n00000002/1.JPEG': 1 });
  const notes = dataset.notes.join('\n');
  expect(notes).toContain('n00000001/2.JPEG is n00000002/1.JPEG');
  expect(notes).toContain('n00000001/3.JPEG is a named pipe');
  execFileSync('mkfifo', [at('data.yaml')]);
  expect(() => parseDataSpec(at('data.yaml'))).toThrow(/expected a file, found a named pipe/);
});

test('images that links share are found in both datasets, and a network is not scored on what it was trained on', async () => {
  const one = tree();
  const other = tree();
  rmSync(other.at('c0/1.jpg'));
  symlinkSync(one.at('c0/1.jpg'), other.at('c0/1.jpg'));
  expect(sharedImages(await open(one), await open(other))).toBe(1);
  const { at } = tree();
  mkdirSync(at('parted'));
  renameSync(at('c0'), at('parted/c0'));
  renameSync(at('c1'), at('parted/c1'));
  mkdirSync(at('both'));
  for (const part of ['train', 'val']) symlinkSync('../parted', at(`both/${part}`));
  await expect(openSplits(parseDataSpec(`folder:${at('both')}`), 0)).rejects.toThrow(
    /6 of the 6 validation images are training images too/,
  );
});
