/** Finds again by which scale per output channel a weight was multiplied, exactly: w'[c, i] = fround(w[c, i] s[c]). */

export interface ChannelScales {
  readonly along: 'rows' | 'columns';
  /** One float32 per channel, little-endian. */
  readonly bytes: Uint8Array;
}

interface FloatWeight {
  readonly dims: readonly number[];
  readonly raw: Uint8Array;
}

/** Of a quotient of two rounded numbers, so many neighbours on either side may be the scale. */
const neighbours = 4;

/** Null where `after` is not `before` times a scale per channel, or where they are the same. */
export function channelScales(before: FloatWeight, after: FloatWeight): ChannelScales | null {
  const same = before.dims.length === after.dims.length && before.dims.every((size, i) => size === after.dims[i]);
  if (!same || before.dims.length < 2 || before.raw.length !== after.raw.length) return null;
  const [w, scaled] = [floatsIn(before.raw), floatsIn(after.raw)];
  if (w.every((value, i) => Object.is(value, scaled[i]))) return null;
  const [first = 1] = before.dims;
  const inner = w.length / first;
  const rows = scalesAlong(w, scaled, first, channel => [channel * inner, 1, inner]);
  if (rows) return { along: 'rows', bytes: rows };
  if (before.dims.length !== 2) return null;
  const columns = scalesAlong(w, scaled, inner, channel => [channel, inner, first]);
  return columns && { along: 'columns', bytes: columns };
}

type Elements = readonly [start: number, step: number, count: number];

function scalesAlong(
  w: Float32Array,
  scaled: Float32Array,
  channels: number,
  elementsOf: (channel: number) => Elements,
): Uint8Array | null {
  const scales = new Float32Array(channels);
  for (let channel = 0; channel < channels; channel++) {
    const scale = scaleOf(w, scaled, elementsOf(channel));
    if (scale === null) return null;
    scales[channel] = scale;
  }
  const bytes = new Uint8Array(4 * channels);
  const view = new DataView(bytes.buffer);
  for (const [channel, scale] of scales.entries()) view.setFloat32(4 * channel, scale, true);
  return bytes;
}

/** The scale that takes every element of a channel to what it became; null where there is none. */
function scaleOf(w: Float32Array, scaled: Float32Array, [start, step, count]: Elements): number | null {
  let greatest = start;
  for (let k = 0, at = start; k < count; k++, at += step)
    if (Math.abs(valueAt(w, at)) > Math.abs(valueAt(w, greatest))) greatest = at;
  if (valueAt(w, greatest) === 0) return holds(w, scaled, [start, step, count], 1) ? 1 : null;
  const near = Math.fround(valueAt(scaled, greatest) / valueAt(w, greatest));
  if (!Number.isFinite(near)) return null;
  const [bits = 0] = new Int32Array(Float32Array.of(near).buffer);
  for (let off = 0; off <= neighbours; off++) {
    for (const each of off === 0 ? [0] : [off, -off]) {
      const [scale = 1] = new Float32Array(Int32Array.of(bits + each).buffer);
      if (holds(w, scaled, [start, step, count], scale)) return scale;
    }
  }
  return null;
}

/** Zeros of either sign are told apart; a NaN is never found again. */
function holds(w: Float32Array, scaled: Float32Array, [start, step, count]: Elements, scale: number): boolean {
  for (let k = 0, at = start; k < count; k++, at += step) {
    const value = Math.fround(valueAt(w, at) * scale);
    if (value !== valueAt(scaled, at) || (value === 0 && !Object.is(value, valueAt(scaled, at)))) return false;
  }
  return true;
}

const valueAt = (values: Float32Array, at: number): number => values[at] ?? Number.NaN;

/**
 * A copy, since bytes of a file may begin anywhere; files are little-endian, as are all machines that this runs on. A Buffer's own `slice`
 * copies nothing, and would give the floats of the whole file.
 */
export const floatsIn = (raw: Uint8Array): Float32Array => new Float32Array(Uint8Array.from(raw).buffer);
