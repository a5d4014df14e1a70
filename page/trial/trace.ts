/** The raw samples of a latency, in the order in which they were taken: what the ratio and its interval are made from. */
import type { LatencyTrace } from '../../src/serve/api/trial.ts';
import { axisLook, type ChartFigure, type ChartOption, chartFigure, tooltipLook } from '../chart.ts';
import { h } from '../dom.ts';
import { formatMs } from '../numbers.ts';
import type { Theme } from '../theme.ts';
import type { ViewContext } from '../view.ts';

export function traceFigure(context: ViewContext, trace: LatencyTrace, isDense: boolean): ChartFigure {
  const { phase, candidateMs, denseMs, good } = trace;
  const candidate = isDense ? 'second copy of the dense model' : 'candidate';
  const words = `${candidateMs.length} pairs of calls. Median of the ${candidate} ${formatMs(median(candidateMs))}, of the dense model beside it ${formatMs(median(denseMs))}.${good ? '' : ' Other work disturbed them.'}`;
  return chartFigure(context, {
    title: `Latency samples of the ${phase} phase`,
    words,
    height: 'middle',
    option: theme => optionOf(trace, candidate, theme),
  });
}

function optionOf({ candidateMs, denseMs, sessionPairs }: LatencyTrace, candidate: string, theme: Theme): ChartOption {
  const series = (
    name: string,
    samples: readonly number[],
    color: string,
    symbol: string,
    more: ChartOption = {},
  ): ChartOption => ({
    type: 'scatter',
    name,
    data: samples.map((ms, i) => [i + 1, ms]),
    symbol,
    symbolSize: samples.length > 2000 ? 2.5 : 4.5,
    itemStyle: { color, opacity: 0.75 },
    emphasis: { disabled: true },
    progressive: 0,
    ...more,
  });
  const ends: number[] = [];
  for (const pairs of sessionPairs) ends.push((ends.at(-1) ?? 0) + pairs);
  const sessions = {
    silent: true,
    symbol: 'none',
    label: { show: false },
    lineStyle: { color: theme.faint, type: 'dotted' },
    data: ends.slice(0, -1).map(end => ({ xAxis: end + 0.5 })),
  };
  return {
    grid: { left: 8, right: 18, top: 40, bottom: 8, outerBoundsMode: 'same', outerBoundsContain: 'all' },
    legend: { top: 0, left: 0, textStyle: { color: theme.ink } },
    tooltip: {
      ...tooltipLook(theme),
      trigger: 'item',
      formatter: ({ seriesName, value: [pair, ms] }: { seriesName: string; value: [number, number] }) =>
        h('div', { class: 'tip' }, h('div', {}, `Pair ${pair}, ${seriesName}`), h('div', {}, formatMs(ms))),
    },
    xAxis: {
      ...axisLook(theme),
      type: 'value',
      name: 'Pair',
      nameLocation: 'middle',
      nameGap: 28,
      min: 0,
      max: Math.max(1, candidateMs.length) + 1,
    },
    yAxis: {
      ...axisLook(theme),
      type: 'value',
      name: 'ms',
      nameLocation: 'middle',
      nameGap: 34,
      scale: true,
      max: ceiling([...candidateMs, ...denseMs]),
    },
    dataZoom: [{ type: 'inside', zoomOnMouseWheel: 'ctrl', moveOnMouseWheel: false, preventDefaultMouseMove: false }],
    series: [
      series('dense model', denseMs, theme.dense, 'diamond', { markLine: sessions }),
      series(candidate, candidateMs, theme.front, 'circle'),
    ],
  };
}

/** A call that hung must not squeeze the rest: 1 sample in 100 may lie above, and the chart then says where it ends. */
function ceiling(samples: readonly number[]): number | undefined {
  const sorted = [...samples].sort((a, b) => a - b);
  const [most, usual] = [sorted.at(-1) ?? 0, sorted[Math.floor(0.99 * (sorted.length - 1))] ?? 0];
  return most > 2 * usual ? Number((1.5 * usual).toPrecision(2)) : undefined;
}

/** How many samples the chart leaves out above its end. */
export function leftOut({ candidateMs, denseMs }: LatencyTrace): number {
  const all = [...candidateMs, ...denseMs];
  const end = ceiling(all);
  return end === undefined ? 0 : all.filter(ms => ms > end).length;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length / 2;
  return sorted.length === 0 ? Number.NaN : ((sorted[Math.ceil(half) - 1] ?? 0) + (sorted[Math.floor(half)] ?? 0)) / 2;
}
