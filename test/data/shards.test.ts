/** ImageNet in tar shards: archives of the machine's own tar, read by their headers. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { itemsOf, loadItem } from '../../src/data/load.ts';
import { openDataset } from '../../src/data/open.ts';
import { parseDataSpec } from '../../src/data/spec.ts';
import { openSplits } from '../../src/data/splits.ts';
import { tarMembers } from '../../src/data/tar.ts';

const root = mkdtempSync(join(tmpdir(), 'rankfront-shards-'));
const at = (...names: string[]): string => join(root, ...names);
const colours = ['red', 'lime', 'blue'] as const;
const images: Buffer[] = [];

/** An archive of samples, each an image of the colour of its class, its class, and a description. */
function shard(path: string, format: string, samples: readonly (readonly [key: string, label: number])[]): void {
  const folder = mkdtempSync(join(root, 'made-'));
  const names: string[] = [];
  for (const [key, label] of samples) {
    for (const [extension, content] of [
      ['jpg', images[label] ?? Buffer.alloc(0)],
      ['cls', `${label}\n`],
      ['json', '{}'],
    ] as const) {
      const name = `${key}.${extension}`;
      mkdirSync(join(folder, name, '..'), { recursive: true });
      writeFileSync(join(folder, name), content);
      names.push(name);
    }
  }
  execFileSync('tar', [`--format=${format}`, '-cf', path, ...names], { cwd: folder });
}

const long = `${'a-long-folder/'.repeat(9)}n0${'1'.repeat(80)}`;

beforeAll(async () => {
  for (const background of colours)
    images.push(await sharp({ create: { width: 6, height: 4, channels: 3, background } }).jpeg().toBuffer()); // biome-ignore format: one line
  mkdirSync(at('net'));
  shard(at('net/imagenet-train-000000.tar'), 'ustar', [
    ['n1_1', 0],
    ['n2_1', 1],
  ]);
  shard(at('net/imagenet-train-000001.tar'), 'gnu', [[long, 2]]);
  shard(at('net/imagenet-validation-00.tar'), 'pax', [
    [long, 1],
    ['b', 0],
    ['c', 2],
  ]);
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

describe('ImageNet in tar shards', () => {
  test('has its images, classes and splits in the order of the shards', async () => {
    const { train, validation } = await openSplits(parseDataSpec(`imagenet:${at('net')}`), 0);
    expect(train.ids).toEqual([
      'imagenet-train-000000.tar/n1_1.jpg',
      'imagenet-train-000000.tar/n2_1.jpg',
      `imagenet-train-000001.tar/${long}.jpg`,
    ]);
    expect([...(train.labels ?? [])]).toEqual([0, 1, 2]);
    expect([...(validation.labels ?? [])]).toEqual([1, 0, 2]);
    expect(train.hash).not.toBe(validation.hash);
    for (const dataset of [train, validation])
      for (const [i, item] of itemsOf(dataset.source).entries()) {
        const { width, height, data } = await loadItem(item);
        expect([width, height]).toEqual([6, 4]);
        const brightest = [0, 1, 2].sort((a, b) => (data[b] ?? 0) - (data[a] ?? 0))[0];
        expect(brightest).toBe(dataset.labels?.[i]);
      }
  });

  test('finds the bytes of every member, as tar itself gives them out', () => {
    for (const name of ['imagenet-train-000000', 'imagenet-train-000001', 'imagenet-validation-00']) {
      const path = at('net', `${name}.tar`);
      const listed = execFileSync('tar', ['-tf', path], { encoding: 'utf8' }).trim().split('\n');
      const members = tarMembers(path);
      expect(members.map(member => member.name)).toEqual(listed);
      const whole = readFileSync(path);
      for (const member of members) {
        const given = execFileSync('tar', ['-xOf', path, member.name]);
        expect(whole.subarray(member.offset, member.offset + member.bytes).equals(given)).toBe(true);
      }
    }
  });

  test('names an archive that is cut short, none at all, and images without a class', async () => {
    mkdirSync(at('cut'));
    shard(at('cut/val-0.tar'), 'ustar', [['a', 0]]);
    truncateSync(at('cut/val-0.tar'), 700);
    await expect(openDataset(parseDataSpec(`imagenet:${at('cut')}`))).rejects.toThrow(/val-0\.tar": it is cut short/);
    mkdirSync(at('text'));
    writeFileSync(at('text/val.tar'), 'no archive'.repeat(100));
    await expect(openDataset(parseDataSpec(`imagenet:${at('text')}`))).rejects.toThrow('it is no tar archive');
    mkdirSync(at('bare'));
    writeFileSync(at('x.jpg'), images[0] ?? '');
    execFileSync('tar', ['-cf', at('bare/val.tar'), 'x.jpg'], { cwd: root });
    await expect(openDataset(parseDataSpec(`imagenet:${at('bare')}`))).rejects.toThrow(
      'none of its 1 images has a class',
    );
  });
});
