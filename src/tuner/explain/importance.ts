/**
 * How much each site matters for an objective, as a process has it.
 *
 * Notation: f the posterior mean; x a configuration whose rungs are drawn independently, each as probable as the others; x_-i all
 * sites but i. The total effect (Saltelli et al. 2010, table 2) is S_i = E[Var(f | x_-i)] / Var(f), and E[f | x_i = j] is the main
 * effect of rung j. Both are means over `bases` configurations of a Sobol sequence, of each of which every site goes through all its
 * rungs, so that the inner variance is exact.
 */

import { bend } from '../gp/inputs.ts';
import { covarianceAt, type Process, placeOf } from '../gp/process.ts';
import { sobolSequence } from '../sobol-sequence.ts';
import type { Configuration } from '../strategy.ts';

export interface Importance {
  /** S_i over the sum of all S: 0 to 1; 0 everywhere where nothing matters. */
  readonly share: number;
  /** The objective's change from the last rung, dense, by rung: differences of main effects, 0 for dense. */
  readonly effects: readonly number[];
}

const bases = 64;
/** Of a longer ladder so many rungs are gone through, both ends among them. */
const mostRungs = 16;

/** One per site. */
export function importanceOf(process: Process): Importance[] {
  const { coordinates, fit } = process.covariance;
  const lengths = coordinates.map(({ length }) => length);
  const tried = lengths.map(rungsOf);
  const sums = tried.map(rungs => new Float64Array(rungs.length));
  const variances = new Float64Array(lengths.length);
  const sequence = sobolSequence(lengths.length, 1);
  for (let base = 0; base < bases; base++) {
    const point = sequence.next();
    const configuration = lengths.map((length, i) => Math.floor((point[i]! / 2 ** 32) * length));
    const meanAt = meansAround(process, configuration);
    tried.forEach((rungs, i) => {
      const means = rungs.map(rung => meanAt(i, rung));
      const middle = means.reduce((sum, each) => sum + each, 0) / means.length;
      means.forEach((each, j) => {
        sums[i]![j]! += each / bases;
        variances[i]! += (each - middle) ** 2 / (means.length * bases);
      });
    });
  }
  const total = variances.reduce((sum, each) => sum + each, 0);
  const { scale } = fit.standardisation;
  return tried.map((rungs, i) => ({
    share: total > 0 ? variances[i]! / total : 0,
    effects: spreadOver(
      lengths[i]!,
      rungs,
      sums[i]!.map(each => scale * (each - sums[i]!.at(-1)!)),
    ),
  }));
}

const rungsOf = (length: number): number[] =>
  length <= mostRungs
    ? Array.from({ length }, (_, rung) => rung)
    : Array.from({ length: mostRungs }, (_, at) => Math.round((at * (length - 1)) / (mostRungs - 1)));

/** What was found at some rungs, in straight lines between them. */
function spreadOver(length: number, rungs: readonly number[], values: Float64Array): number[] {
  let at = 0;
  return Array.from({ length }, (_, rung) => {
    while (at + 2 < rungs.length && rungs[at + 1]! <= rung) at++;
    const [left, right] = [rungs[at]!, rungs[at + 1] ?? rungs[at]!];
    const part = right > left ? (rung - left) / (right - left) : 0;
    return values[at]! + part * ((values[at + 1] ?? values[at]!) - values[at]!);
  });
}

/** The posterior mean, standardised, after one site of `configuration` takes another rung: O(n) each. */
function meansAround(process: Process, configuration: Configuration): (site: number, rung: number) => number {
  const { covariance, places, alpha } = process;
  const { coordinates, weighted, fit } = covariance;
  const { x } = placeOf(covariance, configuration);
  const u = weighted ? configuration.reduce((sum, rung, i) => sum + weighted[i]![rung]!, 0) : 0;
  const squares = places.map(other => other.x.reduce((sum, each, i) => sum + (each - x[i]!) ** 2, 0));
  return (site, rung) => {
    const [from, to] = [x[site]!, coordinates[site]![rung]!];
    const moved = weighted ? u + weighted[site]![rung]! - weighted[site]![configuration[site]!]! : 0;
    const v = weighted ? bend(moved, fit.inputs.table!.shape) : 0;
    return places.reduce((sum, other, a) => {
      const there = other.x[site]!;
      const r2 = Math.max(0, squares[a]! + (there - to) ** 2 - (there - from) ** 2);
      return sum + alpha[a]! * covarianceAt(covariance, r2, v, other.v);
    }, 0);
  };
}
