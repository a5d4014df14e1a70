/**
 * How many proxy images a study should have used, from the answers on the images that it held back.
 *
 * The images are cut in two halves at random, many times. One half judges; the first n images of the other half are a proxy
 * set of n. No image is in both, so that a subset does not agree with itself.
 *
 *   tau(n)     mean over the cuts of Kendall's tau-b between the subset and the judging half, over the audited configurations
 *   order(n)   mean share of neighbours on the front that the subset orders as the judging half does, a tie counting one half
 *   apart      the number of images at which half of the neighbours differ by 2 standard errors: for one pair 4 s^2 / d^2, with
 *              d and s the mean and the standard deviation over images of the difference of their answers
 *
 * The rule: the smallest n whose tau(n) is not below tau(half) by more than its standard deviation over the cuts at half the
 * images, or `apart` where that is fewer.
 */
import { type Rng, shuffled } from '../../random/rng.ts';
import { kendallTau } from '../../stats/kendall.ts';
import { pairedDifference } from '../../stats/paired-difference.ts';
import { median } from '../../stats/robust.ts';
import type { ScoredTrial } from './input.ts';

export interface SizeRow {
  readonly images: number;
  readonly tau: number;
  /** Standard deviation over the cuts: the noise of a single subset. */
  readonly tauDeviation: number;
  /** Null where the front has no neighbours. */
  readonly orderRight: number | null;
}

export interface SubsetAdvice {
  readonly rows: readonly SizeRow[];
  /** Images at which half of the neighbours on the front are 2 standard errors apart; null where no number would do. */
  readonly apart: number | null;
  readonly recommended: number;
  readonly because: 'tau' | 'apart';
  /** How many the study used. */
  readonly used: number;
}

const sizes = [50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000];
const cuts = 200;

/** @param front by latency; null when no cut orders the audited configurations */
export function subsetAdvice(
  audited: readonly ScoredTrial[],
  front: readonly ScoredTrial[],
  used: number,
  rng: Rng,
): SubsetAdvice | null {
  const images = audited[0]?.heldBack.length ?? 0;
  const half = Math.floor(images / 2);
  const tried = [...sizes.filter(size => size < half), half];
  const trials = [...audited, ...front];
  const taus = tried.map((): number[] => []);
  const orders = tried.map((): number[] => []);
  const order = Array.from({ length: images }, (_, i) => i);
  for (let cut = 0; cut < cuts; cut++) {
    const places = shuffled(order, rng);
    const judging = places.slice(half);
    const truth = trials.map(({ heldBack }) => judging.reduce((sum, at) => sum + (heldBack[at] ?? 0), 0));
    const right = trials.map(() => 0);
    let taken = 0;
    tried.forEach((size, row) => {
      for (; taken < size; taken++) {
        const at = places[taken] ?? 0;
        trials.forEach(({ heldBack }, t) => {
          right[t] = (right[t] ?? 0) + (heldBack[at] ?? 0);
        });
      }
      const tau = kendallTau(right.slice(0, audited.length), truth.slice(0, audited.length));
      if (tau !== null) taus[row]?.push(tau);
      if (front.length > 1) orders[row]?.push(sameOrder(right.slice(audited.length), truth.slice(audited.length)));
    });
  }
  if (taus.some(values => values.length < cuts / 2)) return null;
  const rows = tried.map((size, row): SizeRow => {
    const { mean, deviation } = momentsOf(taus[row] ?? []);
    return {
      images: size,
      tau: mean,
      tauDeviation: deviation,
      orderRight: front.length > 1 ? momentsOf(orders[row] ?? []).mean : null,
    };
  });
  const full = rows.at(-1);
  const byTau = rows.find(({ tau }) => full && tau >= full.tau - full.tauDeviation)?.images ?? half;
  const apart = imagesApart(front);
  const because = apart !== null && apart < byTau ? 'apart' : 'tau';
  return { rows, apart, recommended: because === 'apart' ? (apart ?? byTau) : byTau, because, used };
}

/** The share of neighbours in the same order by both counts; tied by either counts one half. */
function sameOrder(right: readonly number[], truth: readonly number[]): number {
  let same = 0;
  for (let i = 1; i < right.length; i++) {
    const bySubset = Math.sign((right[i] ?? 0) - (right[i - 1] ?? 0));
    const byTruth = Math.sign((truth[i] ?? 0) - (truth[i - 1] ?? 0));
    same += (1 + bySubset * byTruth) / 2;
  }
  return same / (right.length - 1);
}

/** The median over neighbours of 4 s^2 / d^2, infinite where they are right equally often. */
function imagesApart(front: readonly ScoredTrial[]): number | null {
  const needed = front.slice(1).map((member, i) => {
    const before = front[i]?.heldBack ?? member.heldBack;
    const { difference, standardError } = pairedDifference(member.heldBack, before);
    return difference === 0 ? Number.POSITIVE_INFINITY : (4 * standardError ** 2 * before.length) / difference ** 2;
  });
  const middle = needed.length === 0 ? Number.POSITIVE_INFINITY : median(needed);
  return Number.isFinite(middle) ? Math.max(1, Math.ceil(middle)) : null;
}

function momentsOf(values: readonly number[]): { readonly mean: number; readonly deviation: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, deviation: Math.sqrt(squares / Math.max(1, values.length - 1)) };
}
