/** What is lost of the quality of a metric: for top-1, the share of images that are not counted as right. */
import { ownMetrics } from '../metric/metric.ts';
import { formatPercent } from '../units/format.ts';
import type { Objective } from './objective.ts';

export const accuracy: Objective = {
  kind: 'accuracy',
  names: ownMetrics,
  words: 'accuracy',
  unit: null,
  amountText: formatPercent,
  better: 'higher',
  hundredths: 'pp',
  // No image right.
  reference: 1,
  minimised: share => 1 - share,
  amountOf: error => 1 - error,
  denseAmount: each => (each.kind === 'accuracy' ? each.value : Number.NaN),
  confirms: each => each.kind === 'accuracy',
  limits: [
    {
      key: 'maxDrop',
      option: 'max-drop',
      words: drop => `at most ${(100 * drop).toFixed(2)} pp lost`,
      max: (drop, dense) => dense.value + drop,
    },
  ],
};
