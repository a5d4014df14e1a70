import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, expect, test } from 'vitest';
import type { Dataset } from '../../../src/data/dataset.ts';
import { normalizationTable } from '../../../src/data/normalize.ts';
import { openDataset } from '../../../src/data/open.ts';
import { parseDataSpec } from '../../../src/data/spec.ts';
import { openValidation, type ValidationBatches } from '../../../src/train/loader/validation.ts';
import type { Batch } from '../../../src/train/trainer.ts';

const folder = mkdtempSync(join(tmpdir(), 'rankfront-validation-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const count = 11;
const damaged = [0, 4, 5, 6, 7];

/** Image i is a plane of red i x 10; some are no images at all. */
async function folderOfPlanes(maxUnreadable: number) {
  for (let i = 0; i < count; i++) {
    const background = { r: 10 * i, g: 0, b: 0 };
    const png = await sharp({ create: { width: 9, height: 8, channels: 3, background } })
      .png()
      .toBuffer();
    writeFileSync(join(folder, `${String(i).padStart(2, '0')}.png`), damaged.includes(i) ? 'damaged' : png);
  }
  const lines = Array.from({ length: count }, (_, i) => `${String(i).padStart(2, '0')}.png,${i}`);
  writeFileSync(join(folder, 'labels.csv'), lines.join('\n'));
  const yaml = join(folder, 'data.yaml');
  writeFileSync(yaml, `kind: folder\ndirectory: ${folder}\nmaxUnreadable: ${maxUnreadable}\n`);
  return openDataset(parseDataSpec(yaml));
}

const open = (dataset: Dataset) =>
  openValidation({
    dataset,
    labels: dataset.labels!,
    classes: count,
    reading: {
      transform: { resize: null, height: 4, width: 4 },
      table: normalizationTable('none'),
      channels: 'rgb',
      layout: 'nchw',
    },
    batch: 4,
    threads: 2,
  });
const read = async (validation: ValidationBatches): Promise<Batch[]> => {
  const batches: Batch[] = [];
  for await (const batch of validation.batches()) batches.push(batch);
  return batches;
};

test('every readable image comes once, in its order, with its own label; batches without any are left out', async () => {
  const validation = await open(await folderOfPlanes(0.5));
  try {
    const batches = await read(validation);
    const labels = batches.map(({ targets }) => (targets.kind === 'labels' ? [...targets.labels] : []));
    expect(labels).toEqual([
      [1, 2, 3],
      [8, 9, 10],
    ]);
    for (const [b, { images, count: own }] of batches.entries()) {
      expect(own).toBe(labels[b]!.length);
      expect(images).toHaveLength(own * 3 * 16);
      for (let i = 0; i < own; i++) expect(images[i * 48 + 5]).toBe(10 * labels[b]![i]!);
    }
    expect(await read(validation)).toEqual(batches);
    expect(validation.unreadable()).toMatchObject({ images: 5, example: expect.stringMatching(/^00\.png \(/) });
  } finally {
    await validation.close();
  }
});

test('more unreadable images than the dataset allows are refused', async () => {
  const validation = await open(await folderOfPlanes(0.3));
  try {
    await expect(read(validation)).rejects.toMatchObject({
      name: 'UserError',
      message: expect.stringMatching(/^Cannot score on the data: 5 of 11 validation images are unreadable: 00\.png \(/),
      wayOut: expect.stringContaining('maxUnreadable'),
    });
  } finally {
    await validation.close();
  }
});
