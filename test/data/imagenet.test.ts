import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { labelsFor } from '../../src/data/labels-for.ts';
import { openDataset } from '../../src/data/open.ts';
import { parseDataSpec } from '../../src/data/spec.ts';
import { openSplits } from '../../src/data/splits.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'rankfront-imagenet-'));
  for (const id of ids) file(`train/${id}/${id}_1.JPEG`);
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const ids = ['n00000001', 'n00000002', 'n00000003'];
function file(path: string, text = 'no image yet'): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}
const open = () => openDataset(parseDataSpec(`imagenet:${root}`));
function flat(): void {
  for (const i of [1, 2, 3, 4]) file(`val/ILSVRC2012_val_0000000${i}.JPEG`);
}

describe('imagenet', () => {
  it('takes classes from the training folders, also for validation folders that lack some', async () => {
    file('val/n00000003/x.JPEG');
    file('val/n00000002/y.JPEG');
    const { train, validation } = await openSplits(parseDataSpec(`imagenet:${root}`), 0);
    expect(train.ids).toEqual(ids.map(id => `${id}/${id}_1.JPEG`));
    expect([...train.labels!]).toEqual([0, 1, 2]);
    expect([...validation.labels!]).toEqual([1, 2]);
    expect([...labelsFor(validation, 3)!]).toEqual([1, 2]);
    file('val/n00000009/z.JPEG');
    await expect(open()).rejects.toThrow('its class "n00000009" is not among the 3 classes of the training set');
  });

  it('without an image to score on is refused', async () => {
    mkdirSync(join(root, 'val/n00000001'), { recursive: true });
    await expect(openSplits(parseDataSpec(`imagenet:${root}`), 0)).rejects.toThrow(
      /^Cannot train: there is no image to score on \(0 images of 3 classes in .*val\)\. Put the validation images there/,
    );
  });

  it('reads the numbers of the kit by its table: a MATLAB file, or text', async () => {
    flat();
    // The table of the fixture, made by scipy: 1 is n00000003, 2 is n00000001, 3 is n00000002, 4 an inner node.
    file('ILSVRC2012_validation_ground_truth.txt', '1\n3\n2\n1\n');
    await expect(open()).rejects.toThrow('its numbers mean nothing without the list of classes');
    copyFileSync(new URL('./fixtures/meta.mat', import.meta.url), join(root, 'meta.mat'));
    expect([...(await open()).labels!]).toEqual([2, 1, 0, 2]);
    file('map_clsloc.txt', 'n00000001 1 a\nn00000002 2 b\nn00000003 3 c\n');
    expect([...(await open()).labels!]).toEqual([0, 2, 1, 0]);
  });

  it("reads Kaggle's answers", async () => {
    flat();
    file(
      'LOC_val_solution.csv',
      'ImageId,PredictionString\nILSVRC2012_val_00000002,n00000001 1 2 3 4\nILSVRC2012_val_00000001,n00000003 1 2 3 4 n00000003 1 1 1 1\n' +
        'ILSVRC2012_val_00000004,n00000002 1 2 3 4\nILSVRC2012_val_00000003,n00000002 1 2 3 4\n',
    );
    expect([...(await open()).labels!]).toEqual([2, 0, 1, 1]);
  });

  it('says what is missing or does not fit', async () => {
    await expect(open()).rejects.toThrow(/there is no folder "val"/);
    flat();
    await expect(open()).rejects.toThrow(/there is no ground truth/);
    file('ILSVRC2012_validation_ground_truth.txt', '1\n2\n');
    await expect(open()).rejects.toThrow('it has 2 lines, and there are 4 images');
    file('ILSVRC2012_validation_ground_truth.txt', '1\n2\n3\n99\n');
    file('map_clsloc.txt', 'n00000001 1 a\nn00000002 2 b\nn00000003 3 c\n');
    await expect(open()).rejects.toThrow('line 4 is "99", expected the number of a class');
  });
});
