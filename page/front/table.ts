/** The members of the front in numbers: what the chart shows, for the keyboard and for screen readers. */
import { columnOf, figureCell, metricOf } from '../../src/metric/metric.ts';
import { furtherOf } from '../../src/objectives/objectives.ts';
import { changeCell } from '../../src/report/change.ts';
import type { FrontPoint, FrontReport } from '../../src/report/front/front.ts';
import { amountOf } from '../../src/report/front/further.ts';
import { halfOf } from '../../src/report/front/half.ts';
import { speedupWords } from '../../src/report/front/wording.ts';
import { h } from '../dom.ts';
import { amountText, formatCount, formatMacs, formatMs } from '../numbers.ts';
import { type Column, table } from '../table.ts';

export function frontTable(report: FrontReport, choose: (trial: number) => void): HTMLElement {
  const metric = metricOf(report.objectives);
  const columns: Column<FrontPoint>[] = [
    {
      header: 'Trial',
      cell: ({ trial }) =>
        h(
          'button',
          { type: 'button', class: 'quiet', onclick: () => choose(trial) },
          trial === 0 ? 'Dense model' : `Trial ${trial}`,
        ),
    },
    { header: 'Latency', align: 'right', cell: ({ latencyMs }) => formatMs(latencyMs) },
    { header: 'Speed-up [95 %]', align: 'right', cell: point => (point.trial === 0 ? '1' : speedupWords(point)) },
    { header: columnOf(metric), align: 'right', cell: ({ accuracy }) => figureCell(metric, accuracy) },
    {
      header: 'Change pp ± 95 %',
      align: 'right',
      cell: point => (point.trial === 0 ? '-' : changeCell({ drop: point.drop, halfWidth: halfOf(point) })),
    },
    ...furtherOf(report.objectives).map(
      ({ kind, words }): Column<FrontPoint> => ({
        header: words,
        align: 'right',
        cell: point => amountText(kind, amountOf(kind, point)),
      }),
    ),
    { header: 'MACs', align: 'right', cell: ({ macs }) => formatMacs(macs) },
    { header: 'Parameters', align: 'right', cell: ({ params }) => formatCount(params) },
    {
      header: 'Known by',
      cell: ({ confirmed, latencyQuality, isRefined }) =>
        `${latencyQuality === 'disturbed' ? 'disturbed' : confirmed ? 'confirmed' : 'search'}${isRefined ? ', refined' : ''}`,
    },
  ];
  return table('Members of the front, the fastest first', columns, report.points);
}
