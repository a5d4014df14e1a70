/** What a point has in each objective, by the names of the study, for programs. */
import type { Interval } from '../../events/event.ts';
import { figureOf, lowerIsBetter, metricNamed, ownMetrics } from '../../metric/metric.ts';
import { objectivesOf } from '../../objectives/objectives.ts';
import type { Figures } from './front.ts';

export interface ObjectiveRecord {
  /** In `unit`: milliseconds, bytes, or a share of the images. */
  readonly value: number;
  readonly unit: string;
  readonly better: 'lower' | 'higher';
  /** 95 %, in `unit`. */
  readonly interval: Interval;
  /** Over that of the dense model, where that is what is minimised, with its 95 % interval. */
  readonly ratio?: number;
  readonly ratioCi?: Interval;
}

/** @param figures whose milliseconds and speed-up are of the same dense model */
/** By its label where the user brought the metric, in the unit of that. */
function accuracyRecord(name: string, accuracy: number, interval: Interval): [string, ObjectiveRecord] {
  const metric = metricNamed(name);
  if (!metric || ownMetrics.includes(name))
    return [name, { value: accuracy, unit: 'share', better: 'higher', interval }];
  const ends = interval.map(each => figureOf(metric, each)).sort((a, b) => a - b) as [number, number];
  const unit = metric.unit === '%' ? 'share' : metric.unit;
  const better = lowerIsBetter(metric) ? 'lower' : 'higher';
  return [metric.label, { value: figureOf(metric, accuracy), unit, better, interval: ends }];
}

export const objectivesRecord = (
  names: readonly string[],
  figures: Figures,
): Readonly<Record<string, ObjectiveRecord>> =>
  Object.fromEntries(
    objectivesOf(names).map(({ kind, unit, better }, place) => {
      const known = { unit: unit ?? 'share', better } as const;
      const { latencyMs, speedup, speedupCi, accuracy, accuracyCi, further } = figures;
      if (kind === 'accuracy') return accuracyRecord(names[place] ?? '', accuracy, accuracyCi);
      const [fast, slow] = [speedupCi[1], speedupCi[0]];
      const found =
        kind === 'latency'
          ? { ratio: 1 / speedup, interval: [1 / fast, 1 / slow] as const, amount: latencyMs }
          : further.find(each => each.kind === kind);
      if (!found) return [names[place], { value: Number.NaN, ...known, interval: [Number.NaN, Number.NaN] }];
      const { ratio, interval, amount } = found;
      const scaled = interval.map(each => (each * amount) / ratio) as [number, number];
      return [names[place], { value: amount, ...known, interval: scaled, ratio, ratioCi: interval }];
    }),
  );
