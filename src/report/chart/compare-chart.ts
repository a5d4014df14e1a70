/** The fronts of several devices in one chart: milliseconds or speed-up against the change of accuracy. Plain data. */
import { limitWords } from '../change.ts';
import type { Comparison } from '../compare/comparison.ts';
import type { FrontPoint } from '../front/front.ts';
import { roundAxis } from './axis.ts';
import { axisOption, type Chart, type ChartSeries, colour, scatter, segments } from './chart-parts.ts';
import { type HorizontalAxis, xInterval, xOf } from './frame.ts';

/** Told apart without colour vision too (Okabe and Ito 2008); with more devices they come again, in another shape. */
const colours = ['#0072B2', '#D55E00', '#009E73', '#CC79A7', '#E69F00', '#56B4E9', '#222222'];
const shapes = ['circle', 'rect', 'triangle', 'pin'];
const margin = { left: 76, right: 30, top: 116, bottom: 62 };
/** Points that lose more do not set the frame. */
const mostLost = 0.15;

export const compareTitle = ({ devices }: Comparison): string =>
  `One network on ${devices.map(({ study }) => study.name).join(', ')}`;

/** The same comparison gives the same chart; JSON holds all of it. */
export function compareChart(comparison: Comparison, x: HorizontalAxis = 'latency'): Chart {
  const { devices, maxDrop } = comparison;
  const fronts = devices.map(({ study }) =>
    study.report.best.filter(({ trial, latencyQuality }) => trial === 0 || latencyQuality === 'good'),
  );
  const shown = fronts.flat().filter(({ judged }) => judged.drop <= mostLost);
  const xs = shown.flatMap(point => xInterval(point, x));
  const ys = shown.flatMap(changeInterval);
  const across = roundAxis(Math.min(...xs) - 0.02 * Math.max(...xs), 1.02 * Math.max(...xs));
  const up = roundAxis(Math.min(...ys, -100 * maxDrop) - 0.3, Math.max(...ys, 0) + 0.3);
  return {
    animation: false,
    backgroundColor: '#ffffff',
    textStyle: { fontFamily: 'Helvetica, Arial, sans-serif', color: colour.ink },
    title: {
      text: compareTitle(comparison),
      subtext: `Bars: 95 %. Diamonds: the dense model. Filled: confirmed. Dashed: ${limitWords(maxDrop)} lost.`,
      left: margin.left - 6,
      top: 14,
      itemGap: 8,
      textStyle: { fontSize: 18, color: colour.ink },
      subtextStyle: { fontSize: 13, color: colour.faint },
    },
    legend: {
      top: 76,
      left: margin.left - 6,
      itemGap: 18,
      itemWidth: 14,
      itemHeight: 14,
      selectedMode: false,
      textStyle: { fontSize: 13, color: colour.ink },
      data: devices.map(({ study }, at) => ({ name: study.name, icon: lookOf(at).shape })),
    },
    grid: { ...margin, containLabel: false },
    xAxis: axisOption(x === 'latency' ? 'latency (ms, median)' : 'speed-up over the dense model', across, 36),
    yAxis: axisOption('change of accuracy (pp)', up, 52),
    series: [
      segments([[across.min, -100 * maxDrop, across.max, -100 * maxDrop]], {
        stroke: colour.faint,
        lineWidth: 1,
        lineDash: [6, 4],
      }),
      ...devices.flatMap(({ study }, at) => seriesOf(study.name, fronts[at] ?? [], lookOf(at), x)),
    ],
  };
}

const lookOf = (at: number) => ({
  stroke: colours[at % colours.length] ?? colour.ink,
  shape: shapes[Math.floor(at / colours.length) % shapes.length] ?? 'circle',
});

/** In points, the end that is lower first. */
const changeInterval = ({ judged: { drop, halfWidth } }: FrontPoint): [number, number] => [
  100 * (0 - drop - halfWidth),
  100 * (halfWidth - drop),
];

function seriesOf(
  name: string,
  front: readonly FrontPoint[],
  { stroke, shape }: ReturnType<typeof lookOf>,
  x: HorizontalAxis,
): ChartSeries[] {
  const place = (point: FrontPoint): [number, number] => [
    xOf(point, x),
    point.trial === 0 ? 0 : 100 * (0 - point.judged.drop),
  ];
  const trials = front.filter(({ trial }) => trial !== 0);
  const dense = front.filter(({ trial }) => trial === 0);
  const bars = trials.flatMap(point => {
    const [left, right] = xInterval(point, x);
    const [low, high] = changeInterval(point);
    const [px, py] = place(point);
    return [
      [left, py, right, py],
      [px, low, px, high],
    ];
  });
  const points = (confirmed: boolean, symbol: string): ChartSeries =>
    scatter(name, trials.filter(each => each.confirmed === confirmed).map(place), {
      symbol,
      symbolSize: 10,
      itemStyle: { color: stroke, opacity: 1 },
    });
  return [
    {
      type: 'line',
      name: `${name}, attainable`,
      data: front.map(place).sort((a, b) => a[0] - b[0]),
      step: x === 'latency' ? 'end' : 'start',
      symbol: 'none',
      lineStyle: { color: stroke, width: 3, opacity: 0.25 },
    },
    segments(bars, { stroke, lineWidth: 1.2, opacity: 0.7 }),
    points(true, shape),
    points(false, `empty${shape.charAt(0).toUpperCase()}${shape.slice(1)}`),
    scatter(name, dense.map(place), {
      symbol: 'diamond',
      symbolSize: 16,
      itemStyle: { color: stroke, opacity: 1 },
      z: 4,
    }),
  ];
}
