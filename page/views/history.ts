/** How the search went: hypervolume, every objective, and where the time went. */
import type { HistoryPart, HistoryRecord } from '../../src/serve/api/history.ts';
import { formatMs } from '../../src/units/format.ts';
import { amountText, counted } from '../amounts.ts';
import { chartFigure } from '../chart.ts';
import { h } from '../dom.ts';
import { nameOf, objectiveOption, stageOption, volumeOption } from '../history-charts.ts';
import { liveRecord } from '../live-record.ts';
import { renewing } from '../renewed.ts';
import { emptyState } from '../states.ts';
import { table, tableBehind } from '../table.ts';
import type { View, ViewContext } from '../view.ts';

export const view: View = {
  name: 'history',
  title: 'History',
  mount: (element, context) => {
    const renewed = renewing(context);
    let record: HistoryRecord | null = null;
    let redraw: (() => void) | null = null;
    liveRecord(context, element, { reader: 'history' }, (now, first) => {
      const same = record?.stages.length === now.stages.length && record.parts.length > 0;
      record = now;
      if (now.parts.length === 0) {
        element.replaceChildren(emptyState('No trial is finished yet.', 'The first one appears here by itself.'));
        return;
      }
      if (first || !same || !redraw) redraw = build(element, renewed(), () => record ?? now);
      redraw();
    });
  },
};

/** Returns what draws again and says again what is drawn. */
function build(element: HTMLElement, context: ViewContext, record: () => HistoryRecord): () => void {
  const volume = chartFigure(context, {
    title: 'Hypervolume of the front',
    words: '',
    option: theme => volumeOption(theme, record().parts),
  });
  const charts = record().objectives.map((objective, k) =>
    chartFigure(context, {
      title: `${objective.words[0]?.toUpperCase()}${objective.words.slice(1)} over the trials`,
      words: '',
      option: theme => objectiveOption(theme, record(), k),
    }),
  );
  const stages = chartFigure(context, {
    title: 'Wall time by stage',
    words: '',
    option: theme => stageOption(theme, record()),
  });
  const totals = h('div', {});
  element.replaceChildren(
    volume.element,
    h(
      'div',
      { class: 'columns' },
      charts.map(each => each.element),
    ),
    stages.element,
    totals,
  );
  return () => {
    const { parts, objectives, finished } = record();
    const last = parts.at(-1);
    volume.describe(
      `After ${counted(finished, 'finished trial')} it is ${last?.hypervolume?.toFixed(4) ?? 'not known yet'}. It never falls unless limits change.`,
    );
    for (const [k, chart] of charts.entries()) {
      const objective = objectives[k];
      if (objective) chart.describe(`The best so far is ${amountText(objective, last?.values[k]?.best ?? null)}.`);
    }
    stages.describe(`In all: ${stageWords(record())}.`);
    totals.replaceChildren(stageTable(record()), tableBehind('The same in numbers', partTable(record())));
    for (const chart of [volume, ...charts, stages]) chart.redraw();
  };
}

const total = ({ stages }: HistoryRecord): number => stages.reduce((sum, { totalMs }) => sum + totalMs, 0);

const stageWords = (record: HistoryRecord): string =>
  record.stages.map(({ name, totalMs }) => `${name} ${duration(totalMs)}`).join(', ');

/** `1 h 4 min`, `12.3 s`. */
function duration(ms: number): string {
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  const minutes = Math.round(ms / 60_000);
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

const stageTable = (record: HistoryRecord): HTMLElement =>
  h(
    'section',
    { class: 'card' },
    h('h2', {}, 'Time by stage'),
    table(
      'Time by stage',
      [
        { header: 'Stage', cell: ({ name }) => name },
        { header: 'In all', align: 'right', cell: ({ totalMs }) => duration(totalMs) },
        {
          header: 'Share',
          align: 'right',
          cell: ({ totalMs }) => `${((100 * totalMs) / (total(record) || 1)).toFixed(1)} %`,
        },
        { header: 'Per trial', align: 'right', cell: ({ totalMs, trials }) => formatMs(totalMs / Math.max(1, trials)) },
        { header: 'Trials', align: 'right', cell: ({ trials }) => trials },
      ],
      record.stages,
    ),
  );

const partTable = ({ parts, objectives }: HistoryRecord): HTMLElement =>
  table(
    'Finished trials in their order',
    [
      { header: 'Trials', cell: nameOf },
      { header: 'Hypervolume', align: 'right', cell: ({ hypervolume }) => hypervolume?.toFixed(4) ?? '-' },
      ...objectives.map((objective, k) => ({
        header: `Best ${objective.words}`,
        align: 'right' as const,
        cell: ({ values }: HistoryPart) => amountText(objective, values[k]?.best ?? null),
      })),
      { header: 'Failed', align: 'right', cell: ({ failed }) => failed },
      { header: 'Stopped early', align: 'right', cell: ({ pruned }) => pruned },
    ],
    parts,
  );
