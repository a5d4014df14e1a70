/** Buttons for who cannot turn a wheel. */
import type { EChartsType } from 'echarts/core';
import { h } from '../dom.ts';
import type { Range } from './frame.ts';

interface Ranges {
  readonly frames: readonly [Range, Range];
  readonly whole: readonly [Range, Range];
}

export function zoomButtons(chart: EChartsType, ranges: () => Ranges): HTMLElement {
  const show = ([x, y]: readonly [Range, Range]): void =>
    chart.dispatchAction({
      type: 'dataZoom',
      batch: [
        { dataZoomId: 'x', startValue: x.min, endValue: x.max },
        { dataZoomId: 'y', startValue: y.min, endValue: y.max },
      ],
    } as never);
  /** Around the middle of what is seen. */
  const scaled = (factor: number): readonly [Range, Range] => {
    const { dataZoom } = chart.getOption() as { dataZoom: { startValue: number; endValue: number }[] };
    const of = (i: number): Range => {
      const { startValue = 0, endValue = 1 } = dataZoom[i] ?? {};
      const [middle, half] = [(startValue + endValue) / 2, ((endValue - startValue) / 2) * factor];
      const { min, max } = ranges().whole[i === 0 ? 0 : 1];
      return { min: Math.max(min, middle - half), max: Math.min(max, middle + half) };
    };
    return [of(0), of(1)];
  };
  const button = (title: string, pressed: () => void): HTMLElement =>
    h('button', { type: 'button', class: 'quiet', onclick: pressed }, title);
  return h(
    'div',
    { class: 'row zoom' },
    button('Zoom in', () => show(scaled(0.6))),
    button('Zoom out', () => show(scaled(1.6))),
    button('The front', () => show(ranges().frames)),
    button('All trials', () => show(ranges().whole)),
    h('span', { class: 'faint hint' }, 'Ctrl and wheel zoom; drag moves.'),
  );
}
