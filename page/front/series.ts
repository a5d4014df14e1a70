/** The marks of the front as series of ECharts: points, dots by the thousand, rings around a point, lines and intervals. */
import type { FrontPoint } from '../../src/report/front/front.ts';
import type { Dots } from '../../src/serve/api/front.ts';
import type { ChartOption } from '../chart.ts';
import type { Theme } from '../theme.ts';
import type { Dot, Drawn, PointDatum } from './drawn.ts';

/** Null for what has nothing to show. */
export type Series = ChartOption | null;

export const points = (name: string, data: readonly PointDatum[], look: ChartOption): Series =>
  data.length === 0 ? null : { type: 'scatter', name, data, emphasis: { disabled: true }, ...look };

/** ECharts fills its own hollow symbols with white, also in the dark. */
export const hollow = (borderColor: string, borderWidth = 2): ChartOption => ({
  color: 'transparent',
  opacity: 1,
  borderColor,
  borderWidth,
});

/** Around a point, and none of its own: whoever points at it means what is inside or beside. */
export const ring = (
  name: string,
  data: readonly PointDatum[],
  color: string,
  symbolSize: number,
  symbol = 'circle',
): Series => points(name, data, { symbol, symbolSize, z: 1, silent: true, itemStyle: hollow(color, 2.5) });

/** The number of each trial, where there is room. */
export const numbers = (theme: Theme): ChartOption => ({
  label: {
    show: true,
    position: 'right',
    distance: 9,
    color: theme.ink,
    fontSize: 11,
    // A number may lie over the point beside it, and is not it.
    silent: true,
    formatter: ({ data }: { data: PointDatum }) => String(data.trial),
  },
  labelLayout: { hideOverlap: true },
});

/** Thousands are drawn as one path, and are told of only when they are pointed at. */
export function dots(name: string, all: Dots | null, { report, x, y }: Drawn, look: ChartOption): Series {
  if (!all || all.trial.length === 0) return null;
  const denseMs = report.dense.latencyMs;
  const data = all.trial.map((trial, i): Dot => [x.ofDot(all, i, denseMs), y.ofDot(all, i, denseMs), trial]);
  return { type: 'scatter', name, data, emphasis: { disabled: true }, large: true, largeThreshold: 1000, ...look };
}

/** Straight lines from (x1, y1) to (x2, y2). */
export function lines(data: readonly (readonly number[])[], style: object): Series {
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

/** 95 % of each, along both axes. */
export const intervals = (of: readonly FrontPoint[], { x, y }: Drawn, style: object): Series =>
  lines(
    of.flatMap(point => {
      const [across, up] = [x.interval(point), y.interval(point)];
      return [
        ...(across ? [[across[0], y.of(point), across[1], y.of(point)]] : []),
        ...(up ? [[x.of(point), up[0], x.of(point), up[1]]] : []),
      ];
    }),
    style,
  );

/** What is attainable between the members: only where both axes are those that the front is of. */
export function stairs({ report, x, y }: Drawn, theme: Theme): Series {
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

export function limitLines({ limits, x, y }: Drawn, theme: Theme): Series {
  const data = limits.flatMap(({ axis, at, words }) => {
    const side = axis === x.key ? 'xAxis' : axis === y.key ? 'yAxis' : null;
    if (side === null) return [];
    return [{ [side]: at, label: { formatter: words, position: side === 'xAxis' ? 'end' : 'insideStartTop' } }];
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
