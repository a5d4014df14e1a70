/** The front as it grows, small enough to stand below a progress line: from what events tell, search-time figures. */
import type { Happening, TrialFinished } from '../events/event.ts';
import { formatPoints, formatSpeedup } from '../units/format.ts';

/** What is on the front beside the dense model. */
export interface LivePoint {
  readonly trial: number;
  /** Over the dense model. */
  readonly speedup: number;
  /** A share of accuracy that is lost: 0.01 is one point. */
  readonly drop: number;
  /** What else the study minimises, in its order. */
  readonly further: readonly number[];
}

/** The fastest first. */
export type LiveFront = readonly LivePoint[];

/** A trial that joins the front, and those that it beats leave it; anything else changes nothing. */
export function joined(front: LiveFront, event: Happening): LiveFront {
  if (event.kind !== 'trial-finished' || !event.onFront || event.quality === 'disturbed') return front;
  return added(front, pointOf(event));
}

/** With one point more, which may be of an earlier run, unless another beats it. */
export function added(front: LiveFront, point: LivePoint): LiveFront {
  const others = front.filter(({ trial }) => trial !== point.trial);
  if (others.some(other => beats(other, point))) return front;
  return [...others.filter(other => !beats(point, other)), point].sort(
    (a, b) => b.speedup - a.speedup || a.trial - b.trial,
  );
}

const pointOf = ({ trial, ratio, drop, further = {} }: TrialFinished): LivePoint => ({
  trial,
  speedup: 1 / ratio,
  drop,
  further: Object.values(further).map(({ value }) => value),
});

const beats = (one: LivePoint, other: LivePoint): boolean =>
  one.speedup >= other.speedup &&
  one.drop <= other.drop &&
  one.further.every((value, i) => value <= (other.further[i] ?? Number.POSITIVE_INFINITY));

const widest = 30;

/**
 * One line for each point, at most `most`: speed-up as a bar, and what it costs. Of more, those between the fastest and the most
 * accurate are thinned out evenly.
 */
export function liveFrontLines(front: LiveFront, most: number, columns: number): string[] {
  if (front.length === 0 || most < 1) return [];
  const shown = thinned(front, most);
  const fastest = Math.max(...front.map(({ speedup }) => speedup), 1);
  const names = shown.map(({ trial }) => `trial ${trial}`);
  const nameWidth = Math.max(...names.map(({ length }) => length));
  const barWidth = Math.max(4, Math.min(widest, columns - nameWidth - 24));
  return shown.map(({ speedup, drop }, i) => {
    const bar = '='.repeat(Math.max(1, Math.round((barWidth * speedup) / fastest)));
    const figures = `${formatSpeedup(speedup).padStart(7)}  ${formatPoints(-drop).padStart(10)}`;
    return `  ${(names[i] ?? '').padEnd(nameWidth)}${figures}  ${bar}`.slice(0, columns - 1);
  });
}

function thinned(front: LiveFront, most: number): LiveFront {
  if (front.length <= most) return front;
  if (most === 1) return front.slice(0, 1);
  const places = Array.from({ length: most }, (_, i) => Math.round((i * (front.length - 1)) / (most - 1)));
  return places.flatMap(at => front[at] ?? []);
}
