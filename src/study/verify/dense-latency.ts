/** The milliseconds that a front shows follow from those of the dense model. Do they still hold? */
import { median } from '../../stats/robust.ts';
import type { LatencySummary, Phase } from '../../store/observation.ts';
import { close } from '../recount/disagreement.ts';
import { phases, type RecountedTrial } from '../recount/recount-trial.ts';
import { sameMachine } from './verdict.ts';

export interface DenseVerdict {
  readonly phase: Phase;
  /** `busy`: this machine is, so that it cannot be judged. */
  readonly verdict: 'consistent' | 'differs' | 'busy';
  /** Medians over all measurements of the phase, and over the fresh ones. */
  readonly storedMs: number;
  readonly nowMs: number;
}

/**
 * Clocks rise and fall with the temperature and the neighbours: in the reference studies, nine tenths of the dense model's times lay
 * within 20 % of their median over a night. Only what is beyond that says that the milliseconds are those of another state.
 */
export const driftOfMilliseconds = 0.25;

export interface FreshLatency {
  readonly phase: Phase;
  readonly latency: LatencySummary;
}

/** By phase; none where nothing was measured, or by another machine than that of the study. */
export function judgeDenseLatency(trials: readonly RecountedTrial[], fresh: readonly FreshLatency[]): DenseVerdict[] {
  return phases.flatMap((phase): DenseVerdict[] => {
    const stored = trials.flatMap(({ samples }) =>
      samples.flatMap(each => (each.kind === 'latency' && each.phase === phase ? [each] : [])),
    );
    const now = fresh.filter(each => each.phase === phase);
    const good = now.filter(({ latency }) => latency.quality === 'good');
    const computed = stored.every(({ endedBy }) => endedBy === 'exact');
    const comparable =
      computed ||
      stored.every(({ environment }) => now.every(({ latency }) => sameMachine(environment, latency.environment)));
    if (stored.length === 0 || now.length === 0 || !comparable) return [];
    const storedMs = median(stored.map(({ referenceMs }) => referenceMs));
    const nowMs = median((good.length > 0 ? good : now).map(({ latency }) => latency.referenceMs));
    if (good.length === 0) return [{ phase, verdict: 'busy', storedMs, nowMs }];
    const same = computed
      ? close(storedMs, nowMs)
      : Math.abs(Math.log(nowMs / storedMs)) <= Math.log1p(driftOfMilliseconds);
    return [{ phase, verdict: same ? 'consistent' : 'differs', storedMs, nowMs }];
  });
}
