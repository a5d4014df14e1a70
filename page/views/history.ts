/** How the search went: hypervolume, every objective, and where the time went. */
import type { HistoryPart, HistoryRecord } from '../../src/serve/api/history.ts';
import { formatMs } from '../../src/units/format.ts';
import { amountText, axisName, counted, drawn } from '../amounts.ts';
import { type ChartOption, chartFigure } from '../chart.ts';
import { h } from '../dom.ts';
import { liveRecord } from '../live-record.ts';
import { plot, tip } from '../plot.ts';
import { renewing } from '../renewed.ts';
import { emptyState } from '../states.ts';
import { table, tableBehind } from '../table.ts';
import type { Theme } from '../theme.ts';
import type { View, ViewContext } from '../view.ts';

const over = { name: 'finished trials, in their order' };
const nameOf = ({ first, last, trial }: HistoryPart): string =>
  trial === null ? `finished trials ${first} to ${last}` : `trial ${trial}`;

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

const volumeOption = (theme: Theme, parts: readonly HistoryPart[]): ChartOption =>
  plot(
    theme,
    over,
    { name: 'hypervolume', min: 0 },
    [
      {
        type: 'line',
        step: 'end',
        symbol: 'none',
        lineStyle: { width: 2, color: theme.front },
        areaStyle: { opacity: 0.12, color: theme.front },
        data: parts.flatMap(({ last, hypervolume }) => (hypervolume === null ? [] : [[last, hypervolume]])),
      },
    ],
    {
      tooltip: lineTip(theme, ([at, value]) =>
        tip(`after ${at} finished trials`, `hypervolume ${Number(value).toFixed(4)}`),
      ),
    },
  );

function objectiveOption(theme: Theme, { parts, objectives }: HistoryRecord, k: number): ChartOption {
  const objective = objectives[k];
  if (!objective) return {};
  const seen = parts.flatMap(part => {
    const value = part.values[k];
    return value ? [{ part, value }] : [];
  });
  const at = (value: number): number => drawn(objective, value);
  const many = parts.some(({ trial }) => trial === null);
  return plot(theme, over, { name: axisName(objective) }, [
    {
      name: many ? 'median of some trials' : 'trials',
      type: 'scatter',
      symbolSize: 6,
      itemStyle: { color: theme.dominated, opacity: 0.9 },
      data: seen.map(({ part, value }) => [
        part.last,
        at(value.middle),
        nameOf(part),
        amountText(objective, value.middle),
      ]),
      tooltip: { formatter: ({ value }: { value: [number, number, string, string] }) => tip(value[2], value[3]) },
    },
    {
      name: 'best so far',
      type: 'line',
      step: 'end',
      symbol: 'none',
      lineStyle: { color: theme.front, width: 2 },
      itemStyle: { color: theme.front },
      data: seen.map(({ part, value }) => [part.last, at(value.best)]),
    },
  ]);
}

function stageOption(theme: Theme, { stages, parts }: HistoryRecord): ChartOption {
  const decals = [0, 0.7, -0.7, 1.57, 0, 0.4];
  return plot(
    theme,
    over,
    { name: 'seconds per trial' },
    stages.map(({ name }, k) => ({
      name,
      type: 'bar',
      stack: 'all',
      barCategoryGap: '0%',
      barMaxWidth: 26,
      itemStyle: {
        color: theme.series[k % theme.series.length],
        decal: {
          symbol: 'rect',
          symbolSize: 0.6,
          rotation: decals[k] ?? 0,
          color: 'rgba(127,127,127,0.25)',
          dashArrayX: [1, 0],
          dashArrayY: [2, 5],
        },
      },
      data: parts.map(part => [part.last, (part.stagesMs[k] ?? 0) / 1000 / (part.last - part.first + 1), nameOf(part)]),
      tooltip: {
        formatter: ({ value }: { value: [number, number, string] }) =>
          tip(value[2], `${name}: ${formatMs(1000 * value[1])} a trial`),
      },
    })),
    {
      tooltip: { ...(lineTip(theme, () => tip()) as object), trigger: 'item' },
      yAxis: { ...(plot(theme, over, { name: 'seconds per trial', min: 0 }, []).yAxis as object), scale: false },
    },
  );
}

const lineTip = (theme: Theme, words: (value: readonly unknown[]) => HTMLElement): ChartOption => ({
  ...(plot(theme, over, over, []).tooltip as object),
  trigger: 'axis',
  formatter: (at: readonly { readonly value: readonly unknown[] }[]) => (at[0] ? words(at[0].value) : ''),
});

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
