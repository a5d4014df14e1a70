/** Parts of charts that several views have: points with their intervals, a line of equals, and what stands beside the pointer. */
import { axisLook, type ChartOption, tooltipLook } from './chart.ts';
import { h } from './dom.ts';
import type { Theme } from './theme.ts';

export interface Axis {
  readonly name: string;
  readonly min?: number;
  readonly max?: number;
  /** Whether the ends are whatever the data has, and so no place for a number. */
  readonly ragged?: boolean;
}

/** Room for two axes with names, on a phone too. */
export const plotGrid = { left: 62, right: 22, top: 34, bottom: 48 };

const axisOf = (theme: Theme, { name, min, max, ragged = false }: Axis, gap: number): ChartOption => {
  const look = axisLook(theme);
  return {
    ...look,
    type: 'value',
    scale: true,
    name,
    nameLocation: 'middle',
    nameGap: gap,
    ...(min === undefined ? {} : { min }),
    ...(max === undefined ? {} : { max }),
    axisLabel: {
      ...(look.axisLabel as object),
      hideOverlap: true,
      ...(ragged ? { showMinLabel: false, showMaxLabel: false } : {}),
    },
  };
};

/** A plot of two axes. `formatter` of a tooltip may return `tip(...)`. */
export const plot = (
  theme: Theme,
  x: Axis,
  y: Axis,
  series: readonly object[],
  more: ChartOption = {},
): ChartOption => ({
  grid: plotGrid,
  xAxis: axisOf(theme, x, 30),
  yAxis: axisOf(theme, y, 48),
  tooltip: { ...tooltipLook(theme), trigger: 'item' },
  legend: {
    top: 0,
    type: 'scroll',
    textStyle: { color: theme.ink },
    pageTextStyle: { color: theme.ink },
    inactiveColor: theme.faint,
  },
  series,
  ...more,
});

export const tip = (...lines: readonly string[]): HTMLElement =>
  h(
    'div',
    {},
    lines.map(line => h('div', {}, line)),
  );

/** Where both axes say the same. */
export const equals = (theme: Theme, from: number, to: number, name: string): object => ({
  type: 'line',
  name,
  silent: true,
  symbol: 'none',
  lineStyle: { color: theme.faint, type: 'dashed', width: 1.2 },
  itemStyle: { color: theme.faint },
  data: [
    [from, from],
    [to, to],
  ],
});

interface CustomApi {
  readonly value: (dimension: number) => number;
  readonly coord: (point: readonly [number, number]) => [number, number];
}

/** Rows are `[x, low, high]` for upright bars, `[y, low, high]` for level ones. */
export const intervals = (rows: readonly (readonly number[])[], color: string, level = false): object => ({
  type: 'custom',
  silent: true,
  tooltip: { show: false },
  legendHoverLink: false,
  z: 1,
  // Which of the three belong to which axis, so that the axes hold all of it.
  encode: level ? { x: [1, 2], y: 0 } : { x: 0, y: [1, 2] },
  data: rows,
  renderItem: (_: unknown, api: CustomApi) => {
    const [at, low, high] = [api.value(0), api.value(1), api.value(2)];
    const [a, b] = level
      ? [api.coord([low, at]), api.coord([high, at])]
      : [api.coord([at, low]), api.coord([at, high])];
    return {
      type: 'line',
      shape: { x1: a[0], y1: a[1], x2: b[0], y2: b[1] },
      style: { stroke: color, lineWidth: 1.3, opacity: 0.55 },
    };
  },
});

/** The least and the greatest of what is finite; 0 and 1 of nothing. */
export function extent(values: readonly number[]): readonly [number, number] {
  const finite = values.filter(Number.isFinite);
  return finite.length === 0 ? [0, 1] : [Math.min(...finite), Math.max(...finite)];
}
