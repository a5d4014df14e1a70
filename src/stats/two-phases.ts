/**
 * One loss of accuracy from two sets of images, of which one chose the candidate and the other chose nothing.
 *
 *   x_ki, y_ki   loss of candidate k on search image i = 1..n and on confirm image i = 1..N:
 *                1 where only the dense model is right, -1 where only the candidate is, else 0
 *   s_k, c_k     means of x_k and y_k
 *   O            other candidates that were chosen by the search images too and measured on both sets; m of them
 *   xbar, ybar   means over O, image by image
 *   delta        mean over O of c_j - s_j: what being chosen by the search images flatters
 *
 *   A = c_k                  chosen by nothing
 *   B = s_k + delta          the search, with what flatters taken out by the others (k itself is left out)
 *   P = (1 - w) A + w B      = mean_i((1 - w) y_ki + w ybar_i) + w mean_i(x_ki - xbar_i)
 *
 * Candidates are right and wrong on the same images, so that B shares noise with A; written image by image, P has an exact variance:
 *
 *   Var P = Var_i((1 - w) y_k + w ybar) / N + w^2 q,   q = Var_i(x_k - xbar) / n + tau^2 (1 + 1 / m) + delta^2
 *
 * The two sets are disjoint, so that nothing is shared between the terms. tau^2 is how far candidates differ in how much they are
 * flattered, beyond what images explain, by the method of moments (DerSimonian and Laird 1986, eq. 8). delta^2 allows for the one that
 * is looked at being flattered most, since the best of many is: without it, the intervals of the luckiest hold in as few as 93 % of simulations.
 * The weight that minimises Var P, a regression estimate from two samples (Cochran 1977, section 12.9), is
 *
 *   w = (Var y_k - Cov(y_k, ybar)) / N / (Var_i(y_k - ybar) / N + q).
 *
 * Where A and B differ by more than 2.58 standard errors (99 %), both cannot be right. Then A stands alone, and its standard error is at
 * least sqrt(chi^2) times that of a weighted mean (Birge 1932): half the distance, where both are equally sure.
 */

/** Whole where images are counted, else of any fineness. */
export type LossList = Int8Array | Float64Array;

/** Losses of one candidate, image by image, on either set. */
export interface Losses {
  readonly search: LossList;
  readonly confirm: LossList;
}

export interface PooledLoss {
  /** A share: 0.01 is one point. */
  readonly drop: number;
  readonly standardError: number;
  /** Whether the search images count. */
  readonly pooled: boolean;
  /** Whether the two sets contradict each other. */
  readonly contradicted: boolean;
}

/** Fewer do not tell what being chosen flatters. */
const fewestOthers = 3;

/** Half the width of a two-sided 99 % interval, in standard errors. */
const z99 = 2.575829303548901;

/**
 * @param others chosen as the candidate was, and measured on the same images; without `fewestOthers` of them the
 * confirm images alone count. A search that saw a greater loss than they do contradicts them, since being chosen cannot
 * make a candidate look worse.
 */
export function pooledLoss({ search, confirm }: Losses, others: readonly Losses[]): PooledLoss {
  const [x, y] = [momentsOf(search), momentsOf(confirm)];
  const alone = { drop: y.mean, standardError: Math.sqrt(y.varianceOfMean), pooled: false, contradicted: false };
  if (others.length < fewestOthers) {
    const worse = Math.max(0, x.mean - y.mean);
    return disagree(worse, x.varianceOfMean, y.varianceOfMean) ? contradicted(alone, worse, x.varianceOfMean) : alone;
  }
  const m = others.length;
  const [xBar, yBar] = [meanOver(others.map(each => each.search)), meanOver(others.map(each => each.confirm))];
  const [xOff, yOff] = [momentsOf(difference(search, xBar)), momentsOf(difference(confirm, yBar))];
  const delta = momentsOf(yBar).mean - momentsOf(xBar).mean;
  const q = xOff.varianceOfMean + spreadOf(others, xBar, yBar) * (1 + 1 / m) + delta ** 2;
  const apart = yOff.mean - xOff.mean;
  if (disagree(apart, yOff.varianceOfMean, q)) return contradicted(alone, apart, q);
  const total = yOff.varianceOfMean + q;
  // Var(y - ybar) = Var y - 2 Cov + Var ybar
  const covariance = (y.varianceOfMean + momentsOf(yBar).varianceOfMean - yOff.varianceOfMean) / 2;
  const w = total > 0 ? Math.min(1, Math.max(0, (y.varianceOfMean - covariance) / total)) : 0;
  const mixed = momentsOf(Float64Array.from(confirm, (loss, i) => (1 - w) * loss + w * (yBar[i] ?? 0)));
  return {
    drop: mixed.mean + w * xOff.mean,
    standardError: Math.sqrt(mixed.varianceOfMean + w ** 2 * q),
    pooled: w > 0,
    contradicted: false,
  };
}

const disagree = (apart: number, first: number, second: number): boolean =>
  Math.abs(apart) > z99 * Math.sqrt(first + second);

/** sqrt(chi^2) times the standard error of the weighted mean is |A - B| sd_A sd_B / (sd_A^2 + sd_B^2). */
function contradicted(alone: PooledLoss, apart: number, otherVariance: number): PooledLoss {
  const own = alone.standardError ** 2;
  const birge = (Math.abs(apart) * Math.sqrt(own * otherVariance)) / (own + otherVariance);
  return { ...alone, standardError: Math.max(alone.standardError, birge), contradicted: true };
}

/** tau^2: the variance of c_j - s_j over the others, less what their images explain; not below 0. */
function spreadOf(others: readonly Losses[], xBar: Float64Array, yBar: Float64Array): number {
  const off = others.map(({ search, confirm }) => ({
    x: momentsOf(difference(search, xBar)),
    y: momentsOf(difference(confirm, yBar)),
  }));
  // c_j - s_j less its mean over the others is the difference of the two offsets.
  const seen = off.reduce((sum, { x, y }) => sum + (y.mean - x.mean) ** 2, 0);
  const explained = off.reduce((sum, { x, y }) => sum + x.varianceOfMean + y.varianceOfMean, 0);
  return Math.max(0, seen - explained) / (others.length - 1);
}

const difference = (values: LossList, mean: Float64Array): Float64Array =>
  Float64Array.from(values, (value, i) => value - (mean[i] ?? 0));

function meanOver(all: readonly LossList[]): Float64Array {
  const sums = new Float64Array(all[0]?.length ?? 0);
  for (const losses of all) for (let i = 0; i < sums.length; i++) sums[i]! += losses[i] ?? 0;
  return sums.map(sum => sum / all.length);
}

/** The mean and the variance of it. */
function momentsOf(values: LossList): { readonly mean: number; readonly varianceOfMean: number } {
  const n = values.length;
  let sum = 0;
  for (const value of values) sum += value;
  const mean = sum / n;
  let squares = 0;
  for (const value of values) squares += (value - mean) ** 2;
  return { mean, varianceOfMean: n > 1 ? squares / (n - 1) / n : 0 };
}
