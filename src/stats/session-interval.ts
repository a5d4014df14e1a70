/**
 * The interval of a ratio that was measured in several sessions.
 *
 *   l_k    logarithm of the ratio in session k, k = 1..K; m their mean, s^2 their variance (K - 1 degrees of freedom)
 *   s_0    what sessions are known to differ by, with the weight of n_0 degrees of freedom
 *   v^2    (n_0 (s_0^2 + w^2) + (K - 1) s^2) / (n_0 + K - 1), the moderated variance (Smyth 2004, eq. 5)
 *   h      t v / sqrt(K), with t of n_0 + K - 1 degrees of freedom: half the width that more sessions make narrower
 *   w      what a session is known to be off by, beside s_0, since its own calls are few: of a tail; 0 of a median
 *   d      standard deviation of what changes from one quarter of an hour to the next, which no session tells
 *
 * The interval is exp(m +- sqrt(h^2 + (z d)^2)). A session lays out its memory and places its threads anew, and ratios differ
 * from session to session by more than the calls within one tell. Few sessions estimate that spread badly, and whoever stops
 * once it looks small stops on luck: what is known beforehand steadies it.
 */
import { z95 } from './normal.ts';
import { twoSidedQuantile } from './student-t.ts';

/**
 * s_0 and n_0. On two threads of a shared virtual machine, sessions of ResNet-18, MobileNet and ResNet-56 spread by 0.6, 0.4 and 1.1 %
 * around their mean (`npm run bench -- latency-under-load`).
 */
export const knownSpread = 0.01;
export const knownWeight = 4;
const level = 0.95;

export interface SessionInterval {
  /** exp(m). */
  readonly ratio: number;
  /** 95 %. */
  readonly interval: readonly [number, number];
  /** h: half the width of the logarithm's interval without d. */
  readonly sampling: number;
}

/** What was estimated from the ratios before, see `order-effect.ts`. */
export interface TakenOut {
  /** Degrees of freedom that it took. */
  readonly estimated: number;
  /** Variance of the mean over what it would be without. */
  readonly inflation: number;
}

/**
 * @param ratios one per session, positive, at least one
 * @param drift d
 * @param within standard error of the logarithm of a session's ratio; it counts where there is one session only, whose ratio says nothing of it
 * @param sampled w
 */
export function sessionInterval(
  ratios: readonly number[],
  drift: number,
  within = 0,
  { estimated, inflation }: TakenOut = { estimated: 0, inflation: 1 },
  sampled = 0,
): SessionInterval {
  if (ratios.length === 0) throw new RangeError('Cannot summarise sessions: expected at least one, found none.');
  const logs = ratios.map(Math.log);
  const count = logs.length;
  const mean = logs.reduce((sum, log) => sum + log, 0) / count;
  const squares = logs.reduce((sum, log) => sum + (log - mean) ** 2, 0);
  const freedom = knownWeight + count - 1 - estimated;
  const alone = count === 1 ? within ** 2 : 0;
  const variance = (knownWeight * (knownSpread ** 2 + sampled ** 2) + squares) / freedom + alone;
  const sampling = twoSidedQuantile(level, freedom) * Math.sqrt((inflation * variance) / count);
  const half = Math.hypot(sampling, z95 * drift);
  return { ratio: Math.exp(mean), interval: [Math.exp(mean - half), Math.exp(mean + half)], sampling };
}
