/** The front as a chart of ECharts, in whatever two axes. */

import { effectiveFront } from '../../src/report/front/effective-front.ts';
import type { FrontPoint, FrontReport } from '../../src/report/front/front.ts';
import { kneeOf } from '../../src/report/front/judge.ts';
import type { Dots } from '../../src/serve/api/front.ts';
import { axisLook, type ChartOption, tooltipLook } from '../chart.ts';
import { h } from '../dom.ts';
import type { Theme } from '../theme.ts';
import type { FrontAxis, Placed } from './axes.ts';
import type { Range } from './frame.ts';

export interface Drawn {
  readonly report: FrontReport;
  readonly dominated: Dots | null;
  readonly beyond: Dots | null;
  readonly x: FrontAxis;
  readonly y: FrontAxis;
  /** How far one can go, and where one is at first; null leaves the zoom as it is. */
  readonly whole: readonly [Range, Range];
  readonly frame: readonly [Range, Range] | null;
  /** Trials; null for none. */
  readonly picked: number | null;
  readonly chosen: number | null;
  /** Limits that lie on an axis, in its unit. */
  readonly limits: readonly { readonly axis: string; readonly at: number; readonly words: string }[];
}

/** What a point is told by when it is hovered or clicked. */
export interface PointDatum {
  readonly value: readonly [number, number];
  readonly trial: number;
  readonly words: string;
}

/** Of one of many: its place and its trial. */
type Dot = readonly [x: number, y: number, trial: number];

/** The trial of what was clicked; undefined for what is none. */
export const trialOf = (data: unknown): number | undefined =>
  Array.isArray(data) ? (data as unknown as Dot)[2] : (data as Partial<PointDatum> | null | undefined)?.trial;

const dotWords = ([across, up, trial]: Dot, name: string, { x, y }: Drawn): string =>
  `Trial ${trial}, ${name}\n${x.text(across)}\n${y.text(up)}`;

/** Legend entries, which are names of series. */
const words = {
  confirmed: 'on the front, confirmed',
  searched: 'on the front, not confirmed',
  disturbed: 'on the front, disturbed',
  before: 'its figures of the search',
  dense: 'dense model',
  left: 'left the front',
  dominated: 'dominated',
  beyond: 'beyond the limits',
  knee: 'knee',
  pick: 'pick',
  chosen: 'chosen',
} as const;

export function frontOption(drawn: Drawn, theme: Theme, size: { readonly width: number }): ChartOption {
  const { x, y, whole, frame } = drawn;
  const narrow = size.width < 560;
  return {
    aria: { enabled: false },
    grid: { left: narrow ? 8 : 14, right: 18, top: narrow ? 92 : 58, bottom: narrow ? 30 : 34, containLabel: true },
    legend: {
      top: 0,
      left: 0,
      itemGap: 14,
      itemWidth: 14,
      textStyle: { color: theme.ink, fontSize: 12 },
      selectedMode: true,
    },
    tooltip: {
      ...tooltipLook(theme),
      trigger: 'item',
      formatter: ({ data, seriesName = '' }: { data?: PointDatum | Dot; seriesName?: string }) => {
        const told = data && 'words' in data ? data.words : data ? dotWords(data, seriesName, drawn) : '';
        return told === '' ? '' : hovered(told);
      },
    },
    xAxis: axisOption(x, whole[0], theme, narrow ? 26 : 30),
    yAxis: { ...axisOption(y, whole[1], theme, narrow ? 36 : 48), nameRotate: 90 },
    dataZoom: (['x', 'y'] as const).map((side, i) => ({
      id: side,
      type: 'inside',
      [`${side}AxisIndex`]: 0,
      filterMode: 'none',
      // The wheel scrolls the page; with Ctrl, and with two fingers, it zooms.
      zoomOnMouseWheel: 'ctrl',
      moveOnMouseWheel: false,
      moveOnMouseMove: true,
      preventDefaultMouseMove: false,
      ...(frame ? { startValue: frame[i]?.min, endValue: frame[i]?.max } : {}),
    })),
    series: seriesOf(drawn, theme),
  };
}

const hovered = (text: string): HTMLElement =>
  h(
    'div',
    { class: 'tip' },
    text.split('\n').map(line => h('div', {}, line)),
  );

const axisOption = (axis: FrontAxis, { min, max }: Range, theme: Theme, nameGap: number): ChartOption => ({
  ...axisLook(theme),
  type: 'value',
  name: axis.title,
  nameLocation: 'middle',
  nameGap,
  min,
  max,
  axisLabel: {
    color: theme.ink,
    hideOverlap: true,
    formatter: (value: number) => String(Number(value.toPrecision(4))),
  },
});

function seriesOf(drawn: Drawn, theme: Theme): readonly ChartOption[] {
  const { report, x, y, picked, chosen } = drawn;
  const trials = report.points.filter(({ trial }) => trial !== 0);
  const isKnown = ({ latencyQuality }: FrontPoint): boolean => latencyQuality === 'good';
  const moved = report.confirmed ? [report.dense, ...trials].filter(({ confirmed }) => confirmed) : [];
  const before = (point: FrontPoint): Placed => ({ ...point.search, macs: point.macs, params: point.params });
  const datum = (point: FrontPoint, placed: Placed = point): PointDatum => ({
    value: [x.of(placed), y.of(placed)],
    trial: point.trial,
    words: pointWords(point, placed, drawn),
  });
  const knee = kneeOf(effectiveFront(report));
  const at = (trial: number | null): PointDatum[] => placeOf(drawn, trial);
  return [
    dots(words.dominated, drawn.dominated, drawn, {
      symbol: 'circle',
      symbolSize: 5,
      itemStyle: { color: theme.dominated, opacity: 0.7 },
    }),
    dots(words.beyond, drawn.beyond, drawn, {
      symbol: 'triangle',
      symbolSize: 6,
      itemStyle: { color: theme.dominated, opacity: 0.6 },
    }),
    stairs(drawn, theme),
    lines(
      moved.map(point => [x.of(before(point)), y.of(before(point)), x.of(point), y.of(point)]),
      { stroke: theme.faint, lineDash: [3, 3] },
    ),
    bars(trials.filter(isKnown), drawn, { stroke: theme.front, opacity: 0.75, lineWidth: 1.3 }),
    bars(
      trials.filter(point => !isKnown(point)),
      drawn,
      { stroke: theme.disturbed, opacity: 0.8, lineDash: [4, 3] },
    ),
    scatter(words.left, report.confirmed ? report.dominated.map(point => datum(point)) : [], {
      symbol: 'triangle',
      symbolSize: 9,
      itemStyle: hollow(theme.faint),
    }),
    scatter(
      words.before,
      moved.map(point => datum(point, before(point))),
      { symbol: 'circle', symbolSize: 7, itemStyle: hollow(theme.faint) },
    ),
    scatter(
      words.disturbed,
      trials.filter(point => !isKnown(point)).map(point => datum(point)),
      { symbol: 'rect', symbolSize: 10, itemStyle: hollow(theme.disturbed) },
    ),
    scatter(
      words.searched,
      trials.filter(point => isKnown(point) && !point.confirmed).map(point => datum(point)),
      { symbol: 'circle', symbolSize: 11, itemStyle: hollow(theme.front) },
    ),
    scatter(
      words.confirmed,
      trials.filter(point => isKnown(point) && point.confirmed).map(point => datum(point)),
      { symbol: 'circle', symbolSize: 11, itemStyle: { color: theme.front, opacity: 1 }, ...labels(theme) },
    ),
    scatter(words.dense, [datum(report.dense)], {
      symbol: 'diamond',
      symbolSize: 15,
      itemStyle: { color: theme.dense, opacity: 1 },
    }),
    ring(words.knee, knee ? [datum(knee)] : [], theme.green, 19, 'roundRect'),
    ring(words.pick, at(picked), theme.pick, 24, 'circle'),
    ring(words.chosen, at(chosen), theme.ink, 31, 'circle'),
    limitLines(drawn, theme),
  ].filter(series => series !== null);
}

/** ECharts fills its own hollow symbols with white, also in the dark. */
const hollow = (borderColor: string, borderWidth = 2): ChartOption => ({
  color: 'transparent',
  opacity: 1,
  borderColor,
  borderWidth,
});

const labels = (theme: Theme): ChartOption => ({
  label: {
    show: true,
    position: 'right',
    distance: 9,
    color: theme.ink,
    fontSize: 11,
    formatter: ({ data }: { data: PointDatum }) => String(data.trial),
  },
  labelLayout: { hideOverlap: true },
});

const scatter = (name: string, data: readonly PointDatum[], look: ChartOption): ChartOption | null =>
  data.length === 0 ? null : { type: 'scatter', name, data, emphasis: { disabled: true }, ...look };

const ring = (
  name: string,
  data: readonly PointDatum[],
  color: string,
  symbolSize: number,
  symbol: string,
): ChartOption | null => scatter(name, data, { symbol, symbolSize, z: 1, itemStyle: hollow(color, 2.5) });

/** A trial may be a member, one that left, or one of many dots. */
function placeOf({ report, dominated, beyond, x, y }: Drawn, trial: number | null): PointDatum[] {
  if (trial === null) return [];
  const member = [...report.points, ...report.dominated].find(point => point.trial === trial);
  if (member) return [{ value: [x.of(member), y.of(member)], trial, words: '' }];
  for (const all of [dominated, beyond]) {
    const i = all?.trial.indexOf(trial) ?? -1;
    if (all && i >= 0)
      return [
        { value: [x.ofDot(all, i, report.dense.latencyMs), y.ofDot(all, i, report.dense.latencyMs)], trial, words: '' },
      ];
  }
  return [];
}

function pointWords(point: FrontPoint, placed: Placed, { x, y }: Drawn): string {
  const name = point.trial === 0 ? 'Dense model' : `Trial ${point.trial}`;
  const phase =
    placed === point
      ? point.confirmed
        ? 'confirmed'
        : point.latencyQuality === 'disturbed'
          ? 'disturbed'
          : 'search figures'
      : 'figures of the search';
  const line = (axis: FrontAxis): string => {
    const interval = axis.interval(placed);
    return `${axis.text(axis.of(placed))}${interval ? ` [${interval.map(end => axis.text(end).replace(/ ?[a-zA-Z%]+$/, '')).join(', ')}]` : ''}`;
  };
  return [`${name}, ${phase}`, line(x), line(y)].join('\n');
}

function dots(name: string, all: Dots | null, { report, x, y }: Drawn, look: ChartOption): ChartOption | null {
  if (!all || all.trial.length === 0) return null;
  const denseMs = report.dense.latencyMs;
  const data = all.trial.map((trial, i): Dot => [x.ofDot(all, i, denseMs), y.ofDot(all, i, denseMs), trial]);
  // Thousands are drawn as one path, and are told of only when they are pointed at.
  return { type: 'scatter', name, data, emphasis: { disabled: true }, large: true, largeThreshold: 1000, ...look };
}

/** What is attainable between the members: only where both axes are those that the front is of. */
function stairs({ report, x, y }: Drawn, theme: Theme): ChartOption | null {
  if (y.key !== 'accuracy' || (x.key !== 'latency' && x.key !== 'speedup')) return null;
  const counts = (point: FrontPoint): boolean =>
    point.dominatedBy === null &&
    (point.trial === 0 || (point.confirmed === report.confirmed && point.latencyQuality === 'good'));
  const data = report.points.filter(counts).map(point => [x.of(point), y.of(point)]);
  data.sort((a, b) => (a[0] ?? 0) - (b[0] ?? 0));
  return {
    type: 'line',
    data,
    step: x.key === 'latency' ? 'end' : 'start',
    symbol: 'none',
    silent: true,
    lineStyle: { color: theme.front, width: 4, opacity: 0.25 },
  };
}

function bars(points: readonly FrontPoint[], { x, y }: Drawn, style: object): ChartOption | null {
  return lines(
    points.flatMap(point => {
      const [across, up] = [x.interval(point), y.interval(point)];
      return [
        ...(across ? [[across[0], y.of(point), across[1], y.of(point)]] : []),
        ...(up ? [[x.of(point), up[0], x.of(point), up[1]]] : []),
      ];
    }),
    style,
  );
}

/** Straight lines from (x1, y1) to (x2, y2). */
function lines(data: readonly (readonly number[])[], style: object): ChartOption | null {
  if (data.length === 0) return null;
  return {
    type: 'custom',
    data,
    clip: true,
    silent: true,
    encode: { x: [0, 2], y: [1, 3] },
    renderItem: (_: unknown, { value, coord }: { value(i: number): number; coord(point: number[]): number[] }) => {
      const [x1, y1] = coord([value(0), value(1)]);
      const [x2, y2] = coord([value(2), value(3)]);
      return { type: 'line', shape: { x1, y1, x2, y2 }, style: { fill: null, lineWidth: 1, ...style } };
    },
  };
}

function limitLines({ limits, x, y }: Drawn, theme: Theme): ChartOption | null {
  const data = limits.flatMap(({ axis, at, words: label }) => {
    const side = axis === x.key ? 'xAxis' : axis === y.key ? 'yAxis' : null;
    return side === null
      ? []
      : [{ [side]: at, label: { formatter: label, position: side === 'xAxis' ? 'end' : 'insideStartTop' } }];
  });
  if (data.length === 0) return null;
  const line = {
    symbol: 'none',
    silent: true,
    data,
    label: { color: theme.pick, fontSize: 11 },
    lineStyle: { color: theme.pick, type: 'dashed', width: 1.5 },
  };
  return { type: 'scatter', data: [], markLine: line };
}
