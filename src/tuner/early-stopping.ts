/**
 * When a trial may be given up half-way: its first objective is known, its second one is a share of images of which only some
 * were seen.
 *
 * Notation: N images in all, n seen so far, in random order; of those b only the dense model got right and c only the candidate
 * (McNemar's counts), R_0 of all N that the dense model got right. The candidate will end with R = R_0 - S right, where S is the
 * sum over all N of d_i = 1, -1 or 0. Of a sample drawn without replacement (Cochran 1977, sections 2.4 to 2.6)
 *
 *   S ~ Normal(N d, N² s² / n (1 - n / N)),   d = (b - c) / n,   s² = (b + c) / n - d²,
 *
 * with half an image added to b and to c in s² (Agresti and Min 2005), so that agreement on the first few images is not taken for
 * certainty. It enters the front if R is at least the R_k that the members as fast as itself leave open, over what is not known of
 * its latency: P = sum_k w_k P(S <= R_0 - R_k).
 */
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

/** What was seen of a trial. */
export interface Seen {
  /** n, at least 1. */
  readonly images: number;
  /** b and c. */
  readonly lost: number;
  readonly gained: number;
}

export interface Whole {
  /** N. */
  readonly images: number;
  /** R_0. */
  readonly denseRight: number;
}

/** P above: that the trial enters the front, after all images. */
export function probabilityOfEntry(seen: Seen, whole: Whole, chances: readonly Chance[]): number {
  const { images: total, denseRight } = whole;
  const left = total - seen.images;
  const sum = seen.lost - seen.gained;
  const estimate = dropEstimate(seen, total);
  return chances.reduce((probability, { weight, below: limit }) => {
    const needed = limit === Number.POSITIVE_INFINITY ? 0 : Math.floor(total * (1 - limit) + 1e-9) + 1;
    const most = denseRight - needed;
    if (sum - left > most) return probability;
    if (sum + left <= most) return probability + weight;
    // Sums are whole numbers: half an image of continuity.
    const z = (estimate.drop * total - most - 0.5) / (estimate.standardError * total);
    return probability + weight * upperTail(z);
  }, 0);
}

/** The drop d of all N images and its standard error, from those seen. */
export function dropEstimate(
  { images, lost, gained }: Seen,
  total: number,
): { readonly drop: number; readonly standardError: number } {
  const drop = (lost - gained) / images;
  const variance = (lost + gained + 1) / (images + 1) - drop ** 2;
  return { drop, standardError: Math.sqrt((Math.max(0, variance) / images) * (1 - images / total)) };
}
