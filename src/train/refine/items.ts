/** The images that a candidate is refined on, in memory as the networks take them, and drawn from there with small changes. */
import { type Attempt, complete, failed } from '../../errors/failure.ts';
import type { BatchSource } from '../../images/batch-source.ts';
import { batchKeeper } from '../../images/batches.ts';
import { openFeeds } from '../../images/feeds.ts';
import type { Rng } from '../../random/rng.ts';
import { onlyImage, type TensorDescription } from '../../runtime/model-interface.ts';

export interface Items {
  readonly count: number;
  /** The sizes of one item, by input. */
  readonly dims: ReadonlyMap<string, readonly number[]>;
  /** Items side by side, by input, in the order given; with `rng` each is mirrored or moved a little, where they are images. */
  batch(places: readonly number[], rng: Rng | null): ReadonlyMap<string, Float32Array>;
}

/** What is kept in memory at most; of larger images fewer are taken. */
const mostBytes = 2 ** 30;
/** By which share of its height and width an image is moved at most, as in training on small images. */
const mostMoved = 1 / 8;

/** Fails where an input takes anything but float32, items are of different sizes, or they cannot lie side by side in a batch. */
export function loadItems(source: BatchSource, inputs: readonly TensorDescription[]): Attempt<Items> {
  if ('tensors' in source && source.whole)
    return failed('runtime-rejected', 'its inputs have no batch dimension in common');
  const fed = openFeeds(batchKeeper(0), source, inputs);
  if (fed.state === 'failed') return fed;
  const kept = new Map<string, Float32Array[]>();
  const dims = new Map<string, readonly number[]>();
  let count = 0;
  let bytes = 0;
  for (const { from, to, feeds } of fed.value.batches(16, 'leave out')) {
    for (const [name, { type, data, dims: sizes }] of Object.entries(feeds)) {
      if (type !== 'float32') return failed('runtime-rejected', `the input "${name}" takes ${type}, not float32`);
      const item = sizes.slice(1);
      const known = dims.get(name);
      if (known && String(known) !== String(item))
        return failed('runtime-rejected', `items of different sizes are there for the input "${name}"`);
      dims.set(name, item);
      const size = item.reduce((product, each) => product * each, 1);
      const numbers = data as Float32Array;
      const list = kept.get(name) ?? [];
      for (let i = 0; i < to - from; i++) list.push(numbers.slice(i * size, (i + 1) * size));
      kept.set(name, list);
      bytes += 4 * size * (to - from);
    }
    count += to - from;
    if (bytes > mostBytes) break;
  }
  if (count === 0) return failed('runtime-rejected', 'there was no image to look at');
  const image = 'tensors' in source ? null : onlyImage(inputs);
  const layout = image?.state === 'complete' ? image.value.layout : null;
  return complete({
    count,
    dims,
    batch: (places, rng) => {
      const changes = places.map(() => (rng && layout ? drawnChange(rng) : null));
      return new Map(
        [...kept].map(([name, list]) => {
          const size = list[0]?.length ?? 0;
          const all = new Float32Array(places.length * size);
          for (const [i, place] of places.entries()) {
            const item = list[place] ?? new Float32Array(size);
            const change = changes[i];
            const out = all.subarray(i * size, (i + 1) * size);
            if (change && layout) changed(out, item, dims.get(name) ?? [], layout, change);
            else out.set(item);
          }
          return [name, all];
        }),
      );
    },
  });
}

interface Change {
  readonly mirrored: boolean;
  /** From -1 to 1, shares of the largest move. */
  readonly down: number;
  readonly right: number;
}

const drawnChange = (rng: Rng): Change => ({
  mirrored: rng.uniform() < 0.5,
  down: 2 * rng.uniform() - 1,
  right: 2 * rng.uniform() - 1,
});

/** Mirrors and moves one image; what comes in from outside is 0, the mean colour of normalised images. */
function changed(
  out: Float32Array,
  item: Float32Array,
  dims: readonly number[],
  layout: 'nchw' | 'nhwc',
  { mirrored, down, right }: Change,
): void {
  const [a = 1, b = 1, c = 1] = dims;
  const [channels, height, width] = layout === 'nchw' ? [a, b, c] : [c, a, b];
  const [rowStep, columnStep, channelStep] =
    layout === 'nchw' ? [width, 1, height * width] : [width * channels, channels, 1];
  const [dy, dx] = [Math.round(down * mostMoved * height), Math.round(right * mostMoved * width)];
  out.fill(0);
  for (let channel = 0; channel < channels; channel++)
    for (let y = Math.max(0, dy); y < Math.min(height, height + dy); y++)
      for (let x = Math.max(0, dx); x < Math.min(width, width + dx); x++) {
        const from = mirrored ? width - 1 - (x - dx) : x - dx;
        out[channel * channelStep + y * rowStep + x * columnStep] =
          item[channel * channelStep + (y - dy) * rowStep + from * columnStep] ?? 0;
      }
}
