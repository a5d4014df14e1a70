/** Where the windows of a pooling node lie, as tables of whole numbers. */
import type { WindowAxis } from '../gradient/window.ts';

/** Places are numbered row by row over the spatial axes. */
export interface WindowPlaces {
  /** Taps of a window, and places of the output and of the input. */
  readonly taps: number;
  readonly outputs: number;
  readonly inputs: number;
  /** [taps, outputs]: the place of the input that is read; -1 in the padding. */
  readonly source: readonly number[];
  /** [r, inputs]: the entries of `source` that read a place, -1 where fewer than r do; r is the most that one place has, at least 1. */
  readonly readers: readonly number[];
}

export function placesOf(axes: readonly WindowAxis[]): WindowPlaces {
  let [taps, outputs, inputs] = [1, 1, 1];
  let source = [0];
  for (const { x, y, k, stride, dilation, before } of axes) {
    const wider = new Array<number>(taps * k * outputs * y);
    for (let i = 0; i < wider.length; i++) {
      const [tap, place] = [Math.floor(i / (outputs * y)), i % (outputs * y)];
      const outer = source[Math.floor(tap / k) * outputs + Math.floor(place / y)] ?? -1;
      const at = (place % y) * stride + (tap % k) * dilation - before;
      wider[i] = outer < 0 || at < 0 || at >= x ? -1 : outer * x + at;
    }
    source = wider;
    [taps, outputs, inputs] = [taps * k, outputs * y, inputs * x];
  }
  const lists = Array.from({ length: inputs }, (): number[] => []);
  for (const [i, at] of source.entries()) if (at >= 0) lists[at]?.push(i);
  const most = lists.reduce((longest, { length }) => Math.max(longest, length), 1);
  const readers = Array.from({ length: most }, (_, r) => lists.map(list => list[r] ?? -1)).flat();
  return { taps, outputs, inputs, source, readers };
}
