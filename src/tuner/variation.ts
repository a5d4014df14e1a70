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

/** How far beyond its parents a child may lie, as a share of their distance. */
const extension = 0.25;

/**
 * Blend crossover (BLX-alpha, Eshelman and Schaffer 1993) on rungs: each site of the child is uniform on the stretch between
 * its parents' rungs and a quarter of that beyond either end, rounded. Ladders are ordered, so what lies between two
 * good rungs is a fair guess; where the parents agree the child does too.
 */
export function blended(problem: Problem, a: Configuration, b: Configuration, rng: Rng): Configuration {
  return a.map((rung, site) => {
    const weight = rng.uniform() * (1 + 2 * extension) - extension;
    return clamp(Math.round(rung + weight * (b[site]! - rung)), problem.ladderLengths[site]!);
  });
}

/** Of the mutations this share is a fresh draw from the whole ladder; the others are one step up or down. */
const resetShare = 0.2;

/** Changes about `expected` sites: each one that has a choice with the same probability. */
export function mutated(problem: Problem, configuration: Configuration, expected: number, rng: Rng): Configuration {
  const movable = problem.ladderLengths.filter(length => length > 1).length;
  const rate = Math.min(1, expected / Math.max(1, movable));
  return configuration.map((rung, site) => {
    const length = problem.ladderLengths[site]!;
    if (length === 1 || rng.uniform() >= rate) return rung;
    if (rng.uniform() < resetShare) return rng.integer(length);
    return clamp(rung + (rng.uniform() < 0.5 ? -1 : 1), length);
  });
}

const clamp = (rung: number, length: number): number => Math.min(length - 1, Math.max(0, rung));
