/** What measurements beside a load say of the quiet ratio. */
import type { PairedLatency } from '../../src/device/device.ts';
import { levelled } from '../../src/stats/levelled.ts';
import { ratioOfMedians } from '../../src/stats/ratio-of-medians.ts';

export interface Truth {
  /** Geometric mean of the quiet ratios, the standard error of its logarithm, and how far single measurements lie apart. */
  readonly ratio: number;
  readonly standardError: number;
  readonly spread: number;
  readonly repeats: number;
  /** Of the quiet intervals, those that hold the mean. */
  readonly held: number;
}

export interface Row {
  readonly load: string;
  readonly good: number;
  readonly disturbed: number;
  /** Mean of ratio / truth - 1; null for none. */
  readonly biasGood: number | null;
  readonly biasDisturbed: number | null;
  /** Largest |log(ratio / truth)| of a disturbed one. */
  readonly worstDisturbed: number | null;
  readonly heldGood: number;
  readonly heldDisturbed: number;
  readonly meanWaitedMs: number;
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

const holds = ({ interval: [low, high] }: PairedLatency, ratio: number): boolean => low <= ratio && ratio <= high;

export function truthOf(quiet: readonly PairedLatency[]): Truth {
  const logs = quiet.map(({ ratio }) => Math.log(ratio));
  const centre = mean(logs);
  const variance = logs.reduce((sum, log) => sum + (log - centre) ** 2, 0) / Math.max(1, logs.length - 1);
  const ratio = Math.exp(centre);
  return {
    ratio,
    standardError: Math.sqrt(variance / logs.length),
    spread: Math.sqrt(variance),
    repeats: quiet.length,
    held: quiet.filter(each => holds(each, ratio)).length,
  };
}

export function rowOf(load: string, measured: readonly PairedLatency[], { ratio }: Truth): Row {
  const good = measured.filter(({ quality }) => quality === 'good');
  const disturbed = measured.filter(({ quality }) => quality === 'disturbed');
  const bias = (of: readonly PairedLatency[]): number | null =>
    of.length === 0 ? null : mean(of.map(each => each.ratio / ratio - 1));
  return {
    load,
    good: good.length,
    disturbed: disturbed.length,
    biasGood: bias(good),
    biasDisturbed: bias(disturbed),
    worstDisturbed:
      disturbed.length === 0 ? null : Math.max(...disturbed.map(each => Math.abs(Math.log(each.ratio / ratio)))),
    heldGood: good.filter(each => holds(each, ratio)).length,
    heldDisturbed: disturbed.filter(each => holds(each, ratio)).length,
    meanWaitedMs: mean(measured.map(({ conditions }) => conditions.waitedMs)),
  };
}

/** What is kept of one measurement, so that other intervals can be tried on it. */
export interface Kept {
  readonly quality: string;
  readonly ratio: number;
  readonly interval: readonly [number, number];
  readonly candidateMs: number;
  readonly referenceMs: number;
  readonly sessionRatios: readonly number[];
  readonly waitedMs: number;
}

export function keptOf(latency: PairedLatency): Kept {
  const { candidateSamplesMs: x, referenceSamplesMs: y, conditions } = latency;
  let from = 0;
  const sessionRatios = conditions.sessionPairs.map(pairs => {
    const range = [from, from + pairs] as const;
    from += pairs;
    const level = levelled(x.slice(...range), y.slice(...range));
    return Number(ratioOfMedians(level.x, level.y).toFixed(5));
  });
  const { quality, ratio, interval, candidateMs, referenceMs } = latency;
  return { quality, ratio, interval, candidateMs, referenceMs, sessionRatios, waitedMs: conditions.waitedMs };
}
