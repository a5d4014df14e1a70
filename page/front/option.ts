/** The front as a chart of ECharts, in whatever two axes. */
import { effectiveFront } from '../../src/report/front/effective-front.ts';
import type { FrontPoint } from '../../src/report/front/front.ts';
import { kneeOf } from '../../src/report/front/judge.ts';
import { axisLook, type ChartOption, tooltipLook } from '../chart.ts';
import { h } from '../dom.ts';
import type { Theme } from '../theme.ts';
import type { FrontAxis } from './axes.ts';
import { before, type Dot, type Drawn, datumOf, type PointDatum, placeOf, wordsOf } from './drawn.ts';
import type { Range } from './frame.ts';
import { dots, hollow, intervals, limitLines, lines, numbers, points, ring, type Series, stairs } from './series.ts';

export function frontOption(drawn: Drawn, theme: Theme, size: { readonly width: number }): ChartOption {
  const { x, y, whole, frame } = drawn;
  const narrow = size.width < 560;
  return {
    aria: { enabled: false },
    grid: { left: 8, right: 18, top: narrow ? 92 : 58, bottom: 8, outerBoundsMode: 'same', outerBoundsContain: 'all' },
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
      formatter: ({ data, seriesName = '' }: { data?: PointDatum | Dot; seriesName?: string }) =>
        hovered(wordsOf(data, seriesName, drawn)),
    },
    xAxis: axisOption(x, whole[0], theme, narrow ? 26 : 28),
    yAxis: { ...axisOption(y, whole[1], theme, narrow ? 30 : 38), nameRotate: 90 },
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
    series: seriesOf(drawn, theme).filter(series => series !== null),
  };
}

const hovered = (text: string): HTMLElement | string =>
  text === ''
    ? ''
    : h(
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

const isKnown = ({ latencyQuality }: FrontPoint): boolean => latencyQuality === 'good';

/** From the back to the front; their names are the legend. */
function seriesOf(drawn: Drawn, theme: Theme): readonly Series[] {
  const { report, x, y, picked, chosen } = drawn;
  const trials = report.points.filter(({ trial }) => trial !== 0);
  const known = trials.filter(isKnown);
  const disturbed = trials.filter(point => !isKnown(point));
  const moved = report.confirmed ? [report.dense, ...trials].filter(({ confirmed }) => confirmed) : [];
  const left = report.confirmed ? report.dominated : [];
  const knee = kneeOf(effectiveFront(report));
  const data = (of: readonly FrontPoint[]): PointDatum[] => of.map(point => datumOf(point, drawn));
  const faint = { color: theme.dominated, opacity: 0.7 };
  return [
    dots('dominated', drawn.dominated, drawn, { symbol: 'circle', symbolSize: 5, itemStyle: faint }),
    dots('beyond the limits', drawn.beyond, drawn, { symbol: 'triangle', symbolSize: 6, itemStyle: faint }),
    stairs(drawn, theme),
    lines(
      moved.map(point => [x.of(before(point)), y.of(before(point)), x.of(point), y.of(point)]),
      { stroke: theme.faint, lineDash: [3, 3] },
    ),
    intervals(known, drawn, { stroke: theme.front, opacity: 0.75, lineWidth: 1.3 }),
    intervals(disturbed, drawn, { stroke: theme.disturbed, opacity: 0.8, lineDash: [4, 3] }),
    points('left the front', data(left), { symbol: 'triangle', symbolSize: 9, itemStyle: hollow(theme.faint) }),
    points(
      'its figures of the search',
      moved.map(point => datumOf(point, drawn, before(point))),
      { symbol: 'circle', symbolSize: 7, itemStyle: hollow(theme.faint) },
    ),
    points('on the front, disturbed', data(disturbed), {
      symbol: 'rect',
      symbolSize: 10,
      itemStyle: hollow(theme.disturbed),
      ...numbers(theme),
    }),
    points('on the front, not confirmed', data(known.filter(({ confirmed }) => !confirmed)), {
      symbol: 'circle',
      symbolSize: 11,
      itemStyle: hollow(theme.front),
      ...numbers(theme),
    }),
    points('on the front, confirmed', data(known.filter(({ confirmed }) => confirmed)), {
      symbol: 'circle',
      symbolSize: 11,
      itemStyle: { color: theme.front, opacity: 1 },
      ...numbers(theme),
    }),
    points('dense model', [datumOf(report.dense, drawn)], {
      symbol: 'diamond',
      symbolSize: 15,
      itemStyle: { color: theme.dense, opacity: 1 },
    }),
    ring('knee', knee ? [datumOf(knee, drawn)] : [], theme.green, 19, 'roundRect'),
    ring('pick', placeOf(drawn, picked), theme.pick, 24),
    ring('chosen', placeOf(drawn, chosen), theme.ink, 31),
    limitLines(drawn, theme),
  ];
}
