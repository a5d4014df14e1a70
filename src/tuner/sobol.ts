/** Quasi-random search: scrambled Sobol points cover the ladders more evenly than random ones. */

import { sobolSequence } from './sobol-sequence.ts';
import type { Problem, Strategy } from './strategy.ts';
import { drawUnseen, problemSize, takenIn } from './taken.ts';

/**
 * Proposes the first point of the sequence whose configuration is not taken, so that the place in the sequence follows
 * from history and pending alone, whoever made them. Each coordinate u of [0, 1) becomes the rung floor(u * length).
 *
 * In a small space, where the sequence comes back to taken configurations for long, one of those left is drawn instead.
 *
 * @param seed of the scramble: another seed, another sequence of the same evenness
 */
export const sobolStrategy = (problem: Problem, seed: number): Strategy => ({
  name: 'sobol',
  ask: (history, pending, rng) => {
    const taken = takenIn(problem, history, pending);
    if (taken.count >= problemSize(problem)) return null;
    const sequence = sobolSequence(problem.ladderLengths.length, seed);
    const patience = 4 * taken.count + 1024;
    for (let index = 0; index < patience; index++) {
      const point = sequence.next();
      const configuration = problem.ladderLengths.map((length, site) => Math.floor((point[site]! / 2 ** 32) * length));
      if (!taken.has(configuration)) return configuration;
    }
    return drawUnseen(problem, taken, rng);
  },
});
