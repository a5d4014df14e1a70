/**
 * What the front may really be, given that trials are noisy and some are still under way.
 *
 * A world is one draw of the true objectives at the trials that may be on the front and at the pending ones, jointly, from
 * the posterior. In each world the draws are taken as known without noise: they make its front, and they are what the
 * processes are conditioned on as well. So the mean over worlds of the improvement is the noisy expected hypervolume
 * improvement (Daulton, Balandat and Bakshy 2021, arXiv 2105.08195), with the inner expectation in closed form, and asks that
 * run side by side differ, since each knows the others' fantasies. The draws come from a scrambled Sobol sequence that is
 * fixed during an ask.
 *
 * Without pending trials and with noise that does not matter there is one world: the posterior mean.
 */
import { timesTransposed } from '../../linalg/cholesky.ts';
import { covarianceBetween, covariancesWith, type KernelPlace, kernelPlaceOf, type Process } from '../gp/process.ts';
import type { Point } from '../pareto/dominance.ts';
import { sobolSequence } from '../sobol-sequence.ts';
import type { Configuration } from '../strategy.ts';
import { normalQuantile } from './normal.ts';

export interface Worlds {
  /** Places per objective that were drawn, to be conditioned on. */
  readonly places: readonly (readonly KernelPlace[])[];
  /** By world and objective: the draws at those places, standardised. */
  readonly draws: readonly (readonly Float64Array[])[];
  /** By world: the objective vectors, in their own units, of all that may be on its front. */
  readonly fronts: readonly (readonly Point[])[];
}

/** Posterior of one objective at some configurations, standardised. */
interface Joint {
  readonly means: Float64Array;
  /** Lower triangular, L Lᵀ the covariance. */
  readonly root: readonly Float64Array[];
  readonly sds: Float64Array;
}

/** A standard deviation that is less than this share of an objective's does not matter for a front. */
const negligible = 0.005;
/** How many trials are drawn anew at most: those that stand best by their posterior means. */
const mostDrawn = 24;

/**
 * @param processes one per objective
 * @param eligible configurations that count for the front: complete and feasible
 * @param count of worlds, where one is not enough
 */
export function drawWorlds(
  processes: readonly Process[],
  eligible: readonly Configuration[],
  pending: readonly Configuration[],
  count: number,
  seed: number,
): Worlds {
  const eligiblePlaces = processes.map(({ covariance }) => eligible.map(each => kernelPlaceOf(covariance, each)));
  const marginals = processes.map((process, k) => eligiblePlaces[k]!.map(place => marginal(process, place)));
  const chosen = mayLead(marginals);
  const noisy = chosen.some(a => marginals.some(each => each[a]!.sd > negligible));
  const drawn = noisy ? chosen.slice(0, mostDrawn) : [];
  const units = (values: readonly number[]): Point =>
    values.map((value, k) => {
      const { offset, scale } = processes[k]!.covariance.fit.standardisation;
      return offset + scale * value;
    });
  const fixed = noisy ? [] : chosen.map(a => units(marginals.map(each => each[a]!.mean)));
  const places = processes.map(({ covariance }, k) => [
    ...drawn.map(a => eligiblePlaces[k]![a]!),
    ...pending.map(each => kernelPlaceOf(covariance, each)),
  ]);
  const size = drawn.length + pending.length;
  if (size === 0) return { places, draws: [processes.map(() => new Float64Array(0))], fronts: [fixed] };
  const joints = processes.map((process, k) => jointly(process, places[k]!));
  const sequence = sobolSequence(size * processes.length, seed);
  const draws: Float64Array[][] = [];
  const fronts: Point[][] = [];
  for (let world = 0; world < count; world++) {
    const normals = Float64Array.from(sequence.next(), u => normalQuantile((u + 0.5) / 2 ** 32));
    const values = joints.map(({ means, root }, k) =>
      means.map((mean, a) => {
        let sum = mean;
        for (let b = 0; b <= a; b++) sum += root[a]![b]! * normals[b * processes.length + k]!;
        return sum;
      }),
    );
    draws.push(values);
    fronts.push([...fixed, ...Array.from({ length: size }, (_, a) => units(values.map(each => each[a]!)))]);
  }
  return { places, draws, fronts };
}

interface Marginal {
  readonly mean: number;
  readonly sd: number;
}

function marginal(process: Process, place: KernelPlace): Marginal {
  const k = covariancesWith(process, place);
  const l = timesTransposed(process.factor.inverse, k);
  let mean = 0;
  let variance = covarianceBetween(process.covariance, place, place);
  for (let a = 0; a < k.length; a++) {
    mean += k[a]! * process.alpha[a]!;
    variance -= l[a]! ** 2;
  }
  return { mean, sd: Math.sqrt(Math.max(0, variance)) };
}

/** Those that nobody surely dominates (better by the sum of both standard deviations everywhere), by rank of their means. */
function mayLead(marginals: readonly (readonly Marginal[])[]): number[] {
  const count = marginals[0]!.length;
  const beaten = new Array<number>(count).fill(0);
  const open: number[] = [];
  for (let a = 0; a < count; a++) {
    let surely = false;
    for (let b = 0; b < count; b++) {
      if (b === a) continue;
      let by = true;
      let bySure = true;
      let strictly = false;
      for (const each of marginals) {
        const margin = each[a]!.mean - each[b]!.mean;
        if (margin < 0) by = false;
        if (margin > 0) strictly = true;
        if (margin < each[a]!.sd + each[b]!.sd) bySure = false;
      }
      if (by && strictly) beaten[a]!++;
      if (bySure && strictly) surely = true;
    }
    if (!surely) open.push(a);
  }
  return open.sort((a, b) => beaten[a]! - beaten[b]! || b - a);
}

function jointly(process: Process, places: readonly KernelPlace[]): Joint {
  const columns = places.map(place => {
    const k = covariancesWith(process, place);
    return { k, l: timesTransposed(process.factor.inverse, k) };
  });
  const means = Float64Array.from(columns, ({ k }) => k.reduce((sum, each, a) => sum + each * process.alpha[a]!, 0));
  const covariance = columns.map(({ l }, p) =>
    Float64Array.from(
      { length: p + 1 },
      (_, q) =>
        covarianceBetween(process.covariance, places[p]!, places[q]!) -
        l.reduce((sum, each, a) => sum + each * columns[q]!.l[a]!, 0),
    ),
  );
  return { means, root: lowerRoot(covariance), sds: Float64Array.from(covariance, (row, p) => Math.sqrt(row[p]!)) };
}

/** The Cholesky factor of a covariance that may be singular: what rounding leaves of a pivot below 0 counts as 0. */
function lowerRoot(covariance: readonly Float64Array[]): Float64Array[] {
  const root = covariance.map(row => new Float64Array(row.length));
  for (let p = 0; p < root.length; p++) {
    for (let q = 0; q <= p; q++) {
      let rest = covariance[p]![q]!;
      for (let r = 0; r < q; r++) rest -= root[p]![r]! * root[q]![r]!;
      if (p === q) root[p]![p] = rest > 1e-12 ? Math.sqrt(rest) : 0;
      else root[p]![q] = root[q]![q]! > 0 ? rest / root[q]![q]! : 0;
    }
  }
  return root;
}
