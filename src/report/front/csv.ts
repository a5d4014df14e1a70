/** A front as comma-separated values. */
import { furtherOf } from '../../objectives/objectives.ts';
import { csv } from '../csv.ts';
import type { FrontReport } from './front.ts';
import { frontRecord } from './json.ts';

/**
 * One row per member of the front; accuracies are shares, the configuration is JSON. `drop` is the loss against the dense model and
 * `change` the same with the sign turned, with its 95 % interval.
 */
export function frontCsv(report: FrontReport): string {
  const further = furtherOf(report.objectives);
  return csv([
    [
      'trial',
      'latency_ms',
      'speedup',
      'speedup_low',
      'speedup_high',
      'accuracy',
      'accuracy_low',
      'accuracy_high',
      'drop',
      'change',
      'change_low',
      'change_high',
      'macs',
      'params',
      'confirmed',
      'quality',
      ...further.flatMap(({ kind }) => [`${kind}_bytes`, `${kind}_ratio`, `${kind}_ratio_low`, `${kind}_ratio_high`]),
      'configuration',
    ],
    ...frontRecord(report).points.map(point => [
      point.trial,
      point.latencyMs,
      point.speedup,
      ...point.speedupCi,
      point.accuracy,
      ...point.accuracyCi,
      point.drop,
      point.change,
      ...point.changeCi,
      point.macs,
      point.params,
      point.confirmed,
      point.latencyQuality,
      ...further.flatMap(({ names }) => {
        const { value = '', ratio = '', ratioCi = ['', ''] } = point.objectives[names.join()] ?? {};
        return [value, ratio, ...ratioCi];
      }),
      JSON.stringify(point.configuration),
    ]),
  ]);
}
