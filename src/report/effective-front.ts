/** The front by the best figures there are: confirmed ones where a trial has them, else those of the search. */
import { dominators } from './dominance.ts';
import type { FrontPoint, FrontReport } from './front-report.ts';

/** Whose figures a judgement rests on; `both` where only some of the trials are confirmed. */
export type Source = 'confirmed' | 'search' | 'both';

/**
 * What `front`, `pick` and the list of studies judge by, whichever phase the report shows. The members of the front and every
 * trial that was once confirmed, the fastest first, without those that others dominate by these figures; the dense model always.
 * Speed-ups and drops are relative to the dense model of the same phase, so both phases can be compared; its own figures are
 * those of the confirm phase as soon as one trial has them.
 */
export function effectiveFront({ points, dominated }: FrontReport): FrontPoint[] {
  const confirmed = (point: FrontPoint): boolean => point.trial !== 0 && point.confirm !== null;
  const all = [...points, ...dominated.filter(confirmed)];
  const any = all.some(confirmed);
  return undominated(
    all.map(point => (any && point.confirm ? { ...point, ...point.confirm, confirmed: true } : point)),
  );
}

/** The same by the figures of the search alone: what an engineer would have read before anything was confirmed. */
export const searchFront = ({ points, dominated }: FrontReport): FrontPoint[] =>
  undominated([...points, ...dominated].map(point => ({ ...point, ...point.search, confirmed: false })));

/** Null for the dense model alone. */
export function sourceOf(points: readonly FrontPoint[]): Source | null {
  const trials = points.filter(({ trial }) => trial !== 0);
  const confirmed = trials.filter(point => point.confirmed).length;
  if (trials.length === 0) return null;
  return confirmed === trials.length ? 'confirmed' : confirmed === 0 ? 'search' : 'both';
}

function undominated(points: readonly FrontPoint[]): FrontPoint[] {
  const sorted = [...points].sort((a, b) => b.speedup - a.speedup || a.drop - b.drop || a.trial - b.trial);
  const beaten = dominators(sorted.map(({ speedup, drop }) => [-speedup, drop]));
  return sorted.filter(({ trial }, index) => trial === 0 || beaten[index] === -1);
}
