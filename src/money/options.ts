/** The ways to serve the calls: on every device the dense model and, if a trial is known to keep within the drop, the factorised one. */
import type { Bill } from './bill.ts';
import { billOf, callMs, responseMs } from './bill-of.ts';
import type { CostFigures } from './figures.ts';
import { add, compare, divide, exactly, type Rational, zero } from './rational.ts';

/** What a study found on its device; only confirmed figures. Times are measured, so that they come as doubles. */
export interface StudyMeasured {
  readonly study: string;
  /** Milliseconds of the dense model for one batch. */
  readonly denseMs: number;
  /** Calls in a batch. */
  readonly batch: number;
  /** Null where nothing faster is known to keep within the drop. */
  readonly candidate: Candidate | null;
}

export interface Candidate {
  readonly trial: number;
  /** Dense time over its time, and the 95 % interval. */
  readonly speedup: number;
  readonly speedupCi: readonly [low: number, high: number];
  /** Percentage points that it loses, and the 95 % interval; negative for a gain. */
  readonly lostPoints: number;
  readonly lostPointsCi: readonly [low: number, high: number];
}

/** Something at the measured value, and at the ends of the interval: `low` is less speed-up with more loss, `high` the other way. */
export interface Ends<T> {
  readonly value: T;
  readonly low: T;
  readonly high: T;
}

export interface Option {
  readonly kind: 'dense' | 'factorised';
  /** Index of the study and its device; 0 is that of today. */
  readonly device: number;
  readonly bill: Ends<Bill>;
  /** What a call takes of a machine. */
  readonly callMs: Ends<Rational>;
  /** What a caller waits for at least. */
  readonly responseMs: Ends<Rational>;
  /** Null without a limit; `cannot-tell` where the interval holds it. */
  readonly latency: 'meets' | 'misses' | 'cannot-tell' | null;
}

/** The dense model on the device of today comes first. */
export function optionsOf(figures: CostFigures, measured: readonly StudyMeasured[]): Option[] {
  return measured.flatMap((each, device) => [
    optionOf(figures, each, device, null),
    ...(each.candidate ? [optionOf(figures, each, device, each.candidate)] : []),
  ]);
}

function optionOf(figures: CostFigures, measured: StudyMeasured, device: number, candidate: Candidate | null): Option {
  const own = figures.devices[device];
  if (!own) throw new RangeError(`no figures for the device of "${measured.study}"`);
  const denseMs = exactly(measured.denseMs);
  const batch = BigInt(measured.batch);
  const oneOff = candidate ? add(own.moveCost, figures.effort) : own.moveCost;
  const serving = (speedup: number, lostPoints: number) => ({
    modelMs: divide(denseMs, exactly(speedup)),
    batch,
    lostPoints: exactly(lostPoints),
    oneOff,
  });
  const servings = candidate
    ? {
        value: serving(candidate.speedup, candidate.lostPoints),
        low: serving(candidate.speedupCi[0], candidate.lostPointsCi[1]),
        high: serving(candidate.speedupCi[1], candidate.lostPointsCi[0]),
      }
    : sameEnds({ modelMs: denseMs, batch, lostPoints: zero, oneOff });
  const response = mapEnds(servings, each => responseMs(own, each));
  return {
    kind: candidate ? 'factorised' : 'dense',
    device,
    bill: mapEnds(servings, each => billOf(figures, own, each)),
    callMs: mapEnds(servings, each => callMs(own, each)),
    responseMs: response,
    latency: figures.latencyLimitMs && latencyOf(response, figures.latencyLimitMs),
  };
}

function latencyOf({ low, high }: Ends<Rational>, limitMs: Rational): 'meets' | 'misses' | 'cannot-tell' {
  if (compare(low, limitMs) <= 0) return 'meets';
  return compare(high, limitMs) > 0 ? 'misses' : 'cannot-tell';
}

export const mapEnds = <T, U>({ value, low, high }: Ends<T>, change: (each: T) => U): Ends<U> => ({
  value: change(value),
  low: change(low),
  high: change(high),
});

const sameEnds = <T>(each: T): Ends<T> => ({ value: each, low: each, high: each });
