/** Uniform random search without replacement (Bergstra and Bengio 2012): the measure that every strategy must beat. */

import type { Problem, Strategy } from './strategy.ts';
import { drawUnseen, takenIn } from './taken.ts';

export const randomStrategy = (problem: Problem): Strategy => ({
  name: 'random',
  ask: (history, pending, rng) => drawUnseen(problem, takenIn(problem, history, pending), rng),
});
