/**
 * When a trial may be given up half-way: all its objectives but one are known, and that one, the error, is a share of images of which
 * only some were seen.
 *
 * Notation: N images in all, n seen so far, in random order; the dense model is right on R_0 of N and on r of n; of those r the
 * candidate lost b, of the other n - r it gained c (McNemar's counts). It will end with R = R_0 - b + c - L + G right, with L lost and
 * G gained among the images left. Both are counts in a finite population of which n were drawn: with Jeffreys' prior Beta(1/2, 1/2)
 * for either rate (Gelman et al. 2013, section 2.8) they are, independently and for every n,
 *
 *   L ~ BetaBinomial(R_0 - r, b + 1/2, r - b + 1/2),   G ~ BetaBinomial(N - R_0 - (n - r), c + 1/2, n - r - c + 1/2).
 *
 * It enters the front if R is at least the R_k that the members leave open which are no worse in every objective known so far, over what
 * is not known of those: P = sum_k w_k P(L - G <= R_0 - b + c - R_k), with w_k from `chancesOf`. What the tuner is told is the plain
 * estimate (Cochran 1977, sections 2.4 to 2.6)
 *
 *   d = (b - c) / n,   standard error² = s² / n (1 - n / N),   s² = (b + c) / n - d²,
 *
 * with half an image added to b and to c in s² (Agresti and Min 2005), so that agreement on the first few images is not taken for
 * certainty.
 */
import { betaBinomial } from '../stats/beta-binomial.ts';
import { upperTail } from '../stats/normal.ts';
import type { Constraint } from './strategy.ts';

/** With probability `weight`, the error must come out below `below` for the trial to enter the front. */
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

/** What was measured of one objective of the trial. */
interface Known {
  /** Which objective, by its place. */
  readonly objective: number;
  readonly value: number;
  /** 0 where it is exact. */
  readonly standardError: number;
}

/**
 * What stands between a trial and the front once all its objectives but the error are known.
 *
 * Notation: objectives j known, members k = 1 .. n; v_j and v_kj their measured values, s_j and s_kj the standard errors;
 * p_kj = P(member k is no worse in j) = Phi((v_j - v_kj) / hypot(s_j, s_kj)), 0 or 1 where both are exact. Sorted by v_kj, what is
 * not known of objective j is taken as one draw u_j, uniform on [0, 1], for all members: member k is no worse where u_j <= p_kj. So the
 * members that are no worse in j are always the first so many, and exactly the first i with the weight p_ij - p_(i+1)j, where
 * p_0j = 1 and p_(n+1)j = 0. That is what the noise of the trial itself does, which all comparisons share.
 *
 * Objectives are measured apart, so the u_j are independent. A member stands in the way where it is no worse in every
 * j. These members are the intersection of one beginning for each objective, with the product of their weights. The
 * least error among them is what the trial must beat. A member is in the way by itself with the probability prod_j
 * p_kj, whatever is said of the others. That one draw serves all members makes "at least one of them" as improbable as
 * it can be (Fréchet's bound, one objective after the other). So no trial is given up for too little.
 *
 * That a limit on a known objective is kept is taken as independent of who is in the way: its probability is a factor.
 *
 * @param front its members
 * @param error the place of the objective that is a share of images
 */
export function chancesOf(
  front: readonly Measured[],
  known: readonly Known[],
  error: number,
  constraints: readonly Constraint[],
): Chance[] {
  const limitOf = (objective: number): number =>
    Math.min(...constraints.filter(each => each.objective === objective).map(({ max }) => max), Infinity);
  const errorOf = ({ values }: Measured): number => values[error]!;
  // A value on the limit keeps to it, a value of a member does not beat it; far less than one image.
  const most = limitOf(error) + 1e-7;
  const inTheWay = known.reduce<readonly Way[]>(
    (ways, each) => {
      const beginnings = beginningsOf(front, each);
      const allowed = below(each.value, limitOf(each.objective), each.standardError);
      return ways.flatMap(way =>
        beginnings.flatMap(({ weight, members }) => {
          const both = way.weight * allowed * weight;
          return both > 0 ? [{ weight: both, members: common(way.members, members) }] : [];
        }),
      );
    },
    [{ weight: 1, members: null }],
  );
  const chances = inTheWay.map(({ weight, members }) => ({
    weight,
    below: Math.min(
      (members ?? front).reduce((least, each) => Math.min(least, errorOf(each)), Infinity),
      most,
    ),
  }));
  return known.length > 1 ? merged(chances) : chances;
}

/** Many ways leave the same error open. */
function merged(chances: readonly Chance[]): Chance[] {
  const weights = new Map<number, number>();
  for (const { weight, below: limit } of chances) weights.set(limit, (weights.get(limit) ?? 0) + weight);
  return Array.from(weights, ([limit, weight]) => ({ weight, below: limit }));
}

/** Members that are no worse than the trial in all objectives so far, with the probability that it is these; null for all. */
interface Way {
  readonly weight: number;
  readonly members: readonly Measured[] | null;
}

const common = (a: readonly Measured[] | null, b: readonly Measured[]): readonly Measured[] => {
  if (a === null) return b;
  const inB = new Set(b);
  return a.filter(each => inB.has(each));
};

/** The first none, one, ... and all of the members in the order of one objective, with the probability that exactly they are no worse in it. */
function beginningsOf(
  front: readonly Measured[],
  { objective, value, standardError }: Known,
): readonly { readonly weight: number; readonly members: readonly Measured[] }[] {
  const sorted = [...front].sort((a, b) => a.values[objective]! - b.values[objective]!);
  const noWorse = sorted.map(({ values, standardErrors }) =>
    below(values[objective]!, value, Math.hypot(standardErrors[objective] ?? 0, standardError)),
  );
  for (let k = noWorse.length - 2; k >= 0; k--) noWorse[k] = Math.max(noWorse[k]!, noWorse[k + 1]!);
  return Array.from({ length: sorted.length + 1 }, (_, k) => ({
    weight: (k === 0 ? 1 : noWorse[k - 1]!) - (noWorse[k] ?? 0),
    members: sorted.slice(0, k),
  })).filter(({ weight }) => weight > 0);
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

interface Seen extends Differences {
  /** r. */
  readonly denseRight: number;
}

interface Whole {
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
