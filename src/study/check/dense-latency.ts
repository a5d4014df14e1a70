/** The milliseconds that a front shows follow from those of the dense model. Do they still hold? */
import { median } from '../../stats/robust.ts';
import type { LatencySummary, Phase } from '../../store/observation.ts';
import { close } from './disagreement.ts';
import { phases, type RecountedTrial } from './recount-trial.ts';

export interface DenseVerdict {
  readonly phase: Phase;
  readonly verdict: 'consistent' | 'differs';
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

/** By phase; none where nothing good was measured on the machine that the study ran on. */
export function judgeDenseLatency(trials: readonly RecountedTrial[], fresh: readonly FreshLatency[]): DenseVerdict[] {
  return phases.flatMap((phase): DenseVerdict[] => {
    const stored = trials.flatMap(({ samples }) =>
      samples.flatMap(each => (each.kind === 'latency' && each.phase === phase ? [each] : [])),
    );
    const now = fresh.filter(each => each.phase === phase && each.latency.quality === 'good');
    if (stored.length === 0 || now.length === 0) return [];
    const storedMs = median(stored.map(({ referenceMs }) => referenceMs));
    const nowMs = median(now.map(({ latency }) => latency.referenceMs));
    const computed = stored.every(({ endedBy }) => endedBy === 'exact');
    const same = computed
      ? close(storedMs, nowMs)
      : Math.abs(Math.log(nowMs / storedMs)) <= Math.log1p(driftOfMilliseconds);
    return [{ phase, verdict: same ? 'consistent' : 'differs', storedMs, nowMs }];
  });
}
