/**
 * What the inputs and outputs of a site look like on unlabelled images. Plain data: a child process measures it, a cache and a
 * store keep it, and threads factorise with it.
 *
 * Notation, per group of a convolution: a patch x has D = inPerGroup * height * width entries in the order (c, y, x) of the weight;
 * the output there is W x + b, with W outPerGroup x D. A column of a patch has the inPerGroup * height entries (c, y) of one
 * horizontal tap. For a matrix a patch is one row of the input. Zeros that a convolution pads belong to its patches.
 */

/** The upper triangles, row by row and one group after the other, of symmetric matrices of order `order`. */
export interface Moments {
  readonly order: number;
  /** groups * order * (order + 1) / 2. In float32: what is stored is what is computed with. */
  readonly data: Float32Array;
}

export interface InputMoments extends Moments {
  readonly kind: 'patch' | 'column' | 'channel';
}

export interface SiteStatistics {
  readonly site: string;
  /** Patches that the moments are averages over: a random sample of positions of every image. */
  readonly patches: number;
  /** E[x] over every position of every image, groups * D. */
  readonly inputMean: Float64Array;
  /**
   * E[x x'] of whole patches (order D); of their columns, averaged over the horizontal taps (order inPerGroup * height);
   * or of the channels, averaged over all taps (order inPerGroup), where the larger ones are not affordable; null where none is.
   */
  readonly input: InputMoments | null;
  /** E[(y - b)(y - b)'] (order outPerGroup); null where `input` holds whole patches, from which it follows as W E[x x'] W', or is null. */
  readonly output: Moments | null;
  /** E[y] and Var[y] of the dense output, the bias with it, over every position of every image; one per output channel. */
  readonly outputMean: Float64Array;
  readonly outputVariance: Float64Array;
  /** |gamma| / sqrt(variance + epsilon) of the BatchNormalization that alone reads the output, 1 where there is none; one per output channel. */
  readonly outputScale: Float64Array;
  /**
   * G = E[sum over the positions of an image of g g'] (order outPerGroup), g the gradient with respect to the outputs y of one group at one position of
   * z'Jy, where J'J is the curvature of the divergence between the network's answer and its own; null where it was not measured. An error e of
   * the output at every position changes the answer by about e'Ge / 2 nats, at the temperature of `calibrate/sensitivity-graph` and scaled by its square.
   */
  readonly sensitivity: Moments | null;
}

export interface CalibrationStatistics {
  /** Images that were looked at. */
  readonly images: number;
  /** One per site that was asked for, by its name. */
  readonly sites: ReadonlyMap<string, SiteStatistics>;
}

export const packedLength = (order: number): number => (order * (order + 1)) / 2;

/** Group `group` of `moments` as a full symmetric matrix, order x order, in float64. */
export function unpackedMoments({ order, data }: Moments, group: number): Float64Array {
  const full = new Float64Array(order * order);
  let at = group * packedLength(order);
  for (let i = 0; i < order; i++) {
    for (let j = i; j < order; j++, at++) {
      full[i * order + j] = data[at]!;
      full[j * order + i] = data[at]!;
    }
  }
  return full;
}
