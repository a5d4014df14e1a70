/** The kept list of a training set: taken when nothing changed, and made anew when anything did. */
import { mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { listedFiles } from '../../src/data/listing-index.ts';
import { parseDataSpec } from '../../src/data/spec.ts';
import { openSplits } from '../../src/data/splits.ts';

let root: string;
const classes = ['n00000001', 'n00000002'];
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'rankfront-listing-'));
  for (const name of ['n00000001/a.JPEG', 'n00000001/b.JPEG', 'n00000002/c.JPEG']) file(`train/${name}`, name);
  file('val/n00000001/v.JPEG', 'v');
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function file(name: string, text: string): void {
  mkdirSync(dirname(join(root, name)), { recursive: true });
  writeFileSync(join(root, name), text);
}
const opened = async (kept: boolean) => {
  const { train } = await openSplits(
    parseDataSpec(`imagenet:${root}`),
    0,
    kept ? { listings: join(root, 'kept') } : {},
  );
  return { ids: train.ids, hash: train.hash };
};

test('the data are the same with a list and without, before and after a change', async () => {
  const plain = await opened(false);
  expect(await opened(true)).toEqual(plain);
  expect(readdirSync(join(root, 'kept'))).toHaveLength(1);
  expect(await opened(true)).toEqual(plain);

  file('train/n00000002/d.JPEG', 'one more');
  const more = await opened(false);
  expect(more.ids).toHaveLength(4);
  expect(await opened(true)).toEqual(more);

  rmSync(join(root, 'train/n00000001/a.JPEG'));
  const less = await opened(false);
  expect(await opened(true)).toEqual(less);

  // Written over in its place: the folder does not tell, and its size does.
  file('train/n00000001/b.JPEG', 'another size altogether');
  const other = await opened(false);
  expect(other.hash).not.toBe(less.hash);
  expect(await opened(true)).toEqual(other);
});

test('nothing is listed again while nothing changes, and a damaged list is no list', () => {
  const folder = join(root, 'train');
  let listed = 0;
  const list = () => {
    listed++;
    return { ids: ['n00000001/a.JPEG', 'n00000001/b.JPEG', 'n00000002/c.JPEG'], notes: ['a note'] };
  };
  const kept = join(root, 'kept');
  const first = listedFiles(folder, classes, kept, list);
  expect(first.sizes).toEqual([16, 16, 16]);
  expect(listedFiles(folder, classes, kept, list)).toMatchObject(first);
  expect(listed).toBe(1);
  utimesSync(join(folder, 'n00000002'), 1, 1);
  listedFiles(folder, classes, kept, list);
  expect(listed).toBe(2);
  listedFiles(folder, classes.slice(0, 1), kept, list);
  expect(listed).toBe(3);
  writeFileSync(join(kept, readdirSync(kept)[0] ?? ''), '{"version":1');
  listedFiles(folder, classes, kept, list);
  expect(listed).toBe(4);
  listedFiles(folder, classes, null, list);
  expect(listed).toBe(5);
});
