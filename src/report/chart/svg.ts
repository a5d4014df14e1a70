/** Charts as SVG documents. */
import { CustomChart, LineChart, ScatterChart } from 'echarts/charts';
import { GridComponent, LegendComponent, TitleComponent } from 'echarts/components';
import { init, use } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';
import type { Comparison } from '../compare/comparison.ts';
import type { FrontReport } from '../front/front.ts';
import type { Chart } from './chart-parts.ts';
import { compareChart, compareTitle } from './compare-chart.ts';
import { drawable } from './drawable.ts';
import type { HorizontalAxis } from './frame.ts';
import { frontChart, frontTitle } from './front-chart.ts';
import type { ChartMarks } from './marks.ts';

use([SVGRenderer, ScatterChart, LineChart, CustomChart, GridComponent, LegendComponent, TitleComponent]);

export interface SvgOptions extends ChartMarks {
  /** `latency` by default. */
  readonly x?: HorizontalAxis;
  /** Pixels; 900 x 600 by default. */
  readonly width?: number;
  readonly height?: number;
}

/** An SVG document; the same report gives the same text. */
export const frontSvg = (
  report: FrontReport,
  { x = 'latency', width = 900, height = 600, ...marks }: SvgOptions = {},
): string => chartSvg(frontChart(report, x, marks), { title: frontTitle(report), width, height });

export const compareSvg = (
  comparison: Comparison,
  { x = 'latency', width = 900, height = 600 }: SvgOptions = {},
): string => chartSvg(compareChart(comparison, x), { title: compareTitle(comparison), width, height });

export interface Picture {
  /** Read out by a screen reader. */
  readonly title: string;
  /** Pixels. */
  readonly width: number;
  readonly height: number;
}

/** An SVG document; the same chart gives the same text. */
export function chartSvg(chart: Chart, { title, width, height }: Picture): string {
  const canvas = init(null, null, { renderer: 'svg', ssr: true, width, height });
  try {
    canvas.setOption(drawable(chart));
    return accessible(stable(canvas.renderToSVGString()), title);
  } finally {
    canvas.dispose();
  }
}

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
