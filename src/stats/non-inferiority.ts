/**
 * Whether the loss of accuracy of one network against another keeps below a limit, from the same images: a one-sided test of paired shares.
 *
 *   b, c    images that only the dense model gets right, and images that only the candidate does; n images
 *   p_b, p_c their shares among all images that might come; drop = p_b - p_c
 *   m       the limit, 0 <= m < 1; the hypothesis is drop >= m, where drop = m is hardest to tell
 *   q       the likeliest p_c if drop = m: the positive root of 2 n q^2 + B q - c m (1 - m) = 0, B = (2n - b + c) m - b - c
 *
 *   Z = (n m - (b - c) - 1/2) / sqrt(n (2 q + m (1 - m)))      (score test of Tango 1998, eq. 4)
 *
 * The half image is a correction for continuity: b - c moves in steps of one, and without it a sample in which nothing is lost says more
 * than (1 - m)^n, which is exact for p_c = 0. P(N < Z) is then the confidence that the drop is below the limit.
 */
import { upperTail } from './normal.ts';

/** From 0 to 1. `lost` is b, `gained` is c. */
export function confidenceWithin(lost: number, gained: number, images: number, limit: number): number {
  return 1 - upperTail(score(lost, gained, images, limit, 0.5));
}

/** The confidence that the drop is above the limit, corrected in the other direction. */
export function confidenceBeyond(lost: number, gained: number, images: number, limit: number): number {
  return upperTail(score(lost, gained, images, limit, -0.5));
}

function score(b: number, c: number, n: number, m: number, correction: number): number {
  if (!(n >= 1 && b >= 0 && c >= 0 && b + c <= n * (1 + 1e-12)))
    throw new RangeError(`Cannot test a drop: ${b} lost and ${c} gained of ${n} images.`);
  if (!(m >= 0 && m < 1)) throw new RangeError(`Cannot test a drop against the limit ${m}.`);
  const B = (2 * n - b + c) * m - b - c;
  const q = (Math.sqrt(B ** 2 + 8 * n * c * m * (1 - m)) - B) / (4 * n);
  const deviation = Math.sqrt(n * (2 * q + m * (1 - m)));
  const distance = n * m - (b - c) - correction;
  // Two networks that never differ, held to no loss at all: nothing is known.
  return deviation > 0 ? distance / deviation : 0;
}

/** The least limit below which the drop is with that confidence; at most 1. */
export function greatestDrop(lost: number, gained: number, images: number, confidence: number): number {
  let [low, high] = [0, 1];
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    if (confidenceWithin(lost, gained, images, middle) < confidence) low = middle;
    else high = middle;
  }
  return high;
}

/** Beyond this many nobody would look. */
const mostImages = 1e10;

/**
 * The number of images that would give the confidence, were the shares of the sample those of all. Infinity where the drop itself is not
 * below the limit, or so near to it that no number of images would do.
 */
export function imagesForConfidence(
  lost: number,
  gained: number,
  images: number,
  limit: number,
  confidence: number,
): number {
  if (lost - gained >= images * limit) return Number.POSITIVE_INFINITY;
  const enough = (n: number): boolean =>
    confidenceWithin((lost * n) / images, (gained * n) / images, n, limit) >= confidence;
  let high = 1;
  while (!enough(high)) {
    high *= 2;
    if (high > mostImages) return Number.POSITIVE_INFINITY;
  }
  let low = high / 2;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (enough(middle)) high = middle;
    else low = middle;
  }
  return high;
}

/** The counts from the mean difference on n images and its standard error (`pairedDifference`), of which they are all that there is. */
export function countsOf(drop: number, standardError: number, images: number): { lost: number; gained: number } {
  // sum x^2 = b + c and sum x = b - c of the differences x
  const differing = Math.round(images * (standardError ** 2 * (images - 1) + drop ** 2));
  const net = Math.round(drop * images);
  return { lost: Math.max(0, (differing + net) / 2), gained: Math.max(0, (differing - net) / 2) };
}
