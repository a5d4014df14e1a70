/** Candidate time over dense time, paired. */
import { formatMs, formatSpeedup } from '../units/format.ts';
import type { Objective } from './objective.ts';

export const latency: Objective = {
  kind: 'latency',
  names: ['latency'],
  words: 'latency',
  unit: 'ms',
  amountText: formatMs,
  better: 'lower',
  hundredths: '% of dense',
  // A tenth slower than dense.
  reference: 1.1,
  minimised: ratio => ratio,
  amountOf: (ratio, dense) => ratio * dense.amount,
  denseAmount: each => (each.kind === 'latency' ? each.referenceMs : Number.NaN),
  // A disturbed latency is kept without being known.
  confirms: each => each.kind === 'latency' && each.quality === 'good',
  limits: [
    {
      key: 'maxLatencyMs',
      option: 'max-latency-ms',
      words: ms => `at most ${formatMs(ms)}`,
      max: (ms, dense) => ms / dense.amount,
    },
    {
      key: 'minSpeedup',
      option: 'min-speedup',
      words: speedup => `at least ${formatSpeedup(speedup)} as fast`,
      max: speedup => 1 / speedup,
    },
  ],
};
