/** A strategy that the caller brings. */
import { UserError } from '../errors/user-error.ts';
import { type StrategyOptions, strategyNames } from './strategies.ts';
import type { Problem, Strategy } from './strategy.ts';
import { fits, takenIn } from './taken.ts';

export interface OwnStrategy {
  /** Kept with every trial that it proposes; none of ours. */
  readonly name: string;
  /** The same arguments give a strategy that proposes the same: so a study can be resumed and replayed. */
  open(problem: Problem, options: StrategyOptions): Strategy;
}

/** @throws UserError for a name that is taken */
export function demandOwnName({ name }: OwnStrategy): void {
  if (name !== '' && name !== 'dense' && !strategyNames.includes(name)) return;
  throw new UserError(
    `Cannot search with a strategy of your own that is called "${name}": that name is taken.`,
    'Give it a name of its own.',
  );
}

/** Held to what every strategy promises: a proposal that was made before would be asked for again without end. */
export function openOwn(own: OwnStrategy, problem: Problem, options: StrategyOptions): Strategy {
  const strategy = own.open(problem, options);
  return {
    name: own.name,
    ask: (history, pending, rng) => {
      const configuration = strategy.ask(history, pending, rng);
      if (configuration === null) return null;
      const asked = `the strategy "${own.name}" proposed [${configuration}]`;
      if (!fits(problem, configuration))
        throw new UserError(
          `Cannot go on: ${asked}, which is no rung for each of the ${problem.ladderLengths.length} sites.`,
          `Give one whole number per site, each from 0 to the length of its ladder less 1.`,
        );
      if (takenIn(problem, history, pending).has(configuration))
        throw new UserError(
          `Cannot go on: ${asked}, which was tried before.`,
          'Propose what is in neither its history nor what is pending.',
        );
      return configuration;
    },
  };
}
