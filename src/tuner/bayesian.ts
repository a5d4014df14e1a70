/**
 * The Bayesian tuner: Gaussian processes of the objectives, and the trial that is expected to widen the front the most.
 */
import type { Rng } from '../random/rng.ts';
import { searchBest } from './acquisition/search.ts';
import { startsFor } from './acquisition/starts.ts';
import { openSurface } from './acquisition/surface.ts';
import { usability } from './acquisition/usable.ts';
import { drawWorlds } from './acquisition/worlds.ts';
import { designOf, manySites } from './design.ts';
import { priorFront } from './first-guesses.ts';
import { type ModelCache, modelsOf, newModelCache, type Views, viewsOf } from './gp/models.ts';
import type { Point } from './pareto/dominance.ts';
import { nondominated } from './pareto/dominance.ts';
import { type Eligible, isEligible } from './pareto/front.ts';
import { dominanceRanks } from './pareto/sort.ts';
import type { TunerPrior } from './prior.ts';
import type { Configuration, Constraint, Outcome, Problem, Strategy } from './strategy.ts';
import { drawUnseen, fits, problemSize, takenIn } from './taken.ts';

export interface BayesianOptions {
  readonly seed: number;
  /** The hypervolume's reference point; by rule from the trials when absent. */
  readonly reference?: Point | undefined;
  /** Observed first where there is no prior; with one its own front is. */
  readonly firstGuesses?: readonly Configuration[] | undefined;
  readonly prior?: TunerPrior | null | undefined;
}

const worldCount = 8;
const mostEligible = 64;
/** Members of the prior's own front that every search begins from. */
const knownStarts = 64;
/**
 * How many starts a search has, and how many candidates it scores. With many sites space-filling points hardly ever lead to the front,
 * and each costs a sum over all sites.
 */
const fewSites = { starts: 400, candidates: 2000 };
const many = { starts: 160, candidates: 1600 };

export function bayesianStrategy(problem: Problem, options: BayesianOptions): Strategy {
  const cache: ModelCache = newModelCache();
  const views = viewsOf(problem, options.prior ?? null);
  const known = options.prior ? priorFront(problem, options.prior, knownStarts) : [];
  const design = designOf(problem, options.prior ?? null, known, options.firstGuesses ?? [], options.seed);
  return {
    name: 'bayesian',
    ask: (history, pending, rng) => {
      const taken = takenIn(problem, history, pending);
      if (taken.count >= problemSize(problem)) return null;
      const first = design.next(
        history.filter(each => fits(problem, each.configuration)),
        taken,
      );
      if (first) return first;
      return propose(problem, options, views, known, cache, history, pending, rng) ?? drawUnseen(problem, taken, rng);
    },
  };
}

function propose(
  problem: Problem,
  options: BayesianOptions,
  views: Views,
  known: readonly Configuration[],
  cache: ModelCache,
  history: readonly Outcome[],
  pending: readonly Configuration[],
  rng: Rng,
): Configuration | null {
  const fitting = history.filter(each => fits(problem, each.configuration));
  const models = modelsOf(problem, views, fitting, options.seed, cache);
  if (!models) return null;
  const eligible = leading(fitting.filter(isEligible));
  const constraints = problem.constraints ?? [];
  const reference = within(constraints, options.reference ?? referenceOf(eligible.map(({ values }) => values)));
  if (!reference) return null;
  const open = pending.filter(each => fits(problem, each));
  const configurations = eligible.map(({ configuration }) => configuration);
  const worlds = drawWorlds(models, configurations, open, worldCount, rng.integer(2 ** 31));
  const surface = openSurface({
    processes: models,
    worlds,
    reference,
    constraints,
    logUsable: usability(problem, fitting),
  });
  const values = eligible.map(each => each.values);
  const front = nondominated(values).map(point => configurations[values.indexOf(point)]!);
  const taken = takenIn(problem, history, pending);
  const budget = manySites(problem) ? many : fewSites;
  const starts = startsFor(problem, front, known, budget.starts, rng);
  return searchBest(problem, surface, taken, starts, { ...budget, climbs: 3 }, rng)?.configuration ?? null;
}

/** Those that may be on the front once noise is taken out of it; of many the best by rank of dominance. */
function leading(eligible: readonly Eligible[]): readonly Eligible[] {
  if (eligible.length <= mostEligible) return eligible;
  const ranks = dominanceRanks(eligible.map(({ values }) => values));
  const order = eligible.map((_, a) => a).sort((a, b) => ranks[a]! - ranks[b]! || b - a);
  const kept = new Set(order.slice(0, mostEligible));
  return eligible.filter((_, a) => kept.has(a));
}

/** Volume beyond a limit is of no use. */
const within = (constraints: readonly Constraint[], reference: Point | null): Point | null =>
  reference?.map((value, k) =>
    constraints.reduce((least, { objective, max }) => (objective === k ? Math.min(least, max) : least), value),
  ) ?? null;

/** A tenth of the front's extent beyond its worst values (Ishibuchi et al. 2011 and BoTorch's rule). */
function referenceOf(points: readonly Point[]): Point | null {
  if (points.length === 0) return null;
  const front = nondominated(points);
  return points[0]!.map((_, k) => {
    const extent = (of: readonly Point[]): number =>
      Math.max(...of.map(each => each[k]!)) - Math.min(...of.map(each => each[k]!));
    const worst = Math.max(...front.map(each => each[k]!));
    return worst + 0.1 * (extent(front) || extent(points) || Math.abs(worst) || 1);
  });
}
