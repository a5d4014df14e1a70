/** The parts of a chart, as plain data: ECharts options, but for what would be functions (`drawable` puts these in). */

import type { Figures } from '../front/front.ts';
import type { Axis } from './axis.ts';
import { type HorizontalAxis, xInterval, xOf, yInterval, yOf } from './frame.ts';

/** Told apart without colour vision too (Okabe and Ito 2008), and by shape. */
export const colour = {
  front: '#0072B2',
  dense: '#D55E00',
  dominated: '#C4C4C4',
  disturbed: '#A0528A',
  ink: '#222222',
  faint: '#767676',
};

/** Options of ECharts that JSON holds. */
export interface Chart {
  readonly xAxis: ChartAxis;
  readonly yAxis: ChartAxis;
  readonly series: readonly ChartSeries[];
  readonly [option: string]: unknown;
}

export interface ChartAxis {
  /** `decimals`: how its ticks are written. */
  readonly axisLabel: { readonly decimals: number; readonly [option: string]: unknown };
  readonly [option: string]: unknown;
}

/** As in ECharts, or straight lines. */
export type ChartSeries = { readonly type: 'scatter' | 'line'; readonly [option: string]: unknown } | Segments;

/** Straight lines from (x1, y1) to (x2, y2), each a row of `data`. */
export interface Segments {
  readonly type: 'segments';
  readonly data: readonly (readonly number[])[];
  /** As ECharts styles a line: `stroke lineWidth lineDash opacity`. */
  readonly style: object;
}

export const axisOption = (name: string, { min, max, step, decimals }: Axis, nameGap: number): ChartAxis => ({
  type: 'value',
  name,
  nameLocation: 'middle',
  nameGap,
  nameTextStyle: { fontSize: 14, color: colour.ink },
  min,
  max,
  interval: step,
  axisLabel: { fontSize: 12, color: colour.ink, decimals },
  axisLine: { show: true, onZero: false, lineStyle: { color: colour.faint } },
  axisTick: { show: true },
  splitLine: { lineStyle: { color: '#EDEDED' } },
});

/** Search-time labels above the front, where no trial is; confirmed ones below it, away from the search-time figures above. */
export const trialLabels = (confirmed: boolean, x: HorizontalAxis): object => {
  const left = confirmed !== (x === 'latency');
  return {
    label: {
      show: true,
      formatter: '{b}',
      position: confirmed ? 'bottom' : 'top',
      align: left ? 'right' : 'left',
      fontSize: 12,
      color: colour.ink,
    },
    labelLayout: { hideOverlap: true, dx: left ? -6 : 6, dy: confirmed ? -2 : 2 },
  };
};

export const scatter = (name: string, data: readonly unknown[], look: object): ChartSeries => ({
  type: 'scatter',
  name,
  data,
  ...look,
});

/** Dashed in another colour where the latency is not known. */
export function errorBars(points: readonly Figures[], x: HorizontalAxis, disturbed = false): Segments {
  const bars = points.flatMap(point => {
    const [left, right] = xInterval(point, x);
    const [low, high] = yInterval(point);
    return [
      [left, yOf(point), right, yOf(point)],
      [xOf(point, x), low, xOf(point, x), high],
    ];
  });
  const style = disturbed ? { stroke: colour.disturbed, lineDash: [4, 3] } : { stroke: colour.front };
  return segments(bars, { ...style, lineWidth: 1.2, opacity: 0.75 });
}

export const segments = (data: Segments['data'], style: object): Segments => ({ type: 'segments', data, style });
