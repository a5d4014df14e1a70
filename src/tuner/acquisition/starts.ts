/** Where the search for the best acquisition begins. */
import type { Rng } from '../../random/rng.ts';
import { sobolSequence } from '../sobol-sequence.ts';
import type { Configuration, Problem } from '../strategy.ts';
import { blended, uniformLevels } from '../variation.ts';
import { rungsAround } from './search.ts';

/**
 * `count` starts about: half from the neighbourhood of the front (members with a few sites moved, and blends of two), the
 * others from `known` (the prior's own front), from even levels and from a Sobol sequence.
 */
export function startsFor(
  problem: Problem,
  front: readonly Configuration[],
  known: readonly Configuration[],
  count: number,
  rng: Rng,
): Configuration[] {
  const starts: Configuration[] = [...known];
  for (let i = 0; front.length > 0 && i < count / 2; i++) {
    const member = front[i % front.length]!;
    const other = front[rng.integer(front.length)]!;
    const from = i % 3 === 2 ? blended(problem, member, other, rng) : member;
    starts.push(nudged(problem, from, 1 + rng.integer(3), rng));
  }
  const levels = uniformLevels(problem);
  const stride = Math.max(1, Math.floor(levels.length / 16));
  for (let i = 0; i < levels.length; i += stride) starts.push(nudged(problem, levels[i]!, 1, rng));
  const sequence = sobolSequence(problem.ladderLengths.length, rng.integer(2 ** 31));
  while (starts.length < count) {
    const point = sequence.next();
    starts.push(problem.ladderLengths.map((length, site) => Math.floor((point[site]! / 2 ** 32) * length)));
  }
  return starts;
}

/** `count` sites (or fewer) moved to another of the rungs that a climb would try. */
function nudged(problem: Problem, configuration: Configuration, count: number, rng: Rng): Configuration {
  const movable = problem.ladderLengths.flatMap((length, site) => (length > 1 ? [site] : []));
  const result = [...configuration];
  for (let i = 0; i < count && movable.length > 0; i++) {
    const site = movable[rng.integer(movable.length)]!;
    const rungs = rungsAround(problem.ladderLengths[site]!, result[site]!);
    result[site] = rungs[rng.integer(rungs.length)]!;
  }
  return result;
}
