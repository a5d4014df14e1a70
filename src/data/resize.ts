/**
 * Bilinear resizing with antialiasing as Pillow does it (`Image.resize(..., BILINEAR)`, libImaging/Resample.c), bit for
 * bit. The triangle filter is stretched by the scale when shrinking, and its weights are rounded to 22-bit fixed point.
 * The result of the horizontal pass is rounded to 8 bits before the vertical pass. Networks are trained on such images,
 * and other resizers cost them a good part of a point.
 *
 * Notation: n input length, m output length, s = n / m, f = max(s, 1) the width of the filter's half, in input pixels.
 */

/** Pixels interleaved R, G, B, rows top to bottom: `data[(y * width + x) * 3 + channel]`. */
export interface RgbImage {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/** 8 bits of the pixel and 2 of head room are left of 32. */
const precisionBits = 22;
const half = 1 << (precisionBits - 1);

export function resizeBilinear(image: RgbImage, width: number, height: number): RgbImage {
  const horizontal = width === image.width ? image : resizeRows(image, width);
  return height === image.height ? horizontal : resizeColumns(horizontal, height);
}

export interface ResizeWeights {
  /** Per output position, the first input position it draws from, and how many. */
  readonly first: Int32Array;
  readonly count: Int32Array;
  /** Weights in units of 2^-22, `taps` per output position. */
  readonly fixed: Int32Array;
  readonly taps: number;
}

/** Output i is centred on c = (i + 1/2) s; input j weighs triangle((j - c + 1/2) / f), normalised to sum 1. */
export function resizeWeights(n: number, m: number): ResizeWeights {
  const s = n / m;
  const f = Math.max(s, 1);
  const taps = Math.ceil(f) * 2 + 1;
  const first = new Int32Array(m);
  const count = new Int32Array(m);
  const fixed = new Int32Array(m * taps);
  const row = new Float64Array(taps);
  for (let i = 0; i < m; i++) {
    const c = (i + 0.5) * s;
    const from = Math.max(0, Math.trunc(c - f + 0.5));
    const to = Math.min(n, Math.trunc(c + f + 0.5));
    let sum = 0;
    for (let j = from; j < to; j++) {
      const weight = Math.max(0, 1 - Math.abs((j - c + 0.5) * (1 / f)));
      row[j - from] = weight;
      sum += weight;
    }
    first[i] = from;
    count[i] = to - from;
    for (let k = 0; k < to - from; k++) {
      const weight = sum === 0 ? row[k]! : row[k]! / sum;
      fixed[i * taps + k] = Math.trunc(0.5 + weight * (1 << precisionBits));
    }
  }
  return { first, count, fixed, taps };
}

function resizeRows({ width: n, height, data }: RgbImage, m: number): RgbImage {
  const { first, count, fixed, taps } = resizeWeights(n, m);
  const out = new Uint8Array(m * height * 3);
  let o = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < m; x++) {
      let at = (y * n + first[x]!) * 3;
      let r = half;
      let g = half;
      let b = half;
      const end = x * taps + count[x]!;
      for (let k = x * taps; k < end; k++) {
        const weight = fixed[k]!;
        r += weight * data[at]!;
        g += weight * data[at + 1]!;
        b += weight * data[at + 2]!;
        at += 3;
      }
      out[o++] = toByte(r);
      out[o++] = toByte(g);
      out[o++] = toByte(b);
    }
  }
  return { width: m, height, data: out };
}

function resizeColumns({ width, height: n, data }: RgbImage, m: number): RgbImage {
  const { first, count, fixed, taps } = resizeWeights(n, m);
  const stride = width * 3;
  const out = new Uint8Array(m * stride);
  const sums = new Int32Array(stride);
  for (let y = 0; y < m; y++) {
    sums.fill(half);
    for (let k = 0; k < count[y]!; k++) {
      const weight = fixed[y * taps + k]!;
      const row = (first[y]! + k) * stride;
      for (let x = 0; x < stride; x++) sums[x] = sums[x]! + weight * data[row + x]!;
    }
    const to = y * stride;
    for (let x = 0; x < stride; x++) out[to + x] = toByte(sums[x]!);
  }
  return { width, height: m, data: out };
}

/** The weights are positive and sum to 1, so only rounding can reach past 255. */
const toByte = (sum: number): number => Math.min(255, sum >> precisionBits);
