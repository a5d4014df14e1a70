/** Limits that a user sets on what a candidate may lose and take, and what they are in the objectives of a study. */
import type { Tried } from '../../report/front/out-of-reach.ts';
import type { Trial } from '../../store/trial.ts';
import type { Constraint } from '../../tuner/strategy.ts';

export interface Limits {
  /** Share of all images that may be lost against the dense model: 0.01 is one point. */
  readonly maxDrop?: number | undefined;
  readonly maxLatencyMs?: number | undefined;
  /** Dense latency over the candidate's, at least. */
  readonly minSpeedup?: number | undefined;
}

/** What limits are measured against: trial 0. */
export interface DenseFigures {
  readonly error: number;
  readonly latencyMs: number;
}

/** Objective 0 is the latency ratio, objective 1 the error; no constraint without a limit. */
export function constraintsOf(limits: Limits, dense: DenseFigures): Constraint[] {
  const ratios = [
    ...(limits.maxLatencyMs === undefined ? [] : [limits.maxLatencyMs / dense.latencyMs]),
    ...(limits.minSpeedup === undefined ? [] : [1 / limits.minSpeedup]),
  ];
  return [
    ...(ratios.length === 0 ? [] : [{ objective: 0, max: Math.min(...ratios) }]),
    ...(limits.maxDrop === undefined ? [] : [{ objective: 1, max: dense.error + limits.maxDrop }]),
  ];
}

/** What rounding alone adds to a value on its limit breaks nothing. */
const rounding = 1e-12;

/** Whether measured values keep to all constraints. */
export const keepsTo = (constraints: readonly Constraint[], values: readonly number[]): boolean =>
  constraints.every(({ objective, max }) => (values[objective] ?? Number.NaN) <= max + rounding);

export const hasLimits = ({ maxDrop, maxLatencyMs, minSpeedup }: Limits): boolean =>
  maxDrop !== undefined || maxLatencyMs !== undefined || minSpeedup !== undefined;

/** What was seen of each trial but the dense model, as far as its values are known. */
export const triedOf = (trials: readonly Pick<Trial, 'number'>[], dense: DenseFigures): Tried[] =>
  trials.flatMap(trial => {
    const [ratio, error] = 'values' in trial ? (trial.values as readonly number[]) : [];
    if (trial.number === 0 || ratio === undefined || error === undefined) return [];
    return [{ trial: trial.number, speedup: 1 / ratio, latencyMs: ratio * dense.latencyMs, drop: error - dense.error }];
  });

export const sameLimits = (a: Limits, b: Limits): boolean =>
  a.maxDrop === b.maxDrop && a.maxLatencyMs === b.maxLatencyMs && a.minSpeedup === b.minSpeedup;
