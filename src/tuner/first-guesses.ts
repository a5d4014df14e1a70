/** Good configurations before the first observation, from what is known of each site alone. */
import type { TunerPrior } from './prior.ts';
import type { Configuration, Problem } from './strategy.ts';

/**
 * The configurations that are optimal where costs and losses simply add up over sites, from dense downwards.
 *
 * Notation: c_ij, l_ij cost and loss of rung j at site i. For every price lambda >= 0 the sum over i of min_j (l_ij +
 * lambda c_ij) separates by site. Its minimisers lie on each site's lower convex hull of (c, l). They are found by
 * walking these hulls from the last rung on, all sites' steps together in the order of loss per cost saved (Lagrange
 * relaxation of the multiple-choice knapsack, Sinha and Zoltners 1979).
 *
 * @param costs per site and rung, such as multiply-accumulates or measured milliseconds; the last rung is dense
 * @param losses per site and rung, such as relative output error, in any unit that is common to all sites
 * @param count how many to return at most, spread evenly over the cost that can be saved
 */
export function firstGuesses(
  costs: readonly (readonly number[])[],
  losses: readonly (readonly number[])[],
  count: number,
): Configuration[] {
  const steps = costs
    .flatMap((ladder, site) => hullSteps(ladder, losses[site]!).map(step => ({ ...step, site })))
    .sort((a, b) => a.price - b.price || a.site - b.site);
  const saveable = steps.reduce((sum, { saved }) => sum + saved, 0);
  const current = costs.map(ladder => ladder.length - 1);
  const chosen: Configuration[] = [];
  let saved = 0;
  let level = 1;
  for (const step of steps) {
    current[step.site] = step.rung;
    saved += step.saved;
    // The first one at or beyond each of `count` evenly spaced savings, less what rounding takes from the last.
    if (saved < (level / count) * saveable * (1 - 1e-9)) continue;
    chosen.push([...current]);
    while (saved >= (level / count) * saveable * (1 - 1e-9)) level++;
  }
  return chosen;
}

/**
 * The front of a prior taken at its word, from nearly dense to the cheapest: each of its tables against its losses, in turn, or, where
 * losses are missing, its first table against the others. Without a table every rung costs its place in the ladder. Empty where
 * nothing tells of losses.
 */
export function priorFront({ ladderLengths }: Problem, { tables, losses }: TunerPrior, count: number): Configuration[] {
  const given = tables.flatMap(table => (table ? [table.changes] : []));
  const places = ladderLengths.map(length => Array.from({ length }, (_, rung) => rung));
  const [first = places, ...others] = given;
  const fronts = losses
    ? [first, ...others].map(costs => firstGuesses(costs, losses, count))
    : others.map(lost => firstGuesses(first, lost, count));
  return fronts.length > 1 ? mergedInTurn(ladderLengths, fronts, count) : (fronts[0] ?? []);
}

/** `count` of them at most, each once, in the order of how far they are from dense. */
function mergedInTurn(
  lengths: readonly number[],
  fronts: readonly (readonly Configuration[])[],
  count: number,
): Configuration[] {
  const longest = Math.max(...fronts.map(({ length }) => length));
  const inTurn = Array.from({ length: longest }, (_, i) => fronts.flatMap(front => front.slice(i, i + 1))).flat();
  const once = new Map(inTurn.map(each => [each.join(' '), each]));
  const depth = (each: Configuration): number =>
    each.reduce((sum, rung, i) => sum + (lengths[i]! - 1 - rung) / Math.max(1, lengths[i]! - 1), 0);
  const sorted = [...once.values()].sort((a, b) => depth(a) - depth(b));
  if (sorted.length <= count) return sorted;
  return Array.from(
    { length: count },
    (_, i) => sorted[Math.round((i * (sorted.length - 1)) / Math.max(1, count - 1))]!,
  );
}

interface HullStep {
  readonly rung: number;
  /** The cost that this step saves, more than 0. */
  readonly saved: number;
  /** Loss per cost saved; rises from step to step. */
  readonly price: number;
}

/** From the last rung always on to the cheaper one with the least loss per cost saved: the lower convex hull. */
function hullSteps(costs: readonly number[], losses: readonly number[]): HullStep[] {
  const steps: HullStep[] = [];
  let at = costs.length - 1;
  for (;;) {
    let best: HullStep | null = null;
    for (let rung = 0; rung < costs.length; rung++) {
      const saved = costs[at]! - costs[rung]!;
      if (!(saved > 0)) continue;
      const price = (losses[rung]! - losses[at]!) / saved;
      if (!best || price < best.price || (price === best.price && saved > best.saved)) best = { rung, saved, price };
    }
    if (!best) return steps;
    steps.push(best);
    at = best.rung;
  }
}
