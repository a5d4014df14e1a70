/** Bytes of the model file over those of the dense model. */
import { formatBytes } from '../units/bytes.ts';
import { formatPercent } from '../units/format.ts';
import type { Objective } from './objective.ts';

export const size: Objective = {
  kind: 'size',
  names: ['size'],
  words: 'size',
  unit: 'B',
  amountText: formatBytes,
  better: 'lower',
  hundredths: '% of dense',
  // A tenth larger than dense, as with latency: a factorised model with more layers may be.
  reference: 1.1,
  minimised: ratio => ratio,
  amountOf: (ratio, dense) => ratio * dense.amount,
  denseAmount: each => (each.kind === 'size' ? each.referenceBytes : Number.NaN),
  // The same bytes, counted again.
  confirms: null,
  limits: [
    {
      key: 'maxSizeBytes',
      option: 'max-size',
      words: bytes => `a file of at most ${formatBytes(bytes)}`,
      max: (bytes, dense) => bytes / dense.amount,
    },
    {
      key: 'maxSizeShare',
      option: 'max-size',
      words: share => `a file of at most ${formatPercent(share, 1)} of the dense one`,
      max: share => share,
    },
  ],
};
