/** What is observed before a model proposes, and when a prior has forfeited its place in it. */
import { lossesFor, type TunerPrior } from './prior.ts';
import { sobolSequence } from './sobol-sequence.ts';
import type { Configuration, Outcome, Problem } from './strategy.ts';
import { fits, type Taken } from './taken.ts';
import { uniformLevels } from './variation.ts';

/** Members of the prior's own front that are observed first. */
const fromPrior = 8;
/** Even levels that are observed first where there are many sites. */
const levelsFirst = 5;
/** From so many trials on a prior is held against what was observed. */
const enoughToDoubt = 4;
/** A prior whose foretold values correlate less than this with the observed ones is doubted. */
const leastCorrelation = 0.5;

export interface Design {
  /** The next configuration to observe, while the design lasts; null afterwards. */
  next(history: readonly Outcome[], taken: Taken): Configuration | null;
}

/**
 * With a prior: the even level half-way, where even a false table must show its sign, then members of the prior's front. As soon
 * as what was observed contradicts the prior, and always without one: first guesses where there are any, else even levels where
 * there are ten sites or more, else a Sobol sequence.
 *
 * @param known the prior's own front; may be empty
 */
export function designOf(
  problem: Problem,
  prior: TunerPrior | null,
  known: readonly Configuration[],
  firstGuesses: readonly Configuration[],
  seed: number,
): Design {
  const unaided = withoutPrior(problem, firstGuesses, seed);
  const informed = prior && known.length > 0 ? [...halfWay(problem), ...spread(known, fromPrior)] : null;
  return {
    next: (history, taken) => {
      const trusted = informed !== null && !contradicted(prior!, history);
      const design = trusted ? informed : unaided;
      const longest = unaided.length + (informed?.length ?? 0);
      return taken.count < longest ? (design.find(each => !taken.has(each)) ?? null) : null;
    },
  };
}

const movableSites = ({ ladderLengths }: Problem): number => ladderLengths.filter(length => length > 1).length;

/** Too many for points that fill the space. */
export const manySites = (problem: Problem): boolean => movableSites(problem) >= 10;

const halfWay = (problem: Problem): Configuration[] => {
  const levels = uniformLevels(problem);
  return [levels[Math.floor(levels.length / 2)]!];
};

/** Whether any objective that the prior speaks of goes another way than it says, over at least four trials. */
export function contradicted(prior: TunerPrior, history: readonly Outcome[]): boolean {
  const observed = history.flatMap(each => (each.state !== 'failed' && each.values.length > 0 ? [each] : []));
  if (observed.length < enoughToDoubt) return false;
  return prior.tables.some((table, k) => {
    const changes = table?.changes ?? lossesFor(prior, k);
    if (!changes) return false;
    const sums = observed.map(({ configuration }) =>
      configuration.reduce((sum, rung, i) => sum + changes[i]![rung]!, 0),
    );
    // Losses are squared errors, as in `gp/inputs.ts`.
    const foretold = table ? sums : sums.map(each => Math.sqrt(Math.max(0, each)));
    const values = observed.map(each => each.values[k]!);
    return correlation(foretold, values) < leastCorrelation;
  });
}

/** Pearson's; 1 where either side is constant, since that contradicts nothing. */
function correlation(a: readonly number[], b: readonly number[]): number {
  const mean = (of: readonly number[]): number => of.reduce((sum, each) => sum + each, 0) / of.length;
  const [meanA, meanB] = [mean(a), mean(b)];
  let [both, squaresA, squaresB] = [0, 0, 0];
  a.forEach((each, i) => {
    both += (each - meanA) * (b[i]! - meanB);
    squaresA += (each - meanA) ** 2;
    squaresB += (b[i]! - meanB) ** 2;
  });
  return squaresA > 0 && squaresB > 0 ? both / Math.sqrt(squaresA * squaresB) : 1;
}

function withoutPrior(problem: Problem, firstGuesses: readonly Configuration[], seed: number): Configuration[] {
  const guesses = firstGuesses.filter(each => fits(problem, each));
  if (guesses.length > 0) return guesses;
  if (manySites(problem)) return spread(uniformLevels(problem), levelsFirst);
  const movable = movableSites(problem);
  const sequence = sobolSequence(problem.ladderLengths.length, seed);
  return Array.from({ length: Math.min(10, 2 * (movable + 1)) }, () => {
    const point = sequence.next();
    return problem.ladderLengths.map((length, site) => Math.floor((point[site]! / 2 ** 32) * length));
  });
}

/** `count` of `all` at most, evenly spread, both ends among them. */
function spread<T>(all: readonly T[], count: number): T[] {
  if (all.length <= count) return [...all];
  return Array.from({ length: count }, (_, i) => all[Math.round((i * (all.length - 1)) / (count - 1))]!);
}
