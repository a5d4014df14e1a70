/** First guesses, crossover and mutation of configurations: ladders are ordered, and these use it. */
import type { Rng } from '../random/rng.ts';
import type { Configuration, Problem } from './strategy.ts';

/**
 * Every site at the same relative rung, dense first: with t from 1 to 0 in as many even steps as the longest ladder has,
 * rung = round(t (length - 1)). One such sweep spans the whole front, which uniform draws in many dimensions never do.
 */
export function uniformLevels(problem: Problem): Configuration[] {
  const steps = Math.max(...problem.ladderLengths) - 1;
  if (steps === 0) return [problem.ladderLengths.map(() => 0)];
  return Array.from({ length: steps + 1 }, (_, step) =>
    problem.ladderLengths.map(length => Math.round((1 - step / steps) * (length - 1))),
  );
}

/** A random level for all sites, and each site's own deviation from it: triangular, half a ladder wide at most. */
export function nearLevel(problem: Problem, rng: Rng): Configuration {
  const level = rng.uniform();
  return problem.ladderLengths.map(length =>
    clamp(Math.round((level + (rng.uniform() + rng.uniform() - 1) / 2) * (length - 1)), length),
  );
}

/**
 * Uniform crossover (Syswerda 1989) at half of all sites where parents are far apart...
 */
export function crossed(a: Configuration, b: Configuration, rng: Rng): Configuration {
  return a.map((rung, site) => (rng.uniform() < 0.5 ? rung : b[site]!));
}

export function mutated(problem: Problem, configuration: Configuration, strength: number, rng: Rng): Configuration {
  const movable = problem.ladderLengths.filter(length => length > 1).length;
  const rate = Math.min(1, strength / Math.max(1, movable));
  return configuration.map((rung, site) => {
    const length = problem.ladderLengths[site]!;
    if (length === 1 || rng.uniform() >= rate) return rung;
    if (rng.uniform() < 0.2) return rng.integer(length);
    const step = rng.uniform() < 0.5 ? -1 : 1;
    return clamp(rung + step, length);
  });
}

const clamp = (rung: number, length: number): number => Math.min(length - 1, Math.max(0, rung));
