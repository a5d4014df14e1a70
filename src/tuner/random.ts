/** Uniform random search without replacement (Bergstra and Bengio 2012): the measure that every strategy must beat. */
import { drawUnseen, seenIn } from './seen.ts';
import type { Problem, Strategy } from './strategy.ts';

export const randomStrategy = (problem: Problem): Strategy => ({
  name: 'random',
  ask: (history, pending, rng) => drawUnseen(problem, seenIn(problem, history, pending), rng),
});
