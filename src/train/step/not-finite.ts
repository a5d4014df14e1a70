/** Finds where numbers that are NaN or infinite begin. */
import type { NotFinite } from '../trainer.ts';

/** Sums of squares, which are finite only where all is: each a vector, its names beside it. */
export interface Checks {
  /** Of the gradient of each trained weight, with the factor on the loss taken off. */
  readonly gradients: string;
  readonly gradientNames: readonly string[];
  /** Of each next weight and statistic. */
  readonly state: string;
  readonly stateNames: readonly string[];
}

export interface Squares {
  readonly gradients: Float32Array;
  readonly state: Float32Array;
}

/**
 * The loss comes first, since everything behind it is then NaN too. Of the gradients the one of the last layer is named: the
 * reverse pass meets it first, and hands it on to all before it.
 * @param scores what the loss is computed from
 */
export function firstNotFinite(loss: number, scores: string, found: Squares, checks: Checks): NotFinite | null {
  if (!Number.isFinite(loss)) return { in: 'loss', name: scores };
  const gradient = found.gradients.findLastIndex(square => !Number.isFinite(square));
  if (gradient >= 0) return { in: 'gradient', name: checks.gradientNames[gradient] ?? '' };
  const state = found.state.findIndex(square => !Number.isFinite(square));
  if (state < 0) return null;
  const [slot, ...rest] = (checks.stateNames[state] ?? '').split('/');
  return { in: slot === 'statistic' ? 'statistic' : 'weight', name: rest.join('/') };
}
