/** What a chart of a front shows beside its trials: the pick, limits, a scale of speed-ups, and trials that were stopped early. */
import { limitsText } from '../../objectives/limits.ts';
import { limitWords } from '../change.ts';
import type { FrontReport } from '../front/front.ts';
import { gainOf, headlineDrop, recommended } from '../front/gain.ts';
import { roundAxis } from './axis.ts';
import { type ChartSeries, colour, scatter, segments } from './chart-parts.ts';
import { type Frame, type HorizontalAxis, isInside, xOf, yOf } from './frame.ts';

/** A trial that was stopped before its last image, relative to the dense model. */
export interface StoppedTrial {
  readonly trial: number;
  readonly speedup: number;
  /** A share, by the images that it was scored on: positive for a loss. */
  readonly drop: number;
}

/** What is shown beside the front. */
export interface ChartMarks {
  /** None by default. */
  readonly stopped?: readonly StoppedTrial[];
  /** The trial in the ring; by default the one that the headline recommends. */
  readonly pick?: number;
  /** A share that the pick may lose: 0.01 by default. */
  readonly maxDrop?: number;
}

export const stoppedName = 'stopped early';
export const pickName = 'pick';
export const ring = { color: 'transparent', borderColor: colour.ink, borderWidth: 2, opacity: 1 } as const;

/** The stopped trials within the frame, as points of the chart. */
export const stoppedPlaces = (
  { dense }: FrontReport,
  stopped: readonly StoppedTrial[],
  x: HorizontalAxis,
  { x: across, y: up }: Frame,
): [number, number][] =>
  stopped
    .map(({ speedup, drop }): [number, number] => [
      x === 'latency' ? dense.latencyMs / speedup : speedup,
      100 * (dense.accuracy - drop),
    ])
    .filter(([a, b]) => a >= across.min && a <= across.max && b >= up.min && b <= up.max);

export const stoppedSeries = (places: readonly (readonly [number, number])[]): ChartSeries =>
  scatter(stoppedName, places, {
    symbol: 'triangle',
    symbolSize: 7,
    itemStyle: { color: 'transparent', borderColor: colour.faint, borderWidth: 1, opacity: 0.8 },
  });

/** A ring around what the headline recommends, the dense model included; nothing where that is not shown. */
export function pickSeries(
  report: FrontReport,
  x: HorizontalAxis,
  frame: Frame,
  { maxDrop = headlineDrop, pick = recommended(gainOf(report, maxDrop)) }: ChartMarks = {},
): ChartSeries | null {
  const point = [...report.points, ...report.dominated].find(each => each.trial === pick);
  if (!point || !isInside(point, x, frame)) return null;
  return scatter(pickName, [[xOf(point, x), yOf(point)]], {
    symbol: 'circle',
    symbolSize: 26,
    silent: true,
    itemStyle: ring,
    z: 5,
  });
}

interface Line {
  readonly from: readonly [number, number];
  readonly to: readonly [number, number];
  readonly words: string;
}

/** The limits of the study, and the drop that the pick is held to, as lines where they lie within the frame. */
export function limitSeries(
  { dense, limits }: FrontReport,
  axis: HorizontalAxis,
  { x, y }: Frame,
  { maxDrop: allowed = headlineDrop }: ChartMarks = {},
): ChartSeries[] {
  const across = (drop: number, words: string): Line[] => {
    const at = 100 * (dense.accuracy - drop);
    return at > y.min && at < y.max ? [{ from: [x.min, at], to: [x.max, at], words }] : [];
  };
  const upright = (latencyMs: number, words: string): Line[] => {
    const at = axis === 'latency' ? latencyMs : dense.latencyMs / latencyMs;
    return at > x.min && at < x.max ? [{ from: [at, y.min], to: [at, y.max], words }] : [];
  };
  const { maxDrop, maxLatencyMs, minSpeedup } = limits;
  const horizontal = [
    ...(maxDrop === allowed ? [] : across(allowed, `pick: at most ${limitWords(allowed)} lost`)),
    ...(maxDrop === undefined ? [] : across(maxDrop, `limit: ${limitsText({ maxDrop })}`)),
  ];
  const vertical = [
    ...(maxLatencyMs === undefined ? [] : upright(maxLatencyMs, `limit: ${limitsText({ maxLatencyMs })}`)),
    ...(minSpeedup === undefined ? [] : upright(dense.latencyMs / minSpeedup, `limit: ${limitsText({ minSpeedup })}`)),
  ];
  if (horizontal.length + vertical.length === 0) return [];
  return [
    segments(
      [...horizontal, ...vertical].map(({ from, to }) => [...from, ...to]),
      { stroke: colour.ink, lineWidth: 1, lineDash: [7, 4], opacity: 0.55 },
    ),
    words(
      horizontal.map(({ from, words }) => [from, words] as const),
      { position: 'top', align: 'left', offset: [4, 2] },
    ),
    words(
      vertical.map(({ from, words }) => [from, words] as const),
      { position: 'top', align: 'left', offset: [5, 0] },
    ),
  ];
}

/** Labels nearer than this share of the width would touch. */
const closest = 0.06;

/** A second scale above a chart of latencies: how many times as fast as the dense model. */
export function speedupScale({ dense }: FrontReport, { x, y }: Frame): ChartSeries[] {
  const [slow, fast] = [dense.latencyMs / x.max, dense.latencyMs / Math.max(x.min, x.max / 100)];
  const { step, decimals } = roundAxis(slow, fast, 8);
  const ticks: { readonly at: number; readonly text: string }[] = [];
  for (let k = Math.ceil(slow / step); k * step <= fast; k++) {
    const at = dense.latencyMs / (k * step);
    const last = ticks.at(-1)?.at ?? Number.POSITIVE_INFINITY;
    if (k > 0 && (last - at) / (x.max - x.min) >= closest && at >= x.min)
      ticks.push({ at, text: `${(k * step).toFixed(Math.max(1, decimals))}x` });
  }
  const tick = 0.012 * (y.max - y.min);
  return [
    segments(
      ticks.map(({ at }) => [at, y.max, at, y.max - tick]),
      { stroke: colour.faint, lineWidth: 1 },
    ),
    words(
      ticks.map(({ at, text }) => [[at, y.max], text] as const),
      { position: 'top', align: 'center', offset: [0, 0] },
    ),
    words([[[x.min, y.max], 'speed-up']], { position: 'top', align: 'right', offset: [-10, 0] }),
  ];
}

/** Text at places of the chart, without a symbol. */
const words = (
  items: readonly (readonly [place: readonly [number, number], text: string])[],
  {
    position,
    align,
    offset,
  }: { readonly position: string; readonly align: string; readonly offset: readonly number[] },
): ChartSeries =>
  scatter(
    '',
    items.map(([value, name]) => ({ value, name })),
    {
      symbol: 'circle',
      symbolSize: 1,
      silent: true,
      itemStyle: { color: 'transparent' },
      label: { show: true, formatter: '{b}', position, align, offset, fontSize: 11, color: colour.faint },
    },
  );
