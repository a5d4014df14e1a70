/**
 * The front as a chart: a scatter with error bars, its members joined by the staircase of what is attainable. Plain data, so that a
 * browser can draw the same chart, and a server can send it as JSON; `drawable` turns it into what ECharts draws.
 */
import { axisTitle, figureText, metricOf, metricTitle } from '../../metric/metric.ts';
import type { Figures, FrontPoint, FrontReport } from '../front/front.ts';
import { labelLegend, labelOf } from '../front/further.ts';
import { statisticOfDevice, throughputWords } from '../front/throughput.ts';
import { countWords, speedupWords } from '../front/wording.ts';
import { wrapped } from '../text-table.ts';
import type { Axis } from './axis.ts';
import { axisOption, type Chart, colour, errorBars, scatter, segments, trialLabels } from './chart-parts.ts';
import { type Frame, frameOf, type HorizontalAxis, isInside, xOf, yOf } from './frame.ts';
import {
  type ChartMarks,
  limitSeries,
  pickName,
  pickSeries,
  ring,
  speedupScale,
  stoppedName,
  stoppedPlaces,
  stoppedSeries,
} from './marks.ts';

const searched = 'its search-time figures';
const unconfirmed = 'front, not confirmed';
const disturbed = 'disturbed';
const margin = { left: 76, right: 30, top: 136, bottom: 62 };

/** Where a frame of a chart of this size puts a point, in pixels from the upper left. */
export function pixelOf(frame: Frame, width: number, height: number): (x: number, y: number) => [number, number] {
  const share = (value: number, { min, max }: Axis): number => (value - min) / (max - min);
  return (x, y) => [
    margin.left + share(x, frame.x) * (width - margin.left - margin.right),
    height - margin.bottom - share(y, frame.y) * (height - margin.top - margin.bottom),
  ];
}

/** What the chart is named, for its heading and for a screen reader. */
export const frontTitle = ({ study, objectives }: FrontReport): string =>
  `${study}: ${metricTitle(metricOf(objectives))} against latency`;

/** The same report gives the same chart; JSON holds all of it. */
export function frontChart(report: FrontReport, x: HorizontalAxis = 'latency', marks: ChartMarks = {}): Chart {
  const frame = frameOf(report, x);
  const ended = stoppedPlaces(report, marks.stopped ?? [], x, frame);
  const pick = pickSeries(report, x, frame, marks);
  const groups = groupsOf(report, x, frame);
  const { open, unknown, moved, greyed } = groups;
  const accuracy = axisTitle(metricOf(report.objectives));
  const across =
    x === 'latency' ? `latency (ms, ${statisticOfDevice(report.device)})` : 'speed-up over the dense model';
  return {
    animation: false,
    backgroundColor: '#ffffff',
    textStyle: { fontFamily: 'Helvetica, Arial, sans-serif', color: colour.ink },
    title: {
      text: frontTitle(report),
      subtext: subtitle(report, frame),
      left: margin.left - 6,
      top: 14,
      itemGap: 8,
      textStyle: { fontSize: 18, color: colour.ink },
      subtextStyle: { fontSize: 13, lineHeight: 18, color: colour.faint },
    },
    legend: {
      top: 76,
      left: margin.left - 6,
      itemGap: 26,
      itemWidth: 14,
      itemHeight: 14,
      selectedMode: false,
      textStyle: { fontSize: 13, color: colour.ink },
      data: [
        { name: groups.front, icon: report.confirmed ? 'circle' : 'emptyCircle' },
        ...(open.length > 0 ? [{ name: unconfirmed, icon: 'emptyCircle' }] : []),
        ...(unknown.length > 0 ? [{ name: disturbed, icon: 'emptyRect' }] : []),
        ...(moved.length > 0 ? [{ name: searched, icon: 'emptyCircle' }] : []),
        { name: 'dense model', icon: 'diamond' },
        ...(pick ? [{ name: pickName, icon: 'circle', itemStyle: ring }] : []),
        ...(greyed.length > 0 ? [{ name: groups.beaten, icon: 'circle' }] : []),
        ...(ended.length > 0 ? [{ name: stoppedName, icon: 'triangle' }] : []),
      ],
    },
    grid: { ...margin, containLabel: false },
    xAxis: axisOption(across, frame.x, 36),
    yAxis: axisOption(accuracy, frame.y, 52),
    series: [
      ...(ended.length > 0 ? [stoppedSeries(ended)] : []),
      ...limitSeries(report, x, frame, marks),
      ...(x === 'latency' ? speedupScale(report, frame) : []),
      ...seriesOf(report, x, groups),
      ...(pick ? [pick] : []),
    ],
  };
}

/** The points within the frame by how they are drawn, and the names of two groups in the legend. */
function groupsOf(report: FrontReport, x: HorizontalAxis, frame: Frame) {
  const trials = report.points.filter(({ trial }) => trial !== 0);
  const seen = trials.filter(point => isInside(point, x, frame));
  const known = seen.filter(({ latencyQuality }) => latencyQuality === 'good');
  return {
    known,
    unknown: seen.filter(({ latencyQuality }) => latencyQuality === 'disturbed'),
    sure: known.filter(({ confirmed }) => confirmed === report.confirmed),
    open: known.filter(({ confirmed }) => confirmed !== report.confirmed),
    greyed: report.dominated.filter(point => isInside(point, x, frame)),
    moved: report.confirmed
      ? [...trials, report.dense].filter(({ confirmed, search }) => confirmed && isInside(search, x, frame))
      : [],
    front: report.confirmed ? 'front, confirmed' : 'front, search-time',
    beaten: report.confirmed ? 'left the front' : 'dominated',
  };
}

/** From the back to the front: what is dominated, the staircase, movements, bars, points. */
function seriesOf(report: FrontReport, x: HorizontalAxis, groups: ReturnType<typeof groupsOf>): Chart['series'] {
  const { known, unknown, sure, open, greyed, moved, front, beaten } = groups;
  const place = (figures: Figures): [number, number] => [xOf(figures, x), yOf(figures)];
  const named = (point: FrontPoint): object => ({
    value: place(point),
    name: labelOf(point),
    tooltip: { formatter: hover(point, report) },
  });
  const stairs = report.points
    .filter(({ trial, dominatedBy, confirmed, latencyQuality }) => {
      const counts = trial === 0 || (confirmed === report.confirmed && latencyQuality === 'good');
      return counts && dominatedBy === null;
    })
    .sort((a, b) => xOf(a, x) - xOf(b, x))
    .map(place);
  return [
    scatter(beaten, greyed.map(place), { symbolSize: 7, itemStyle: { color: colour.dominated, opacity: 1 } }),
    {
      type: 'line',
      data: stairs,
      // Between two members the front attains what the one that is no slower attains.
      step: x === 'latency' ? 'end' : 'start',
      symbol: 'none',
      lineStyle: { color: colour.front, width: 4, opacity: 0.22 },
    },
    segments(
      moved.map(({ search, confirm }) => [...place(search), ...place(confirm ?? search)]),
      { stroke: colour.faint, lineWidth: 1, lineDash: [3, 3] },
    ),
    errorBars(known, x),
    errorBars(unknown, x, true),
    scatter(
      searched,
      moved.map(({ search }) => place(search)),
      {
        symbol: 'emptyCircle',
        symbolSize: 8,
        itemStyle: { color: colour.faint, opacity: 1 },
      },
    ),
    scatter(front, sure.map(named), {
      symbol: report.confirmed ? 'circle' : 'emptyCircle',
      symbolSize: 10,
      itemStyle: { color: colour.front, opacity: 1 },
      ...trialLabels(report.confirmed, x),
    }),
    scatter(unconfirmed, open.map(named), {
      symbol: 'emptyCircle',
      symbolSize: 10,
      itemStyle: { color: colour.front, opacity: 1 },
      ...trialLabels(report.confirmed, x),
    }),
    scatter(disturbed, unknown.map(named), {
      symbol: 'emptyRect',
      symbolSize: 10,
      itemStyle: { color: colour.disturbed, opacity: 1 },
      ...trialLabels(report.confirmed, x),
    }),
    scatter('dense model', [{ value: place(report.dense), tooltip: { formatter: hover(report.dense, report) } }], {
      symbol: 'diamond',
      symbolSize: 17,
      itemStyle: { color: colour.dense, opacity: 1 },
      z: 4,
    }),
  ];
}

/** At this size a character is up to seven pixels wide: the line ends before the chart does. */
const subtitleColumns = 112;

/** Shown over a point where a page draws the chart with ECharts' `tooltip`: numbers alone, which need no escaping. */
function hover(point: FrontPoint, { device, objectives }: FrontReport): string {
  const throughput = throughputWords(device, point.latencyMs);
  return [
    point.trial === 0 ? 'dense model' : `trial ${labelOf(point)}`,
    `${point.latencyMs.toPrecision(3)} ms${throughput === '' ? '' : `, ${throughput}`}`,
    ...(point.trial === 0 ? [] : [speedupWords(point)]),
    figureText(metricOf(objectives), point.accuracy),
  ].join('<br>');
}

function subtitle({ confirmed, dense, device, objectives, points }: FrontReport, frame: Frame): string {
  const { pointsOutside, dominatedOutside } = frame;
  const bars = 'Bars: 95 %, paired with the dense model';
  const basis = `${countWords(dense.images)} images${confirmed ? ', untouched by the search' : ''}`;
  const outside = [
    ...(pointsOutside > 0 ? [`${pointsOutside} of ${points.length} front members`] : []),
    ...(dominatedOutside > 0 ? [`${dominatedOutside} dominated`] : []),
  ].join(' and ');
  const on = device ? ` on ${device.name}${device.computed ? ', computed' : ''}` : '';
  const throughput = throughputWords(device, dense.latencyMs);
  const speed = `dense ${dense.latencyMs.toPrecision(3)} ms${throughput === '' ? '' : ` (${throughput})`}${on}`;
  const lines = [
    `${bars}${labelLegend(objectives)}.${outside ? ` Outside the frame: ${outside}.` : ''}`,
    `${basis}; ${speed}.`,
  ];
  return lines.map(line => wrapped(line, subtitleColumns)).join('\n');
}
