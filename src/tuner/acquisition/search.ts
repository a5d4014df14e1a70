/**
 * The best configuration by an acquisition, searched over the ordinals themselves: no continuous optimum is ever rounded.
 *
 * A pool of starts is scored; the best few are climbed. A climb goes through the sites in random order and gives each
 * the best of its rungs (of a long ladder: those at distances 1, 2, 4, ... both ways), until a round changes nothing.
 * Then it tries random pairs of sites, which may trade what one site alone cannot. It begins again after each pair that
 * improves.
 */
import { type Rng, shuffled } from '../../random/rng.ts';
import type { Configuration, Problem } from '../strategy.ts';
import { configurationAt, keyOf, problemSize, type Taken } from '../taken.ts';
import { type Change, changed } from './change.ts';
import type { Surface } from './surface.ts';

export interface Found {
  readonly configuration: Configuration;
  /** ln acquisition. */
  readonly score: number;
  /** Which start it was climbed from, by its place in `starts`; -1 where all configurations were listed. */
  readonly start: number;
}

export interface SearchBudget {
  /** Candidates to score at most, about. */
  readonly candidates: number;
  /** How many starts are climbed. */
  readonly climbs: number;
}

/** Ladders up to this length are tried whole. */
const shortLadder = 12;
const pairsAtOnce = 64;

/** Null where nothing unseen was found. */
export function searchBest(
  problem: Problem,
  surface: Surface,
  taken: Taken,
  starts: readonly Configuration[],
  { candidates, climbs }: SearchBudget,
  rng: Rng,
): Found | null {
  const size = problemSize(problem);
  if (size <= candidates) return listAll(problem, surface, taken, size);
  const fresh = [
    ...new Map(starts.map((each, start) => [keyOf(each), { configuration: each, start }])).values(),
  ].filter(({ configuration }) => !taken.has(configuration));
  const scores = surface.score(fresh.map(({ configuration }) => configuration));
  const order = fresh.map((_, i) => i).sort((i, j) => scores[j]! - scores[i]! || i - j);
  let best: Found | null = null;
  const end = surface.scored + candidates - fresh.length;
  order.slice(0, climbs).forEach((i, climb) => {
    const share = surface.scored + (end - surface.scored) / (Math.min(climbs, order.length) - climb);
    const start = { ...fresh[i]!, score: scores[i]! };
    const found = climbFrom(problem, surface, taken, start, share, rng);
    if (!best || found.score > best.score) best = found;
  });
  return best;
}

function listAll(problem: Problem, surface: Surface, taken: Taken, size: number): Found | null {
  const free: Configuration[] = [];
  for (let index = 0; index < size; index++) {
    const configuration = configurationAt(problem, index);
    if (!taken.has(configuration)) free.push(configuration);
  }
  const scores = surface.score(free);
  const best = free.reduce((most, _, i) => (scores[i]! > scores[most]! ? i : most), 0);
  return free.length === 0 ? null : { configuration: free[best]!, score: scores[best]!, start: -1 };
}

function climbFrom(problem: Problem, surface: Surface, taken: Taken, start: Found, until: number, rng: Rng): Found {
  let at = start;
  const movable = problem.ladderLengths.flatMap((length, site) => (length > 1 ? [site] : []));
  const take = (steps: readonly (readonly Change[])[]): boolean => {
    const scores = surface.scoreSteps(at.configuration, steps);
    const order = steps.map((_, i) => i).filter(i => scores[i]! > at.score + 1e-9);
    for (const i of order.sort((a, b) => scores[b]! - scores[a]! || a - b)) {
      const configuration = changed(at.configuration, steps[i]!);
      if (taken.has(configuration)) continue;
      at = { ...at, configuration, score: scores[i]! };
      return true;
    }
    return false;
  };
  while (surface.scored < until) {
    let moved = false;
    for (const site of shuffled(movable, rng)) {
      if (surface.scored >= until) return at;
      const rungs = rungsAround(problem.ladderLengths[site]!, at.configuration[site]!);
      if (take(rungs.map(rung => [{ site, rung }]))) moved = true;
    }
    if (moved) continue;
    if (movable.length < 2 || !take(randomPairs(problem, at.configuration, movable, rng))) return at;
  }
  return at;
}

/** The other rungs of a site that are tried from `current`. */
export function rungsAround(length: number, current: number): number[] {
  if (length <= shortLadder) return Array.from({ length }, (_, rung) => rung).filter(rung => rung !== current);
  const rungs: number[] = [];
  for (let step = 1; step < length; step *= 2) {
    if (current - step >= 0) rungs.push(current - step);
    if (current + step < length) rungs.push(current + step);
  }
  return rungs;
}

function randomPairs(
  problem: Problem,
  configuration: Configuration,
  movable: readonly number[],
  rng: Rng,
): (readonly Change[])[] {
  return Array.from({ length: pairsAtOnce }, () => {
    const first = rng.integer(movable.length);
    const second = (first + 1 + rng.integer(movable.length - 1)) % movable.length;
    return [first, second].map(each => {
      const site = movable[each]!;
      const rungs = rungsAround(problem.ladderLengths[site]!, configuration[site]!);
      return { site, rung: rungs[rng.integer(rungs.length)]! };
    });
  });
}
