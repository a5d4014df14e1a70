/**
 * Which trials of a long history the processes learn from: those nearest to the front, and some of all the others.
 *
 * With many sites no model of a few hundred parameters is right everywhere, and the next front lies near the present one: a trust
 * region (Eriksson, Pearce, Gardner, Turner and Poloczek 2019; Daulton, Eriksson, Balandat and Bakshy 2022) whose border is a rank
 * of dominance. It also bounds what an ask costs, in time and in memory.
 */
import { dominanceRanks } from '../pareto/sort.ts';
import type { Observed } from '../strategy.ts';

/** Up to this many trials all are used. */
const wholeHistory = 256;
const elsewhereShare = 0.2;

/** In their order; all of them while they are few. */
export function nearFront(observed: readonly Observed[], most = wholeHistory): readonly Observed[] {
  if (observed.length <= most) return observed;
  const ranks = dominanceRanks(observed.map(({ values }) => values));
  // The latest of equal ones: they were proposed by a model that knew more.
  const order = observed.map((_, a) => a).sort((a, b) => ranks[a]! - ranks[b]! || b - a);
  const near = order.slice(0, Math.round(most * (1 - elsewhereShare)));
  const others = order.slice(near.length).sort((a, b) => a - b);
  const elsewhere = Array.from({ length: most - near.length }, (_, i) => {
    return others[Math.floor(((i + 0.5) * others.length) / (most - near.length))]!;
  });
  const kept = new Set([...near, ...elsewhere]);
  return observed.filter((_, a) => kept.has(a));
}
