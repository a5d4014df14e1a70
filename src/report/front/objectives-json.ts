/** What a point has in each objective, by the names of the study, for programs. */
import type { Interval } from '../../events/event.ts';
import { objectivesOf } from '../../objectives/objectives.ts';
import type { Figures } from './front.ts';

export interface ObjectiveRecord {
  /** In `unit`: milliseconds, bytes, or a share of the images. */
  readonly value: number;
  readonly unit: 'ms' | 'B' | 'share';
  readonly better: 'lower' | 'higher';
  /** 95 %, in `unit`. */
  readonly interval: Interval;
  /** Over that of the dense model, where that is what is minimised, with its 95 % interval. */
  readonly ratio?: number;
  readonly ratioCi?: Interval;
}

/** @param figures whose milliseconds and speed-up are of the same dense model */
export const objectivesRecord = (
  names: readonly string[],
  figures: Figures,
): Readonly<Record<string, ObjectiveRecord>> =>
  Object.fromEntries(
    objectivesOf(names).map(({ kind, unit, better }, place) => {
      const known = { unit: unit ?? 'share', better } as const;
      const { latencyMs, speedup, speedupCi, accuracy, accuracyCi, further } = figures;
      if (kind === 'accuracy') return [names[place], { value: accuracy, ...known, interval: accuracyCi }];
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
