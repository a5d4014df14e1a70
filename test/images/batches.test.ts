import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { normalizationTable } from '../../src/data/normalize.ts';
import type { ImageBatchSource } from '../../src/images/batch-source.ts';
import { type BatchKeeper, batchKeeper } from '../../src/images/batches.ts';
import type { ImageInput } from '../../src/runtime/model-interface.ts';

const scratch = mkdtempSync(join(tmpdir(), 'rankfront-batches-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));
const path = join(scratch, 'pixels');
const length = 3 * 2 * 2;
const write = (first: number): void =>
  writeFileSync(
    path,
    Uint8Array.from({ length: 6 * length }, (_, i) => first + i),
  );
const input: ImageInput = { name: 'x', type: 'float32', layout: 'nchw', channels: 3, batch: null, height: 2, width: 2 };
const images = (positions: readonly number[], normalize: 'none' | 'unit' = 'none'): ImageBatchSource => ({
  path,
  height: 2,
  width: 2,
  positions: Int32Array.from(positions),
  table: normalizationTable(normalize),
  channels: 'rgb',
});
/** The first value of each image, batch by batch, rounded. */
function firsts(keeper: BatchKeeper, source: ImageBatchSource, size = 2): number[][] {
  const batches = keeper.open(source, input, size);
  const result: number[][] = [];
  for (let index = 0; index < batches.count; index++) {
    const data = batches.at(index);
    result.push(Array.from({ length: size }, (_, i) => Math.round(data[i * length] ?? -1)));
  }
  batches.close();
  return result;
}

describe('batchKeeper', () => {
  it('fills batches in order, with zeros where images are left over', () => {
    write(0);
    expect(firsts(batchKeeper(), images([4, 0, 1]))).toEqual([
      [48, 0],
      [12, 0],
    ]);
  });
  it('fills the same request once, and another one anew', () => {
    write(0);
    const keeper = batchKeeper();
    firsts(keeper, images([1, 2]));
    write(100);
    expect(firsts(keeper, images([1, 2]))).toEqual([[12, 24]]);
    expect(firsts(keeper, images([2, 1]))).toEqual([[124, 112]]);
    expect(firsts(keeper, images([2, 1], 'unit'))).toEqual([[0, 0]]);
    expect(firsts(keeper, images([1, 2]))).toEqual([[112, 124]]);
  });
  it('keeps nothing beyond its limit, and nothing stale after it', () => {
    write(0);
    const twoImages = 2 * length * 4;
    const keeper = batchKeeper(twoImages);
    firsts(keeper, images([1, 2]));
    expect(firsts(keeper, images([0, 1, 2, 3]))).toEqual([
      [0, 12],
      [24, 36],
    ]);
    write(100);
    expect(firsts(keeper, images([0, 1, 2, 3]))).toEqual([
      [100, 112],
      [124, 136],
    ]);
    expect(firsts(keeper, images([1, 2]))).toEqual([[112, 124]]);
  });
});
