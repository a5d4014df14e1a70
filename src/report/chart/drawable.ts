/** What ECharts draws a chart from: the plain data, and the functions that JSON cannot hold. */
import type { Chart, ChartAxis, ChartSeries, Segments } from './chart-parts.ts';

/** Pure, and the same in a browser: `echarts.setOption(drawable(chart))`. */
export const drawable = (chart: Chart): Record<string, unknown> => ({
  ...chart,
  xAxis: axisOf(chart.xAxis),
  yAxis: axisOf(chart.yAxis),
  series: chart.series.map(seriesOf),
});

const axisOf = ({ axisLabel: { decimals, ...label }, ...axis }: ChartAxis): object => ({
  ...axis,
  axisLabel: { ...label, formatter: (value: number) => value.toFixed(decimals) },
});

const seriesOf = (series: ChartSeries): object => (isSegments(series) ? drawnSegments(series) : series);

const isSegments = (series: ChartSeries): series is Segments => series.type === 'segments';

const drawnSegments = ({ data, style }: Segments): object => ({
  type: 'custom',
  data,
  clip: true,
  encode: { x: [0, 2], y: [1, 3] },
  renderItem: (_: unknown, { value, coord }: { value(i: number): number; coord(point: number[]): number[] }) => {
    const [x1, y1] = coord([value(0), value(1)]);
    const [x2, y2] = coord([value(2), value(3)]);
    return { type: 'line', shape: { x1, y1, x2, y2 }, style };
  },
});
