/** Which configurations are taken, and how to draw one that is not. */
import type { Rng } from '../random/rng.ts';
import type { Configuration, Outcome, Problem } from './strategy.ts';

/** The configurations of a problem that were observed or are under way, each once. */
export interface Taken {
  has(configuration: Configuration): boolean;
  /** How many different ones. */
  readonly count: number;
}

/** The number of configurations; Infinity where a double cannot hold it. */
export const problemSize = (problem: Problem): number =>
  problem.ladderLengths.reduce((product, length) => product * length, 1);

/** Whether `configuration` names one rung of every ladder; a history from before a space was changed may hold others. */
export const fits = (problem: Problem, configuration: Configuration): boolean =>
  configuration.length === problem.ladderLengths.length &&
  problem.ladderLengths.every((length, site) => {
    const rung = configuration[site]!;
    return Number.isInteger(rung) && rung >= 0 && rung < length;
  });

/** All of `history`, whatever its state, and all of `pending`. */
export function takenIn(problem: Problem, history: readonly Outcome[], pending: readonly Configuration[]): Taken {
  const keys = new Set<string>();
  for (const { configuration } of history) if (fits(problem, configuration)) keys.add(keyOf(configuration));
  for (const configuration of pending) if (fits(problem, configuration)) keys.add(keyOf(configuration));
  return { has: configuration => keys.has(keyOf(configuration)), count: keys.size };
}

export const keyOf = (configuration: Configuration): string => configuration.join(' ');

/**
 * A configuration that is not in `taken`, each with the same probability; null when none is left.
 *
 * While fewer than half of all are taken, drawing until one is free needs less than two draws on average. Otherwise there
 * are at most twice as many as are taken, few enough to list.
 */
export function drawUnseen(problem: Problem, taken: Taken, rng: Rng): Configuration | null {
  const size = problemSize(problem);
  if (taken.count >= size) return null;
  if (size > 2 * taken.count) {
    for (;;) {
      const configuration = problem.ladderLengths.map(length => rng.integer(length));
      if (!taken.has(configuration)) return configuration;
    }
  }
  const free: Configuration[] = [];
  for (let index = 0; index < size; index++) {
    const configuration = configurationAt(problem, index);
    if (!taken.has(configuration)) free.push(configuration);
  }
  return free[rng.integer(free.length)] ?? null;
}

/** Counts through all configurations: `index` written in the mixed radix of the ladder lengths. */
export function configurationAt(problem: Problem, index: number): Configuration {
  let rest = index;
  return problem.ladderLengths.map(length => {
    const rung = rest % length;
    rest = Math.floor(rest / length);
    return rung;
  });
}
