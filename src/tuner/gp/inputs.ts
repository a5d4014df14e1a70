/**
 * What a Gaussian process sees of a configuration.
 *
 * Notation: site i of d, rung j; c_i(j) in [0, 1] the coordinate of a rung; t_i(j) >= 0 a table of what each rung adds to an
 * objective by itself; w_i > 0 a learned weight per site; T = sum_i max_j t_i(j). The table's sum is
 * u = sum_i w_i t_i(x_i) / T, and the process sees v = u (`linear`) or v = sqrt(u) (`root`).
 */
import { lossesFor, type TunerPrior } from '../prior.ts';
import type { Configuration, Problem } from '../strategy.ts';

export interface WeightedTable {
  /** t_i(j) / T by site and rung. */
  readonly values: readonly (readonly number[])[];
  readonly shape: 'linear' | 'root';
  /** Standard deviation of ln w_i before any trial. */
  readonly logWeightSd: number;
  /**
   * z_i(j) = h_i c_i(j) by site and rung, h_i the site's share of all changes (they sum to 1): where a walk along the ladder of site
   * i stands, whose variance grows by the length of each step. Two configurations share sum_i min(z_i(x_i), z_i(x'_i)) of it.
   * After the sites comes e(x) = 2 (share of the sites that left their last rung), which enters as e(x) e(x'): to leave the dense
   * form at all costs something of its own, about the same everywhere.
   */
  readonly walks: readonly (readonly number[])[];
}

export interface Inputs {
  /** c_i(j) by site and rung. */
  readonly coordinates: readonly (readonly number[])[];
  readonly table: WeightedTable | null;
}

/** Every rung at its place in the ladder: j / (length - 1); 0 on a ladder of one rung. */
export const evenInputs = (ladderLengths: readonly number[]): Inputs => ({
  coordinates: ladderLengths.map(length => Array.from({ length }, (_, j) => (length === 1 ? 0 : j / (length - 1)))),
  table: null,
});

/**
 * From a table of changes (of either sign, 0 for dense): the coordinate of a rung is its share of the way between the least
 * and the greatest change of its site, after `shape`, so that rungs that do the same lie together. Null where the table is 0.
 */
export function tabledInputs(
  changes: readonly (readonly number[])[],
  shape: WeightedTable['shape'],
  logWeightSd: number,
): Inputs | null {
  // Most sites change an objective to one side; the sum is of the size of the change to that side.
  const total = changes.reduce((sum, ladder) => sum + extreme(ladder), 0);
  const scale = Math.abs(total);
  if (!(scale > 0) || !Number.isFinite(scale)) return null;
  const values = changes.map(ladder => ladder.map(change => (Math.sign(total) * change) / scale));
  const bend = (value: number): number => (shape === 'root' ? Math.sqrt(Math.max(0, value)) : value);
  const coordinates = values.map(ladder => {
    const bent = ladder.map(bend);
    const [least, most] = [Math.min(...bent), Math.max(...bent)];
    return bent.map(each => (most > least ? (each - least) / (most - least) : 0));
  });
  const heights = values.map(ladder => Math.abs(extreme(ladder.map(bend))));
  const height = heights.reduce((sum, each) => sum + each, 0);
  const walks = coordinates.map((ladder, i) => ladder.map(c => (c * heights[i]!) / height));
  return { coordinates, table: { values, shape, logWeightSd, walks } };
}

/**
 * Every ladder leads from one end to the other: a sum over sites of how far each is from its last rung, to some power, with
 * weights for the trials to tell. Power 1 is how costs go with ranks, 2 how the energy goes that a truncation leaves out. None
 * where nothing can move.
 */
export const rampInputs = (ladderLengths: readonly number[], power: number): Inputs | null =>
  tabledInputs(
    ladderLengths.map(length => Array.from({ length }, (_, j) => (length === 1 ? 0 : (1 - j / (length - 1)) ** power))),
    'linear',
    1,
  );

/**
 * What the prior says of each objective: its own table where there is one, weights nearly as given; otherwise the losses of the
 * rungs where they tell of it, whose weights are for the trials to tell. The root is taken of losses since they are squared errors.
 */
export const priorInputs = (problem: Problem, prior: TunerPrior | null): (Inputs | null)[] =>
  Array.from({ length: problem.objectives }, (_, k) => {
    const table = prior?.tables[k];
    if (table) return tabledInputs(table.changes, 'linear', 0.2);
    const losses = lossesFor(prior, k);
    return losses ? tabledInputs(losses, 'root', 1) : null;
  });

/** The change of greatest magnitude. */
const extreme = (ladder: readonly number[]): number =>
  ladder.reduce((most, each) => (Math.abs(each) > Math.abs(most) ? each : most), 0);

/** Rows of coordinates, n x d. */
export function coordinateRows({ coordinates }: Inputs, configurations: readonly Configuration[]): Float64Array {
  const d = coordinates.length;
  const rows = new Float64Array(configurations.length * d);
  configurations.forEach((configuration, a) => {
    for (let i = 0; i < d; i++) rows[a * d + i] = coordinates[i]![configuration[i]!]!;
  });
  return rows;
}

/** Rows of table entries, n x d. */
export function tableRows({ values }: WeightedTable, configurations: readonly Configuration[]): Float64Array {
  const d = values.length;
  const rows = new Float64Array(configurations.length * d);
  configurations.forEach((configuration, a) => {
    for (let i = 0; i < d; i++) rows[a * d + i] = values[i]![configuration[i]!]!;
  });
  return rows;
}

/** Coefficient of e against those of the walks: a standard deviation of twice the whole walk's. */
const leavingScale = 2;

/** What a rung adds to e. */
export const leaving = ({ walks }: WeightedTable, site: number, rung: number): number =>
  rung < walks[site]!.length - 1 ? leavingScale / walks.length : 0;

/** z_1 .. z_d and e, d + 1 numbers. */
export function walkOf(table: WeightedTable, configuration: Configuration): Float64Array {
  const z = new Float64Array(configuration.length + 1);
  configuration.forEach((rung, i) => {
    z[i] = table.walks[i]![rung]!;
    z[configuration.length]! += leaving(table, i, rung);
  });
  return z;
}

/** sum_i min(z_i, z'_i) + e e' of all pairs, n x n. */
export function commonWalks(table: WeightedTable, configurations: readonly Configuration[]): Float64Array {
  const n = configurations.length;
  const rows = configurations.map(each => walkOf(table, each));
  const common = new Float64Array(n * n);
  for (let a = 0; a < n; a++) {
    for (let b = a; b < n; b++) common[a * n + b] = common[b * n + a] = commonWalk(rows[a]!, rows[b]!);
  }
  return common;
}

/** sum_i min(z_i, z'_i) + e e'; 0 of nothing. */
export function commonWalk(z: Float64Array, other: Float64Array): number {
  const d = z.length - 1;
  if (d < 0) return 0;
  let sum = z[d]! * other[d]!;
  for (let i = 0; i < d; i++) sum += Math.min(z[i]!, other[i]!);
  return sum;
}

/** v from u. A table may dip below dense here and there; a root has nothing there. */
export const bend = (u: number, shape: WeightedTable['shape']): number =>
  shape === 'linear' ? u : Math.sqrt(Math.max(0, u));
