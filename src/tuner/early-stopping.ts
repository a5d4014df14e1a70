/**
 * When a trial may be given up half-way: its first objective is known, its second one is a share of images of which only some
 * were seen.
 *
 * Notation: N images in all, n seen so far, in random order; the dense model is right on R_0 of N and on r of n; of those r the
 * candidate lost b, of the other n - r it gained c (McNemar's counts). It will end with R = R_0 - b + c - L + G right, with L lost and
 * G gained among the images left. Both are counts in a finite population of which n were drawn: with Jeffreys' prior Beta(1/2, 1/2)
 * for either rate (Gelman et al. 2013, section 2.8) they are, independently and for every n,
 *
 *   L ~ BetaBinomial(R_0 - r, b + 1/2, r - b + 1/2),   G ~ BetaBinomial(N - R_0 - (n - r), c + 1/2, n - r - c + 1/2).
 *
 * It enters the front if R is at least the R_k that the members as fast as itself leave open, over what is not known of its latency:
 * P = sum_k w_k P(L - G <= R_0 - b + c - R_k). What the tuner is told is the plain estimate (Cochran 1977, sections 2.4 to 2.6)
 *
 *   d = (b - c) / n,   standard error² = s² / n (1 - n / N),   s² = (b + c) / n - d²,
 *
 * with half an image added to b and to c in s² (Agresti and Min 2005), so that agreement on the first few images is not taken for
 * certainty.
 */
import { betaBinomial } from '../stats/beta-binomial.ts';
import { upperTail } from '../stats/normal.ts';
import type { Constraint } from './strategy.ts';

/** With probability `weight`, the second objective must come out below `below` for the trial to enter the front. */
export interface Chance {
  readonly weight: number;
  /** Infinity where every value will do. */
  readonly below: number;
}

/** One objective vector as it was measured. */
interface Measured {
  readonly values: readonly number[];
  readonly standardErrors: readonly number[];
}

/**
 * What stands between a trial and the front once its first objective is known.
 *
 * @param front its members
 * @param first what was measured of the first objective
 */
export function chancesOf(
  front: readonly Measured[],
  first: { readonly value: number; readonly standardError: number },
  constraints: readonly Constraint[],
): Chance[] {
  const members = [...front].sort((a, b) => a.values[0]! - b.values[0]!);
  // The share of cases in which the first k members are at least as fast as the trial.
  const atLeast = members.map(({ values, standardErrors }) =>
    below(values[0]!, first.value, Math.hypot(standardErrors[0] ?? 0, first.standardError)),
  );
  for (let k = atLeast.length - 2; k >= 0; k--) atLeast[k] = Math.max(atLeast[k]!, atLeast[k + 1]!);
  const limitOf = (objective: number): number =>
    Math.min(...constraints.filter(each => each.objective === objective).map(({ max }) => max), Infinity);
  const allowed = below(first.value, limitOf(0), first.standardError);
  // A value on the limit keeps to it, a value of a member does not beat it; far less than one image.
  const most = limitOf(1) + 1e-7;
  const chances: Chance[] = [];
  let best = Number.POSITIVE_INFINITY;
  for (let k = 0; k <= members.length; k++) {
    if (k > 0) best = Math.min(best, members[k - 1]!.values[1]!);
    const weight = allowed * ((k === 0 ? 1 : atLeast[k - 1]!) - (atLeast[k] ?? 0));
    if (weight > 0) chances.push({ weight, below: Math.min(best, most) });
  }
  return chances;
}

/** P(a <= b) where their difference has the standard deviation `sd`. */
const below = (a: number, b: number, sd: number): number => (sd > 0 ? upperTail((a - b) / sd) : a <= b ? 1 : 0);

/** How a trial differs from the dense model on the images seen. */
export interface Differences {
  /** n, at least 1. */
  readonly images: number;
  /** b and c. */
  readonly lost: number;
  readonly gained: number;
}

export interface Seen extends Differences {
  /** r. */
  readonly denseRight: number;
}

export interface Whole {
  /** N. */
  readonly images: number;
  /** R_0. */
  readonly denseRight: number;
}

/** P above: that the trial enters the front, after all images. */
export function probabilityOfEntry(seen: Seen, whole: Whole, chances: readonly Chance[]): number {
  const keptLeft = whole.denseRight - seen.denseRight;
  const wrongLeft = whole.images - whole.denseRight - (seen.images - seen.denseRight);
  const half = 0.5;
  const lost = cumulated(betaBinomial(keptLeft, seen.lost + half, seen.denseRight - seen.lost + half));
  const wrongSeen = seen.images - seen.denseRight;
  const gained = betaBinomial(wrongLeft, seen.gained + half, wrongSeen - seen.gained + half);
  return chances.reduce((probability, { weight, below: limit }) => {
    const needed = limit === Number.POSITIVE_INFINITY ? 0 : Math.floor(whole.images * (1 - limit) + 1e-9) + 1;
    // L - G may come to this.
    const most = whole.denseRight - seen.lost + seen.gained - needed;
    if (most < -wrongLeft) return probability;
    if (most >= keptLeft) return probability + weight;
    const enters = gained.reduce((sum, each, g) => sum + each * (lost[Math.min(keptLeft, most + g)] ?? 0), 0);
    return probability + weight * enters;
  }, 0);
}

/** P(K <= k) from P(K = k). */
function cumulated(p: Float64Array): Float64Array {
  let sum = 0;
  return p.map(each => (sum += each));
}

/** The drop d of all N images and its standard error, from those seen. */
export function dropEstimate(
  { images, lost, gained }: Differences,
  total: number,
): { readonly drop: number; readonly standardError: number } {
  const drop = (lost - gained) / images;
  const variance = (lost + gained + 1) / (images + 1) - drop ** 2;
  return { drop, standardError: Math.sqrt((Math.max(0, variance) / images) * (1 - images / total)) };
}
