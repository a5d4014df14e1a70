/** What loading and running the model adds to the peak resident memory of a fresh process, over what the dense model adds. */
import { formatBytes } from '../units/bytes.ts';
import { formatPercent } from '../units/format.ts';
import type { Objective } from './objective.ts';

export const memory: Objective = {
  kind: 'memory',
  names: ['memory'],
  words: 'memory',
  unit: 'B',
  amountText: formatBytes,
  better: 'lower',
  hundredths: '% of dense',
  // A tenth more than dense, as with latency and size.
  reference: 1.1,
  minimised: ratio => ratio,
  amountOf: (ratio, dense) => ratio * dense.amount,
  denseAmount: each => (each.kind === 'memory' ? each.referenceBytes : Number.NaN),
  confirms: each => each.kind === 'memory',
  limits: [
    {
      key: 'maxMemoryBytes',
      option: 'max-memory',
      words: bytes => `at most ${formatBytes(bytes)} of memory`,
      max: (bytes, dense) => bytes / dense.amount,
    },
    {
      key: 'maxMemoryShare',
      option: 'max-memory',
      words: share => `at most ${formatPercent(share, 1)} of the dense model's memory`,
      max: share => share,
    },
  ],
};
