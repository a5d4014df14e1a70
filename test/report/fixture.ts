/** Studies small enough to check by hand. */
import type { FrontInput, Measurement, TrialInput } from '../../src/report/front/front.ts';

/** A measurement of `ratio` +- 1 % whose accuracy is `dense - drop`. */
export const seen = (ratio: number, drop: number, dense: number, dropStandardError = 0.002): Measurement => ({
  ratio,
  interval: [ratio * 0.99, ratio * 1.01],
  latencyQuality: 'good',
  conditions: null,
  accuracy: dense - drop,
  drop,
  dropStandardError,
});

export const searchDense = { latencyMs: 10, latencyQuality: 'good', accuracy: 0.9, images: 400 } as const;
export const confirmDense = { latencyMs: 12, latencyQuality: 'good', accuracy: 0.8, images: 1000 } as const;

type Seen = readonly [ratio: number, drop: number];

/** Trials as [trial, [ratio, drop] in search, [ratio, drop] when confirmed or null]. */
export function study(trials: readonly (readonly [number, Seen, Seen | null])[], confirmed = false): FrontInput {
  return {
    study: 'small',
    objectives: ['latency', 'top1'],
    confirmed,
    dense: { macs: 1e9, params: 1e6, search: searchDense, confirm: confirmDense },
    trials: trials.map(
      ([trial, search, confirm]): TrialInput => ({
        trial,
        configuration: {
          conv1: { method: 'tucker2', rank: [8, 16] },
          'a,"b"': { method: 'spatial', rank: 4 },
          fc: { method: 'dense' },
        },
        macs: 5e8,
        params: 5e5,
        search: seen(search[0], search[1], searchDense.accuracy),
        confirm: confirm && seen(confirm[0], confirm[1], confirmDense.accuracy),
      }),
    ),
  };
}

/** The same trial, its latency of a phase taken while other work slowed the machine. */
export const disturbedIn = (trial: TrialInput, ...phases: readonly ('search' | 'confirm')[]): TrialInput => {
  const busy = (seen: Measurement): Measurement => ({ ...seen, latencyQuality: 'disturbed' });
  return {
    ...trial,
    search: phases.includes('search') ? busy(trial.search) : trial.search,
    confirm: trial.confirm && (phases.includes('confirm') ? busy(trial.confirm) : trial.confirm),
  };
};

/**
 * 1 is fast, 2 between, 3 beaten by 2, 4 as accurate as dense and barely faster. Once confirmed, 2 turns out to be
 * slower than 4 and to lose more than it; 3 is not confirmed.
 */
export const mixed = (confirmed = false): FrontInput =>
  study(
    [
      [1, [0.5, 0.05], [0.55, 0.06]],
      [2, [0.7, 0.008], [0.95, 0.02]],
      [3, [0.8, 0.02], null],
      [4, [0.9, 0.001], [0.88, 0.004]],
    ],
    confirmed,
  );
