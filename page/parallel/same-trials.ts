/** The trials of the lines in the plane of the front and in a list: what is brushed stands out. */
import type { ParallelLine, ParallelRecord } from '../../src/serve/api/parallel.ts';
import { amountText, axisName, drawn } from '../amounts.ts';
import type { ChartOption } from '../chart.ts';
import { h } from '../dom.ts';
import { plot, tip } from '../plot.ts';
import { table } from '../table.ts';
import type { Theme } from '../theme.ts';
import type { ViewContext } from '../view.ts';
import { lineWords } from './lines.ts';

const mostRows = 50;

/** @param kept by line, whether it keeps to the ranges */
export function sameTrialsOption(theme: Theme, record: ParallelRecord, kept: readonly boolean[]): ChartOption {
  const [x, y] = record.objectives;
  if (!x || !y) return {};
  const points = (
    name: string,
    color: string,
    symbol: string,
    opacity: number,
    of: (line: ParallelLine, i: number) => boolean,
  ): object => ({
    name,
    type: 'scatter',
    symbol,
    symbolSize: symbol === 'diamond' ? 11 : 7,
    itemStyle: { color, opacity },
    data: record.lines.flatMap((line, i) =>
      of(line, i)
        ? [{ value: [drawn(x, line.values[0] ?? Number.NaN), drawn(y, line.values[1] ?? Number.NaN)], line }]
        : [],
    ),
    tooltip: { formatter: ({ data }: { data: { line: ParallelLine } }) => tip(...lineWords(record, data.line)) },
  });
  return plot(theme, { name: axisName(x) }, { name: axisName(y) }, [
    points('left out', theme.dominated, 'circle', 0.25, (_, i) => !kept[i]),
    points('chosen', theme.pick, 'circle', 0.9, ({ onFront }, i) => kept[i] === true && !onFront),
    points('chosen, on the front', theme.front, 'diamond', 1, ({ onFront }, i) => kept[i] === true && onFront),
  ]);
}

export function chosenList(context: ViewContext, record: ParallelRecord, kept: readonly boolean[]): HTMLElement {
  const rows = record.lines.filter((_, i) => kept[i]);
  return h(
    'section',
    { class: 'card' },
    h('h2', {}, 'Chosen trials'),
    table(
      'Chosen trials',
      [
        {
          header: 'Trial',
          align: 'right',
          cell: ({ trial }) =>
            h(
              'a',
              { href: context.link({ view: 'trial', params: { number: String(trial) } }) },
              trial === 0 ? 'dense' : trial,
            ),
        },
        ...record.objectives.map((objective, k) => ({
          header: objective.words,
          align: 'right' as const,
          cell: ({ values }: ParallelLine) => amountText(objective, values[k] ?? null),
        })),
        { header: 'Front', cell: ({ onFront }) => (onFront ? 'yes' : '') },
      ],
      rows.slice(0, mostRows),
    ),
    rows.length > mostRows
      ? h('p', { class: 'faint' }, `And ${rows.length - mostRows} more: set narrower ranges to see them.`)
      : null,
  );
}
