/**
 * Covariances of one configuration with N places, made anew or carried along a step from a centre.
 *
 * Notation: d sites; r² and common walks with every place, N numbers each; u the table's sum, z_i where the walk of site i
 * stands, e what leaving the dense form adds (`gp/inputs.ts`). Anew all sites are summed, O(d N); a step changes a few
 * sites only, and each costs O(N).
 */
import { bend, leaving } from '../gp/inputs.ts';
import { type Covariance, covarianceAt, type KernelPlace, tableSum } from '../gp/process.ts';
import type { Configuration } from '../strategy.ts';
import type { Change } from './change.ts';
import { addProducts, addSquares, addSquaresAndWalk, moveSquares, moveWalk } from './site-terms.ts';

/** The places by site, as the sums go through them. */
export interface PlacesBySite {
  readonly covariance: Covariance;
  readonly n: number;
  /** x of all places: d arrays of N. */
  readonly columns: readonly Float64Array[];
  readonly v: Float64Array;
  /** z of all places by site, then e: d + 1 arrays of N; none without a table. */
  readonly walks: readonly Float64Array[];
}

export const bySite = (covariance: Covariance, places: readonly KernelPlace[]): PlacesBySite => ({
  covariance,
  n: places.length,
  columns: covariance.coordinates.map((_, i) => Float64Array.from(places, ({ x }) => x[i]!)),
  v: Float64Array.from(places, ({ v }) => v),
  walks: Array.from({ length: places[0]?.z.length ?? 0 }, (_, i) => Float64Array.from(places, ({ z }) => z[i]!)),
});

/** Of a configuration: r² and common walks with every place, u, sum_i z_i and e. Scratch, written anew each time. */
export interface Sums {
  readonly r2: Float64Array;
  readonly common: Float64Array;
  u: number;
  own: number;
  e: number;
}

export const roomFor = (n: number): Sums => ({
  r2: new Float64Array(n),
  common: new Float64Array(n),
  u: 0,
  own: 0,
  e: 0,
});

/** Over all sites. */
export function sumAnew(places: PlacesBySite, configuration: Configuration, into: Sums): Sums {
  const { covariance, columns, walks, n } = places;
  const { table } = covariance.fit.inputs;
  const { r2, common } = into;
  r2.fill(0, 0, n);
  common.fill(0, 0, n);
  let [own, e] = [0, 0];
  for (let i = 0; i < columns.length; i++) {
    const x = covariance.coordinates[i]![configuration[i]!]!;
    if (!table) {
      addSquares(r2, columns[i]!, x, n);
      continue;
    }
    const z = table.walks[i]![configuration[i]!]!;
    own += z;
    e += leaving(table, i, configuration[i]!);
    addSquaresAndWalk(r2, columns[i]!, x, common, walks[i]!, z, n);
  }
  if (table) addProducts(common, walks.at(-1)!, e, n);
  return Object.assign(into, { u: tableSum(covariance, configuration), own, e });
}

/** From the sums `around` a centre to those after the changes. */
export function sumAfter(
  places: PlacesBySite,
  centre: Configuration,
  around: Sums,
  changes: readonly Change[],
  into: Sums,
): void {
  const { covariance, columns, walks, n } = places;
  const { coordinates, weighted, fit } = covariance;
  const { table } = fit.inputs;
  const { r2, common } = into;
  let { u, own, e } = around;
  r2.set(around.r2);
  common.set(around.common);
  for (const { site, rung } of changes) {
    const from = centre[site]!;
    moveSquares(r2, columns[site]!, coordinates[site]![from]!, coordinates[site]![rung]!, n);
    if (!weighted || !table) continue;
    u += weighted[site]![rung]! - weighted[site]![from]!;
    const [left, taken] = [table.walks[site]![from]!, table.walks[site]![rung]!];
    own += taken - left;
    moveWalk(common, walks[site]!, left, taken, n);
    const leaves = leaving(table, site, rung) - leaving(table, site, from);
    e += leaves;
    if (leaves !== 0) addProducts(common, walks.at(-1)!, leaves, n);
  }
  Object.assign(into, { u, own, e });
}

/** Writes the N covariances to `row` from `at` on and gives the prior variance. */
export function writeCovariances(places: PlacesBySite, sums: Sums, row: Float64Array, at: number): number {
  const { covariance, n, v: vs } = places;
  const { r2, common, u, own, e } = sums;
  const { table } = covariance.fit.inputs;
  const v = table ? bend(u, table.shape) : 0;
  for (let a = 0; a < n; a++) row[at + a] = covarianceAt(covariance, r2[a]!, v, vs[a]!, common[a]!);
  return covarianceAt(covariance, 0, v, v, own + e * e);
}
