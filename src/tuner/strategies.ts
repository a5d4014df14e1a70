/** The strategies by the names a user gives them. */
import { UserError } from '../errors/user-error.ts';
import { nearest } from '../units/nearest.ts';
import { randomStrategy } from './random.ts';
import type { Problem, Strategy } from './strategy.ts';

export interface StrategyOptions {
  /** The study's seed: what a strategy fixes once (Sobol's scramble), apart from the generator it is handed. */
  readonly seed: number;
}

const makers: Readonly<Record<string, (problem: Problem, options: StrategyOptions) => Strategy>> = {
  random: problem => randomStrategy(problem),
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
