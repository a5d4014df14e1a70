/**
 * A chart of ECharts in a figure: it follows the size of its place and the theme, is let go of with its view, can be saved as SVG, and has
 * words for who cannot see it.
 */
import { BarChart, CustomChart, HeatmapChart, LineChart, ParallelChart, ScatterChart } from 'echarts/charts';
import {
  AriaComponent,
  AxisPointerComponent,
  BrushComponent,
  DatasetComponent,
  DataZoomComponent,
  GridComponent,
  LegendComponent,
  MarkAreaComponent,
  MarkLineComponent,
  ParallelComponent,
  TooltipComponent,
  VisualMapComponent,
} from 'echarts/components';
import { type EChartsType, getInstanceByDom, init, use } from 'echarts/core';
import { CanvasRenderer, SVGRenderer } from 'echarts/renderers';
import { h } from './dom.ts';
import { saveFile } from './save.ts';
import type { Theme } from './theme.ts';
import type { ViewContext } from './view.ts';

use([
  ...[BarChart, CustomChart, HeatmapChart, LineChart, ParallelChart, ScatterChart, CanvasRenderer, SVGRenderer],
  ...[AriaComponent, AxisPointerComponent, BrushComponent, DatasetComponent, DataZoomComponent, GridComponent],
  ...[LegendComponent, MarkAreaComponent, MarkLineComponent, ParallelComponent, TooltipComponent, VisualMapComponent],
]);

/** Options of ECharts, which has no type for those of all its parts together. */
export type ChartOption = Readonly<Record<string, unknown>>;

export interface ChartFigure {
  readonly element: HTMLElement;
  readonly chart: EChartsType;
  /** Draws again, by what `option` gives now. */
  readonly redraw: () => void;
  /** Says again what the chart shows. */
  readonly describe: (words: string) => void;
}

interface Figure {
  readonly title: string;
  /** What it shows, in a sentence or two, for who cannot see it. */
  readonly words: string;
  /** Of the class that sets its height. */
  readonly height?: 'tall' | 'middle';
  /** Called for each drawing. */
  readonly option: (theme: Theme, size: { readonly width: number; readonly height: number }) => ChartOption;
  /** What ECharts merges by: `replaceMerge` for series that come and go. */
  readonly replace?: readonly string[];
}

export function chartFigure(
  context: ViewContext,
  { title, words, height = 'middle', option, replace = ['series'] }: Figure,
): ChartFigure {
  const place = h('div', { class: `chart ${height}`, role: 'img', 'aria-label': `${title}. ${words}` });
  const save = h('button', { type: 'button', class: 'quiet', onclick: () => saveSvg() }, 'Save as SVG');
  const element = h(
    'figure',
    { class: 'figure' },
    h('figcaption', {}, h('span', { class: 'caption' }, title), save),
    place,
  );
  const chart = init(place, null, { renderer: 'canvas', width: 600, height: 300 });
  const size = () => ({ width: place.clientWidth || 600, height: place.clientHeight || 300 });
  const redraw = (): void => {
    if (context.signal.aborted) return;
    if (place.clientWidth > 0 && (chart.getWidth() !== size().width || chart.getHeight() !== size().height))
      chart.resize(size());
    chart.setOption(common(context.theme(), option(context.theme(), size())), {
      replaceMerge: [...replace],
      lazyUpdate: false,
    });
  };
  function saveSvg(): void {
    const copy = init(null, null, { renderer: 'svg', ssr: true, ...size() });
    copy.setOption({
      ...common(context.theme(), option(context.theme(), size())),
      backgroundColor: context.theme().surface,
    });
    saveFile(`${title}.svg`, 'image/svg+xml', copy.renderToSVGString());
    copy.dispose();
  }
  let last = '';
  const sized = new ResizeObserver(() => {
    const { width, height } = size();
    if (place.clientWidth === 0 || last === `${width}x${height}`) return;
    const isFirst = last === '';
    last = `${width}x${height}`;
    // What was drawn already in this size stays.
    if (isFirst && chart.getWidth() === width && chart.getHeight() === height) return;
    chart.resize({ width, height });
    redraw();
  });
  sized.observe(place);
  context.onTheme(redraw);
  context.signal.addEventListener('abort', () => {
    sized.disconnect();
    chart.dispose();
  });
  return {
    element,
    chart,
    redraw,
    describe: now => place.setAttribute('aria-label', `${title}. ${now}`),
  };
}

/**
 * Where a chart draws a point, in pixels of the window; null where it does not.
 *
 * @param point in the units of its axes
 */
export function pixelIn(place: HTMLElement, point: readonly [number, number]): readonly [x: number, y: number] | null {
  const chart = getInstanceByDom(place);
  const found = chart?.convertToPixel({ gridIndex: 0 }, [...point]);
  const { left, top } = place.getBoundingClientRect();
  return found?.every(Number.isFinite) ? [left + (found[0] ?? 0), top + (found[1] ?? 0)] : null;
}

/** What every chart has. */
const common = (theme: Theme, option: ChartOption): ChartOption => ({
  animation: false,
  textStyle: { fontFamily: getComputedStyle(document.body).fontFamily, color: theme.ink },
  color: theme.series,
  ...option,
});

/** The look of an axis: `...axisLook(theme), name: ...`. */
export const axisLook = (theme: Theme): ChartOption => ({
  nameTextStyle: { color: theme.ink },
  axisLabel: { color: theme.ink },
  axisLine: { show: true, onZero: false, lineStyle: { color: theme.faint } },
  axisTick: { show: true, lineStyle: { color: theme.faint } },
  splitLine: { lineStyle: { color: theme.line } },
});

/** A tooltip whose content is made of elements, so that a name is never markup: `formatter` returns an element. */
export const tooltipLook = (theme: Theme): ChartOption => ({
  confine: true,
  transitionDuration: 0,
  backgroundColor: theme.surface,
  borderColor: theme.line,
  textStyle: { color: theme.ink, fontSize: 13 },
});
