import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, describe, expect, it } from 'vitest';
import { namedAugmentation, noAugmentation } from '../../../src/data/augment/augmentation.ts';
import type { Dataset } from '../../../src/data/dataset.ts';
import { itemsOf, loadItem } from '../../../src/data/load.ts';
import { normalizationTable } from '../../../src/data/normalize.ts';
import { openDataset } from '../../../src/data/open.ts';
import { openShapes } from '../../../src/data/shapes/open.ts';
import { parseDataSpec, type ShapesSpec } from '../../../src/data/spec.ts';
import { transformed } from '../../../src/data/transform.ts';
import { type LoadedBatch, type LoaderOptions, openLoader } from '../../../src/train/loader/loader.ts';
import { epochOrder } from '../../../src/train/loader/order.ts';

const spec = { ...(parseDataSpec('shapes:5') as ShapesSpec), trainImages: 50 };
const shapes = openShapes(spec, 'train');
const transform = { resize: 32, height: 32, width: 32 };
const reading = { transform, table: normalizationTable('unit'), channels: 'rgb', layout: 'nchw' } as const;

const options = (more: Partial<LoaderOptions> = {}): LoaderOptions => ({
  dataset: shapes,
  labels: shapes.labels!,
  classes: 10,
  reading,
  augmentation: namedAugmentation('strong', 32),
  batch: 8,
  seed: 7,
  threads: 1,
  maxUnreadable: 0,
  ...more,
});

async function all(more: Partial<LoaderOptions>, place = { epoch: 0, batch: 0 }, epochs = 2): Promise<LoadedBatch[]> {
  const loader = await openLoader(options(more));
  try {
    loader.begin(place, epochs);
    const batches: LoadedBatch[] = [];
    for (let next = await loader.next(); next; next = await loader.next()) batches.push(next);
    return batches;
  } finally {
    await loader.close();
  }
}
const contents = (batches: readonly LoadedBatch[]) => batches.map(({ place, batch }) => ({ place, batch }));

describe('the loader', () => {
  it('gives the same batches however many threads make them', async () => {
    const one = await all({ threads: 1 });
    expect(one).toHaveLength(12); // 50 images are 6 batches of 8, and 2 left over
    expect(contents(await all({ threads: 3, ahead: 7 }))).toEqual(contents(one));
  });
  it('taken up in the middle goes on as if it had not stopped', async () => {
    const whole = contents(await all({}));
    expect(contents(await all({}, { epoch: 1, batch: 2 }))).toEqual(whole.slice(8));
  });
  it('shows each image once per epoch, in another order each time, and as a network is scored on it', async () => {
    const batches = await all({ augmentation: noAugmentation, batch: 10 });
    const items = itemsOf(shapes.source);
    for (const epoch of [0, 1]) {
      const order = epochOrder(50, 7, epoch);
      expect(new Set(order).size).toBe(50);
      const own = batches.filter(({ place }) => place.epoch === epoch);
      for (const [n, { batch }] of own.entries()) {
        const samples = [...order.subarray(10 * n, 10 * n + 10)];
        expect(batch.targets).toEqual({ kind: 'labels', labels: Int32Array.from(samples, i => shapes.labels![i]!) });
        const planes = transformed(await loadItem(items[samples[3]!]!), transform);
        const input = batch.images.subarray(3 * 3072, 4 * 3072);
        expect([...input]).toEqual(Array.from(planes, value => Math.fround(value / 255)));
      }
    }
    expect([...epochOrder(50, 7, 0)]).not.toEqual([...epochOrder(50, 7, 1)]);
  });
  it('gives a network of rows of pixels the same strong batches as one of planes', async () => {
    const planes = await all({}, undefined, 1);
    const pixels = await all({ reading: { ...reading, layout: 'nhwc' } }, undefined, 1);
    for (const [n, { batch }] of pixels.entries()) {
      const other = planes[n]!.batch;
      expect(batch.targets).toEqual(other.targets);
      for (let i = 0; i < batch.images.length; i += 101) {
        const within = i % 3072;
        expect(batch.images[i]).toBe(other.images[i - within + (within % 3) * 1024 + Math.floor(within / 3)]);
      }
    }
  });
  it('gives soft targets where images are mixed', async () => {
    const [first] = await all({});
    const { targets } = first!.batch;
    if (targets.kind !== 'soft') throw new Error('expected soft targets');
    for (let i = 0; i < 8; i++)
      expect(targets.probabilities.subarray(10 * i, 10 * i + 10).reduce((a, b) => a + b)).toBeCloseTo(1, 6);
  });
  it('shows plain images from the epoch on that is asked for', async () => {
    const [strong, usual] = [await all({}), await all({ augmentation: namedAugmentation('default', 32) })];
    const mixed = contents(await all({ plainFrom: 1 }));
    expect(mixed).toEqual([...contents(strong).slice(0, 6), ...contents(usual).slice(6)]);
  });
  it('refuses a batch that is larger than the dataset', async () => {
    await expect(openLoader(options({ batch: 51 }))).rejects.toThrow(
      'Cannot train with --batch 51: there are only 50 training images.',
    );
  });
});

describe('images in files', () => {
  const folder = mkdtempSync(join(tmpdir(), 'rankfront-loader-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  async function images(damaged: number): Promise<Dataset> {
    for (let i = 0; i < 24; i++) {
      const png = await sharp({
        create: { width: 20 + i, height: 30, channels: 3, background: { r: 10 * i, g: 0, b: 0 } },
      })
        .png()
        .toBuffer();
      writeFileSync(join(folder, `${String(i).padStart(2, '0')}.png`), i < damaged ? 'damaged' : png);
    }
    writeFileSync(
      join(folder, 'labels.csv'),
      Array.from({ length: 24 }, (_, i) => `${String(i).padStart(2, '0')}.png,${i}`).join('\n'),
    );
    return openDataset(parseDataSpec(`folder:${folder}`));
  }

  it('that are damaged are replaced by a neighbour with its label, up to a limit', async () => {
    const dataset = await images(2);
    const more = { dataset, labels: dataset.labels!, classes: 24, augmentation: noAugmentation };
    const batches = await all({ ...more, batch: 6 }, { epoch: 0, batch: 0 }, 1);
    const labels = batches.flatMap(({ batch }) => (batch.targets.kind === 'labels' ? [...batch.targets.labels] : []));
    const reds = batches.flatMap(({ batch }) =>
      Array.from({ length: 6 }, (_, i) => batch.images[i * 3072 + 500]! * 25.5),
    );
    expect(labels).toHaveLength(24);
    expect(reds.map(Math.round)).toEqual(labels);
    expect(labels).not.toContain(0);
    expect(new Set(labels).size).toBe(22);
    const gone = await images(24);
    await expect(all({ ...more, dataset: gone, batch: 2 }, { epoch: 0, batch: 0 }, 1)).rejects.toMatchObject({
      name: 'UserError',
      message: expect.stringMatching(/^Cannot train on the data: 2 of the first 2 images are unreadable: /),
    });
    const many = await images(9);
    await expect(all({ ...more, dataset: many, batch: 12 }, { epoch: 0, batch: 0 }, 1)).rejects.toThrow(
      /Cannot train on the data: \d of the first \d+ images are unreadable: /,
    );
  });
});
