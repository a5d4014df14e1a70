/** The members of the front in numbers: what the chart shows, for the keyboard and for screen readers. */
import { furtherOf } from '../../src/objectives/objectives.ts';
import { changeCell, halfWidthOf } from '../../src/report/change.ts';
import type { FrontPoint, FrontReport } from '../../src/report/front/front.ts';
import { amountOf } from '../../src/report/front/further.ts';
import { speedupWords } from '../../src/report/front/wording.ts';
import { h } from '../dom.ts';
import { amountText, formatCount, formatMacs, formatMs } from '../numbers.ts';
import { type Column, table } from '../table.ts';

export function frontTable(report: FrontReport, choose: (trial: number) => void): HTMLElement {
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
    { header: 'Accuracy %', align: 'right', cell: ({ accuracy }) => (100 * accuracy).toFixed(2) },
    {
      header: 'Change pp ± 95 %',
      align: 'right',
      cell: ({ trial, drop, dropStandardError, images }) =>
        trial === 0 ? '-' : changeCell({ drop, halfWidth: halfWidthOf(dropStandardError, images) }),
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
        latencyQuality === 'disturbed' ? 'disturbed' : isRefined ? 'refined' : confirmed ? 'confirmed' : 'search',
    },
  ];
  return table('Members of the front, the fastest first', columns, report.points);
}
