/** What an axis of the front can show: any objective of the study, the speed-up, and what a candidate costs on paper. */
import { axisTitle, figureText, type Metric, metricOf } from '../../src/metric/metric.ts';
import type { Kind } from '../../src/objectives/objective.ts';
import { objectives } from '../../src/objectives/objectives.ts';
import { xInterval } from '../../src/report/chart/frame.ts';
import type { Figures } from '../../src/report/front/front.ts';
import { halfOf } from '../../src/report/front/half.ts';
import type { Dots } from '../../src/serve/api/front.ts';
import { amountText, formatCount, formatMacs, formatSpeedup } from '../numbers.ts';

/** Figures of one trial in one phase, with what does not depend on a phase. */
export type Placed = Figures & { readonly macs: number; readonly params: number };

export interface FrontAxis {
  readonly key: string;
  /** With the unit. */
  readonly title: string;
  readonly better: 'lower' | 'higher';
  /** In the unit of the axis; NaN where it is not known. */
  readonly of: (point: Placed) => number;
  /** 95 %; null for what is exact. */
  readonly interval: (point: Placed) => readonly [number, number] | null;
  readonly ofDot: (dots: Dots, index: number, denseMs: number) => number;
  readonly text: (value: number) => string;
}

const known = (value: number | null | undefined): number => value ?? Number.NaN;

const latency: FrontAxis = {
  key: 'latency',
  title: 'Latency (ms, median)',
  better: 'lower',
  of: ({ latencyMs }) => latencyMs,
  interval: point => xInterval(point, 'latency'),
  ofDot: ({ amounts }, i) => known(amounts.latency?.[i]),
  text: value => amountText('latency', value),
};

const speedup: FrontAxis = {
  key: 'speedup',
  title: 'Speed-up over the dense model',
  better: 'higher',
  of: point => point.speedup,
  interval: point => xInterval(point, 'speedup'),
  ofDot: ({ amounts }, i, denseMs) => denseMs / known(amounts.latency?.[i]),
  text: formatSpeedup,
};

/** Whatever accuracy means in the study, as the share of the best figure that there is. */
const accuracy = (metric: Metric): FrontAxis => ({
  key: 'accuracy',
  title: axisTitle(metric).replace(/^./, first => first.toUpperCase()),
  better: 'higher',
  of: point => 100 * point.accuracy,
  interval: point => {
    const { accuracy: share, drop, dropStandardError } = point;
    if (drop === 0 && dropStandardError === 0) return null;
    const half = halfOf(point);
    return [100 * Math.max(0, share - half), 100 * Math.min(1, share + half)];
  },
  ofDot: ({ amounts }, i) => 100 * known(amounts.accuracy?.[i]),
  text: value => figureText(metric, value / 100),
});

/** In megabytes, so that ticks are short. */
const further = (kind: Kind): FrontAxis => ({
  key: kind,
  title: `${objectives[kind].words.replace(/^./, first => first.toUpperCase())} (MB)`,
  better: 'lower',
  of: point => known(point.further.find(each => each.kind === kind)?.amount) / 1e6,
  interval: point => {
    const found = point.further.find(each => each.kind === kind);
    if (!found || found.interval[0] === found.interval[1]) return null;
    const dense = found.amount / found.ratio / 1e6;
    return [found.interval[0] * dense, found.interval[1] * dense];
  },
  ofDot: ({ amounts }, i) => known(amounts[kind]?.[i]) / 1e6,
  text: value => amountText(kind, value * 1e6),
});

const macs: FrontAxis = {
  key: 'macs',
  title: 'Multiply-accumulates (millions)',
  better: 'lower',
  of: point => point.macs / 1e6,
  interval: () => null,
  ofDot: (dots, i) => known(dots.macs[i]) / 1e6,
  text: value => formatMacs(value * 1e6),
};

const params: FrontAxis = {
  key: 'params',
  title: 'Parameters (millions)',
  better: 'lower',
  of: point => point.params / 1e6,
  interval: () => null,
  ofDot: (dots, i) => known(dots.params[i]) / 1e6,
  text: value => `${formatCount(value * 1e6)} parameters`,
};

/** @param names of the objectives, as the study has them */
export function axesFor(kinds: readonly string[], names: readonly string[]): readonly FrontAxis[] {
  const beside = kinds.filter(kind => kind !== 'latency' && kind !== 'accuracy');
  return [latency, accuracy(metricOf(names)), speedup, ...beside.map(kind => further(kind as Kind)), macs, params];
}
