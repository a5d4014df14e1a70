/** The rules by which a point is picked, and whether a point obeys one. */
import type { LimitKey, Limits } from '../../objectives/limit.ts';
import { limitsText } from '../../objectives/limits.ts';
import type { FrontPoint } from './front.ts';
import { figureOf, keepsFurther } from './further.ts';
import { headlineDrop } from './gain.ts';
import { within } from './judge.ts';

/** All limits that are given hold together; a missing one does not bind. */
export interface PickLimits {
  /** A share: 0.01 is one point. */
  readonly drop?: number | undefined;
  readonly latencyMs?: number | undefined;
  /** Dense latency over the candidate's. */
  readonly speedup?: number | undefined;
  readonly sizeBytes?: number | undefined;
  readonly memoryBytes?: number | undefined;
  /** Of the dense model's: 0.5 is half. */
  readonly sizeShare?: number | undefined;
  readonly memoryShare?: number | undefined;
}

export type PickRule =
  /** The fastest that loses at most `drop`, a share: 0.01 is one point. */
  | { readonly kind: 'max-drop'; readonly drop: number }
  /** The most accurate that takes at most `latencyMs`. */
  | { readonly kind: 'max-latency'; readonly latencyMs: number }
  /** The most accurate that is at least `speedup` times as fast as the dense model. */
  | { readonly kind: 'min-speedup'; readonly speedup: number }
  /** All that are given: with a drop the fastest that keeps to them, without one the most accurate. None: the headline's point. */
  | ({ readonly kind: 'limits' } & PickLimits)
  /** Where more speed begins to cost more than it did before (see `knee.ts`). */
  | { readonly kind: 'knee' };

/** As a limit of a search is called. */
const keys: Readonly<Record<keyof PickLimits, LimitKey>> = {
  drop: 'maxDrop',
  latencyMs: 'maxLatencyMs',
  speedup: 'minSpeedup',
  sizeBytes: 'maxSizeBytes',
  memoryBytes: 'maxMemoryBytes',
  sizeShare: 'maxSizeShare',
  memoryShare: 'maxMemoryShare',
};

const names = Object.keys(keys) as readonly (keyof PickLimits)[];

const asLimits = (limits: PickLimits): Limits => Object.fromEntries(names.map(name => [keys[name], limits[name]]));

/** Of a pick, by the limits of a command line. */
export const pickLimits = (limits: Limits): PickLimits =>
  Object.fromEntries(names.flatMap(name => (limits[keys[name]] === undefined ? [] : [[name, limits[keys[name]]]])));

/** A limit that stands alone has a name of its own, if it ever had; programs rely on it. Without a limit, the headline's. */
export function ruleFor(limits: PickLimits): PickRule {
  const { drop, latencyMs, speedup, ...others } = limits;
  const isGiven = (each: number | undefined): boolean => each !== undefined;
  if (Object.values(limits).filter(isGiven).length > 1 || Object.values(others).some(isGiven))
    return { kind: 'limits', ...limits };
  if (latencyMs !== undefined) return { kind: 'max-latency', latencyMs };
  if (speedup !== undefined) return { kind: 'min-speedup', speedup };
  return { kind: 'max-drop', drop: drop ?? headlineDrop };
}

export const limitsOf = (rule: Exclude<PickRule, { kind: 'knee' }>): PickLimits => {
  switch (rule.kind) {
    case 'max-drop':
      return { drop: rule.drop };
    case 'max-latency':
      return { latencyMs: rule.latencyMs };
    case 'min-speedup':
      return { speedup: rule.speedup };
    case 'limits': {
      const { kind: _, ...limits } = rule;
      return names.every(name => limits[name] === undefined) ? { drop: headlineDrop } : limits;
    }
    default:
      return rule satisfies never;
  }
};

/** Fast and small enough, whatever is lost. */
export const enoughOf = (point: FrontPoint, limits: PickLimits): boolean =>
  (limits.latencyMs === undefined || point.latencyMs <= limits.latencyMs) &&
  (limits.speedup === undefined || point.speedup >= limits.speedup) &&
  keepsFurther(asLimits(limits), kind => figureOf(kind, point));

/** By the values themselves, whatever their intervals. */
export const obeys = (point: FrontPoint, limits: PickLimits): boolean =>
  enoughOf(point, limits) && (limits.drop === undefined || within(point.judged.drop, limits.drop));

/** `at most 1.00 pp lost, at least 1.20x as fast` */
export const limitsWords = (limits: PickLimits): string => limitsText(asLimits(limits));
