/**
 * The acquisition over configurations: ln of the expected improvement over all worlds, times the probability of being usable.
 *
 * Candidates are taken in batches: their covariances with all places (`cross-covariance.ts`), from these means and standard
 * deviations (`posterior.ts`), from these improvement and feasibility.
 */
import type { Process } from '../gp/process.ts';
import type { Point } from '../pareto/dominance.ts';
import type { Configuration, Constraint } from '../strategy.ts';
import { cellsOf } from './cells.ts';
import { type Change, changed } from './change.ts';
import { bySite, roomFor, type Sums, sumAfter, sumAnew, writeCovariances } from './cross-covariance.ts';
import { conditionOnDraws } from './fantasies.ts';
import { logProbabilityBelow } from './feasibility.ts';
import { logExpectedImprovement, logSum } from './improvement.ts';
import { batch, openPosterior } from './posterior.ts';
import type { Worlds } from './worlds.ts';

export interface Surface {
  /** ln acquisition of configurations. */
  score(configurations: readonly Configuration[]): Float64Array;
  /** ln acquisition of the centre after each list of changes (different sites each). */
  scoreSteps(centre: Configuration, steps: readonly (readonly Change[])[]): Float64Array;
  /** How many candidates were scored so far. */
  readonly scored: number;
}

export interface SurfaceParts {
  readonly processes: readonly Process[];
  readonly worlds: Worlds;
  readonly reference: Point;
  readonly constraints: readonly Constraint[];
  /** ln of the probability that a configuration can be used at all, or null when nothing ever failed. */
  readonly logUsable: ((configuration: Configuration) => number) | null;
}

/**
 * Holds the arena of the linear algebra kernels: nothing else may use them between two calls of one surface's methods, since
 * its matrices lie there.
 */
export function openSurface({ processes, worlds, reference, constraints, logUsable }: SurfaceParts): Surface {
  const fantasies = processes.map((process, k) => conditionOnDraws(process, worlds, k));
  const { rows, priors, means, sds, predict } = openPosterior(fantasies);
  const places = fantasies.map(each => bySite(each.covariance, each.places));
  const sums = places.map(({ n }) => roomFor(n));
  const cells = worlds.fronts.map(front => cellsOf(front, reference));
  let scored = 0;

  /** Of candidate `c` of the batch. */
  const logImprovement = (c: number): number => {
    let total = Number.NEGATIVE_INFINITY;
    for (let world = 0; world < cells.length; world++) {
      let value = logExpectedImprovement(cells[world]!, means[world]![c]!, sds[c]!);
      for (const { objective, max } of constraints) {
        value += logProbabilityBelow(max, means[world]![c]![objective]!, sds[c]![objective]!);
      }
      total = cells.length === 1 ? value : logSum(total, value);
    }
    return total - Math.log(cells.length);
  };

  /** @param sumUp writes the sums of candidate `i` with the places of objective `k` */
  const scoreAll = (
    count: number,
    sumUp: (k: number, i: number) => void,
    candidate: (i: number) => Configuration,
  ): Float64Array => {
    const results = new Float64Array(count);
    for (let from = 0; from < count; from += batch) {
      const size = Math.min(batch, count - from);
      for (let k = 0; k < places.length; k++) {
        for (let c = 0; c < size; c++) {
          sumUp(k, from + c);
          priors[c] = writeCovariances(places[k]!, sums[k]!, rows.data, c * rows.ld);
        }
        predict(k, size);
      }
      for (let c = 0; c < size; c++) results[from + c] = logImprovement(c) + (logUsable?.(candidate(from + c)) ?? 0);
    }
    scored += count;
    return results;
  };

  // A climb asks for the steps from one centre many times.
  let last: { readonly centre: Configuration; readonly around: readonly Sums[] } | null = null;
  const sumsAround = (centre: Configuration): readonly Sums[] => {
    if (last?.centre !== centre) last = { centre, around: places.map(each => sumAnew(each, centre, roomFor(each.n))) };
    return last.around;
  };

  return {
    get scored() {
      return scored;
    },
    score: configurations =>
      scoreAll(
        configurations.length,
        (k, i) => sumAnew(places[k]!, configurations[i]!, sums[k]!),
        i => configurations[i]!,
      ),
    scoreSteps: (centre, steps) => {
      const around = sumsAround(centre);
      return scoreAll(
        steps.length,
        (k, i) => sumAfter(places[k]!, centre, around[k]!, steps[i]!, sums[k]!),
        i => changed(centre, steps[i]!),
      );
    },
  };
}
