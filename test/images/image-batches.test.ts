import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { normalizationTable } from '../../src/data/normalize.ts';
import { batchKeeper } from '../../src/images/batches.ts';
import { imageBatches } from '../../src/images/image-batches.ts';
import type { ImageInput } from '../../src/runtime/model-interface.ts';

const scratch = mkdtempSync(join(tmpdir(), 'rankfront-image-batches-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));
const path = join(scratch, 'pixels');
const [height, width] = [2, 4];
const length = 3 * height * width;
/** Image i holds the value i everywhere. */
writeFileSync(
  path,
  Uint8Array.from({ length: 7 * length }, (_, i) => Math.floor(i / length)),
);
const source = (count: number) => ({
  path,
  height,
  width,
  positions: Int32Array.from({ length: count }, (_, i) => i),
  table: normalizationTable('none'),
  channels: 'rgb' as const,
});
const input = (batch: number | null, layout: ImageInput['layout'] = 'nchw'): ImageInput => ({
  name: 'x',
  type: 'float32',
  layout,
  channels: 3,
  batch,
  height,
  width,
});

interface Seen {
  readonly range: readonly [number, number];
  readonly dims: readonly number[];
  readonly firsts: readonly number[];
}

function seen(count: number, into: ImageInput, wanted: number, leftOver: 'fill up' | 'leave out'): Seen[] {
  const found: Seen[] = [];
  for (const { from, to, data, dims } of imageBatches(batchKeeper(), source(count), into, wanted, leftOver)) {
    expect(data).toHaveLength(dims.reduce((product, size) => product * size, 1));
    found.push({
      range: [from, to],
      dims,
      firsts: Array.from({ length: dims[0] ?? 0 }, (_, i) => Math.round(data[i * length] ?? -1)),
    });
  }
  return found;
}

describe('imageBatches', () => {
  it('gives a dynamic batch dimension what is left over, whatever is asked', () => {
    const expected = [
      { range: [0, 3], dims: [3, 3, 2, 4], firsts: [0, 1, 2] },
      { range: [3, 5], dims: [2, 3, 2, 4], firsts: [3, 4] },
    ];
    expect(seen(5, input(null), 3, 'fill up')).toEqual(expected);
    expect(seen(5, input(null), 3, 'leave out')).toEqual(expected);
  });

  it('fills up a fixed one with zeros, or leaves out what does not fill it', () => {
    const whole = { range: [0, 3], dims: [3, 3, 2, 4], firsts: [0, 1, 2] };
    const rest = { range: [3, 5], dims: [3, 3, 2, 4], firsts: [3, 4, 0] };
    expect(seen(5, input(3), 100, 'fill up')).toEqual([whole, rest]);
    expect(seen(5, input(3), 100, 'leave out')).toEqual([whole]);
    expect(seen(2, input(3), 100, 'leave out')).toEqual([]);
  });

  it('has the shape of the layout, and no larger batch than there are images', () => {
    expect(seen(2, input(null, 'nhwc'), 16, 'fill up').map(({ dims }) => dims)).toEqual([[2, 2, 4, 3]]);
  });

  it('closes its file when the caller stops early', () => {
    let closed = 0;
    const inner = batchKeeper();
    const keeper = {
      open: (...given: Parameters<typeof inner.open>) => {
        const batches = inner.open(...given);
        const close = (): void => {
          closed++;
          batches.close();
        };
        return { ...batches, close };
      },
    };
    for (const { index } of imageBatches(keeper, source(6), input(null), 2, 'fill up')) if (index === 1) break;
    expect(closed).toBe(1);
  });
});
