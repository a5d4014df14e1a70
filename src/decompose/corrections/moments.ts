/**
 * Mean and variance of each output channel of a site, and the scale and shift that bring one pair to another.
 *
 * Notation, per channel: (m, v) of the dense model, (m', v') of the candidate, both over the same images; g the scale, s the shift.
 * The candidate's y' becomes g y' + s, which has mean m and variance v (Nagel et al. 2019, "Data-free quantization through weight
 * equalization and bias correction", section 4.2, for the mean; here the variance as well, since a truncated product only loses some).
 */

export interface ChannelMoments {
  /** One per output channel. */
  readonly mean: Float64Array;
  /** Not negative. */
  readonly variance: Float64Array;
}

export interface ChannelCorrection {
  /** One per output channel: y becomes scale y + shift. */
  readonly scale: Float32Array;
  readonly shift: Float32Array;
}

/** The last layer of a site with another weight, see `least-squares.ts`. */
export interface Refit {
  /** [groups * outputs per group, entries that the layer sees per group], whatever the operator stores. */
  readonly weight: Float32Array;
  /** One per output channel: added to what the layer adds already. */
  readonly shift: Float32Array;
}

export type SiteCorrection = ChannelCorrection | Refit;

/** What keeps a correction within reason; all of it follows from the dense moments and the number of images. */
export interface CorrectionRule {
  /** Added to both variances: a channel far below the others of its site has no variance worth matching. */
  readonly ridge: number;
  /** Scales lie between 1 / maximumGain and maximumGain. */
  readonly maximumGain: number;
  /** The share of the correction that is applied, n / (n + 1) for n images: what one image says is believed by half. */
  readonly trust: number;
}

/** A candidate that keeps a sixteenth of a channel's variance is brought back wholly. */
const maximumGain = 4;
/** Of the mean variance of the site's channels. */
const ridgeShare = 1e-6;
/** Keeps 0 / 0 away where every channel is constant, in float32. */
const smallestRidge = 1e-20;

export function correctionRule({ variance }: ChannelMoments, images: number): CorrectionRule {
  const mean = variance.reduce((sum, each) => sum + each, 0) / variance.length;
  return { ridge: Math.max(ridgeShare * mean, smallestRidge), maximumGain, trust: images / (images + 1) };
}

export function correctionOf(
  dense: ChannelMoments,
  candidate: ChannelMoments,
  { ridge, maximumGain: most, trust }: CorrectionRule,
): ChannelCorrection {
  const channels = dense.mean.length;
  const scale = new Float32Array(channels);
  const shift = new Float32Array(channels);
  for (let c = 0; c < channels; c++) {
    const gain = Math.sqrt((dense.variance[c]! + ridge) / (candidate.variance[c]! + ridge));
    const believed = 1 + trust * (Math.min(most, Math.max(1 / most, gain)) - 1);
    const from = candidate.mean[c]!;
    scale[c] = believed;
    shift[c] = from + trust * (dense.mean[c]! - from) - believed * from;
  }
  return { scale, shift };
}

/** Moments of several batches as those of all their images together: the variance within, and that of the means. */
export function pooledMoments(
  batches: readonly { readonly images: number; readonly moments: ChannelMoments }[],
): ChannelMoments {
  const channels = batches[0]!.moments.mean.length;
  const total = batches.reduce((sum, { images }) => sum + images, 0);
  const mean = new Float64Array(channels);
  const variance = new Float64Array(channels);
  for (const { images, moments } of batches) {
    for (let c = 0; c < channels; c++) mean[c]! += (images / total) * moments.mean[c]!;
  }
  for (const { images, moments } of batches) {
    for (let c = 0; c < channels; c++) {
      variance[c]! += (images / total) * (moments.variance[c]! + (moments.mean[c]! - mean[c]!) ** 2);
    }
  }
  return { mean, variance };
}
