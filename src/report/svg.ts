/** The front as a chart: a scatter with error bars, its members joined by the staircase of what is attainable. */
import { CustomChart, LineChart, ScatterChart } from 'echarts/charts';
import { GridComponent, LegendComponent, TitleComponent } from 'echarts/components';
import type { EChartsCoreOption } from 'echarts/core';
import { init, use } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';
import type { Axis } from './axis.ts';
import { type Frame, frameOf, type HorizontalAxis, isInside, xInterval, xOf, yInterval, yOf } from './frame.ts';
import type { Figures, FrontReport } from './front-report.ts';

use([SVGRenderer, ScatterChart, LineChart, CustomChart, GridComponent, LegendComponent, TitleComponent]);

export interface SvgOptions {
  /** `latency` by default. */
  readonly x?: HorizontalAxis;
  /** Pixels; 900 x 600 by default. */
  readonly width?: number;
  readonly height?: number;
}

/** Told apart without colour vision too (Okabe and Ito 2008), and by shape. */
const colour = { front: '#0072B2', dense: '#D55E00', dominated: '#C4C4C4', ink: '#222222', faint: '#767676' };
const margin = { left: 76, right: 30, top: 116, bottom: 62 };

/** An SVG document; the same report gives the same text. */
export function frontSvg(report: FrontReport, { x = 'latency', width = 900, height = 600 }: SvgOptions = {}): string {
  const chart = init(null, null, { renderer: 'svg', ssr: true, width, height });
  try {
    chart.setOption(optionOf(report, x));
    return accessible(stable(chart.renderToSVGString()), titleOf(report));
  } finally {
    chart.dispose();
  }
}

/** Where a frame of a chart of this size puts a point, in pixels from the upper left. */
export function pixelOf(frame: Frame, width: number, height: number): (x: number, y: number) => [number, number] {
  const share = (value: number, { min, max }: Axis): number => (value - min) / (max - min);
  return (x, y) => [
    margin.left + share(x, frame.x) * (width - margin.left - margin.right),
    height - margin.bottom - share(y, frame.y) * (height - margin.top - margin.bottom),
  ];
}

const titleOf = ({ study, objectives }: FrontReport): string =>
  `${study}: ${objectives.includes('agreement') ? 'agreement' : 'top-1 accuracy'} against latency`;

function optionOf(report: FrontReport, x: HorizontalAxis): EChartsCoreOption {
  const frame = frameOf(report, x);
  const place = (figures: Figures): [number, number] => [xOf(figures, x), yOf(figures)];
  const trials = report.points.filter(({ trial }) => trial !== 0);
  const seen = trials.filter(point => isInside(point, x, frame));
  const greyed = report.dominated.filter(point => isInside(point, x, frame));
  const moved = report.confirmed ? [...trials, report.dense].filter(({ search }) => isInside(search, x, frame)) : [];
  const stairs = [...report.points].sort((a, b) => xOf(a, x) - xOf(b, x)).map(place);
  const accuracy = report.objectives.includes('agreement')
    ? 'agreement with the dense model (%)'
    : 'top-1 accuracy (%)';
  const across = x === 'latency' ? 'latency (ms, median)' : 'speed-up over the dense model';
  const front = report.confirmed ? 'front, confirmed' : 'front, search-time';
  return {
    animation: false,
    backgroundColor: '#ffffff',
    textStyle: { fontFamily: 'Helvetica, Arial, sans-serif', color: colour.ink },
    title: {
      text: titleOf(report),
      subtext: subtitle(report, frame),
      left: margin.left - 6,
      top: 14,
      itemGap: 8,
      textStyle: { fontSize: 18, color: colour.ink },
      subtextStyle: { fontSize: 13, color: colour.faint },
    },
    legend: {
      top: 76,
      left: margin.left - 6,
      itemGap: 22,
      selectedMode: false,
      textStyle: { fontSize: 13, color: colour.ink },
      data: [
        { name: front, icon: report.confirmed ? 'circle' : 'emptyCircle' },
        ...(moved.length > 0 ? [{ name: 'the same in search', icon: 'emptyCircle' }] : []),
        { name: 'dense model', icon: 'diamond' },
        ...(greyed.length > 0 ? [{ name: 'dominated', icon: 'circle' }] : []),
      ],
    },
    grid: { ...margin, containLabel: false },
    xAxis: axisOption(across, frame.x, 36),
    yAxis: axisOption(accuracy, frame.y, 52),
    series: [
      scatter('dominated', greyed.map(place), { symbolSize: 7, itemStyle: { color: colour.dominated } }),
      {
        type: 'line',
        data: stairs,
        // Between two members the front attains what the one that is no slower attains.
        step: x === 'latency' ? 'end' : 'start',
        symbol: 'none',
        lineStyle: { color: colour.front, width: 1.5, opacity: 0.6 },
      },
      segments(
        moved.map(({ search, confirm }) => [...place(search), ...place(confirm ?? search)]),
        { stroke: colour.faint, lineWidth: 1, lineDash: [3, 3] },
      ),
      errorBars(seen, x),
      scatter(
        'the same in search',
        moved.map(({ search }) => place(search)),
        {
          symbol: 'emptyCircle',
          symbolSize: 8,
          itemStyle: { color: colour.faint },
        },
      ),
      scatter(
        front,
        seen.map(point => ({ value: place(point), name: `${point.trial}` })),
        {
          symbol: report.confirmed ? 'circle' : 'emptyCircle',
          symbolSize: 10,
          itemStyle: { color: colour.front },
          label: {
            show: true,
            formatter: '{b}',
            position: 'top',
            align: 'right',
            offset: [-3, 1],
            fontSize: 12,
            color: colour.ink,
          },
          labelLayout: { hideOverlap: true },
        },
      ),
      scatter('dense model', [place(report.dense)], {
        symbol: 'diamond',
        symbolSize: 17,
        itemStyle: { color: colour.dense },
        z: 4,
      }),
    ],
  };
}

function subtitle({ images, confirmed, dense, points }: FrontReport, frame: Frame): string {
  const { pointsOutside, dominatedOutside } = frame;
  const bars = 'Bars: 95 %, paired with the dense model';
  const basis = `${images} images${confirmed ? ', untouched by the search' : ''}`;
  const outside = [
    ...(pointsOutside > 0 ? [`${pointsOutside} of ${points.length} front members`] : []),
    ...(dominatedOutside > 0 ? [`${dominatedOutside} dominated`] : []),
  ].join(' and ');
  const speed = `dense ${dense.latencyMs.toPrecision(3)} ms`;
  return `${bars}. ${basis}; ${speed}.${outside ? `\nOutside the frame: ${outside}.` : ''}`;
}

const axisOption = (name: string, { min, max, step, decimals }: Axis, nameGap: number): object => ({
  type: 'value',
  name,
  nameLocation: 'middle',
  nameGap,
  nameTextStyle: { fontSize: 14, color: colour.ink },
  min,
  max,
  interval: step,
  axisLabel: { fontSize: 12, color: colour.ink, formatter: (value: number) => value.toFixed(decimals) },
  axisLine: { show: true, onZero: false, lineStyle: { color: colour.faint } },
  axisTick: { show: true },
  splitLine: { lineStyle: { color: '#EDEDED' } },
});

const scatter = (name: string, data: readonly unknown[], look: object): object => ({
  type: 'scatter',
  name,
  data,
  ...look,
});

function errorBars(points: readonly Figures[], x: HorizontalAxis): object {
  const bars = points.flatMap(point => {
    const [left, right] = xInterval(point, x);
    const [low, high] = yInterval(point);
    return [
      [left, yOf(point), right, yOf(point)],
      [xOf(point, x), low, xOf(point, x), high],
    ];
  });
  return segments(bars, { stroke: colour.front, lineWidth: 1.2, opacity: 0.75 });
}

/** Straight lines from (x1, y1) to (x2, y2), each a row of `data`. */
const segments = (data: readonly (readonly number[])[], style: object): object => ({
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

/** Without the class names and numbers that zrender counts up from chart to chart; nothing here is styled by them. */
const stable = (svg: string): string =>
  svg
    .replaceAll(/ class="zr\d+-cls-\d+"/g, '')
    .replaceAll(/<style[\s\S]*?<\/style>\n?/g, '')
    .replaceAll(/zr\d+-(c|g|p)(\d+)/g, 'front-$1$2');

/** Names the picture for a screen reader. */
const accessible = (svg: string, title: string): string =>
  svg.replace(/^<svg [^>]*>/, root => `${root.slice(0, -1)} role="img">\n<title>${escaped(title)}</title>`);

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
