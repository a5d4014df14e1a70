/** The strategies by the names a user gives them. */
import { UserError } from '../errors/user-error.ts';
import { nearest } from '../units/nearest.ts';
import { bayesianStrategy } from './bayesian.ts';
import { nsga2Strategy } from './nsga2.ts';
import type { Point } from './pareto/dominance.ts';
import type { TunerPrior } from './prior.ts';
import { randomStrategy } from './random.ts';
import { sobolStrategy } from './sobol.ts';
import type { Configuration, Problem, Strategy } from './strategy.ts';

export interface StrategyOptions {
  /** The study's seed: what a strategy fixes once (Sobol's scramble), apart from the generator it is handed. */
  readonly seed: number;
  /** Configurations known to be good, observed before any other; for strategies that learn (bayesian without a prior, nsga2). */
  readonly firstGuesses?: readonly Configuration[] | undefined;
  /** What is known of the problem beforehand, of bayesian. */
  readonly prior?: TunerPrior | null | undefined;
  /** The hypervolume's reference point, of bayesian; by rule when absent. */
  readonly reference?: Point | undefined;
  /** Of nsga2; by rule when absent. */
  readonly population?: number | undefined;
}

const makers: Readonly<Record<string, (problem: Problem, options: StrategyOptions) => Strategy>> = {
  bayesian: (problem, { seed, firstGuesses, prior, reference }) =>
    bayesianStrategy(problem, { seed, firstGuesses, prior, reference }),
  nsga2: (problem, { population, firstGuesses }) => nsga2Strategy(problem, { population, firstGuesses }),
  random: problem => randomStrategy(problem),
  sobol: (problem, { seed }) => sobolStrategy(problem, seed),
};

/** In alphabetical order. */
export const strategyNames: readonly string[] = Object.keys(makers).sort();

/** @throws UserError when there is no strategy of that name. */
export function createStrategy(name: string, problem: Problem, options: StrategyOptions): Strategy {
  const make = Object.hasOwn(makers, name) ? makers[name] : undefined;
  if (make) return make(problem, options);
  const meant = nearest(name, strategyNames);
  throw new UserError(
    `Cannot search with the strategy ${JSON.stringify(name)}: expected one of ${strategyNames.join(', ')}.`,
    meant ? `Did you mean "${meant}"?` : 'Choose one of them with --strategy.',
  );
}
