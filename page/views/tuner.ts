/** The tuner: how well it predicts, whether its intervals hold, which layers matter, and what it would try next. */

import type { objectives as allObjectives } from '../../src/objectives/objectives.ts';
import { expectedWords } from '../../src/report/explain-text.ts';
import type { TunerRecord } from '../../src/serve/api/tuner.ts';
import { formatPercent } from '../../src/units/format.ts';
import { counted } from '../amounts.ts';
import { type ChartOption, chartFigure } from '../chart.ts';
import { fill, h } from '../dom.ts';
import { liveRecord } from '../live-record.ts';
import { equals, extent, intervals, plot, tip } from '../plot.ts';
import { renewing } from '../renewed.ts';
import { emptyState } from '../states.ts';
import { table, tableBehind } from '../table.ts';
import type { Theme } from '../theme.ts';
import type { View, ViewContext } from '../view.ts';

type Told = NonNullable<TunerRecord['view']>;

export const view: View = {
  name: 'tuner',
  title: 'Tuner',
  mount: (element, context) => {
    const renewed = renewing(context);
    liveRecord(context, element, { reader: 'tuner' }, record => {
      if (record.view) show(element, renewed(), record, record.view);
      else
        fill(
          element,
          emptyState(
            'The store does not say how the trials of this study were proposed.',
            'Continue it with "rankfront search"; the next trial is recorded.',
          ),
        );
    });
  },
};

function show(element: HTMLElement, context: ViewContext, record: TunerRecord, told: Told): void {
  const chart = (title: string, words: string, option: (theme: Theme) => ChartOption) =>
    chartFigure(context, { title, words, option }).element;
  fill(
    element,
    h('section', { class: 'card' }, h('h2', {}, 'Next'), nextPart(record, told)),
    record.leftOut.length === 0
      ? h('div', { class: 'card' }, 'Too few trials to say how well the tuner predicts them.')
      : [
          h(
            'div',
            { class: 'columns' },
            record.objectives.map(({ words }, k) =>
              chart(`Predicted from the others: ${words}`, leftOutWords(record, told, k), theme =>
                leftOutOption(theme, record, k),
              ),
            ),
            chart('Calibration', coverageWords(record), theme => coverageOption(theme, record)),
          ),
          h(
            'section',
            { class: 'card' },
            h('h2', {}, 'How well each trial is predicted from the others'),
            calibrationTable(record, told),
          ),
        ],
    told.importance && told.importance.length > 0
      ? chartFigure(context, {
          title: 'Which layers matter',
          words: 'How far the choice of rung moves each objective around the front, layer by layer.',
          height: 'tall',
          option: theme => importanceOption(theme, record, told),
        }).element
      : null,
    told.importance && told.importance.length > 0
      ? tableBehind('Layers in numbers', importanceTable(record, told))
      : null,
  );
}

function nextPart({ objectives, study }: TunerRecord, told: Told): HTMLElement {
  const { next } = told;
  const opening = `${counted(told.trials, 'trial')}, proposed by "${told.strategy}" ${told.prior ? 'from a prior of single layers' : 'without a prior'}.`;
  if (!next) return h('p', {}, `${opening} Nothing is left to try: every configuration was tried.`);
  const why = next.outlook
    ? `It enters the front with a probability of ${formatPercent(next.outlook.entersFront, 0)}. It is expected to add ${next.outlook.improvement.toPrecision(2)} to the hypervolume.`
    : 'There are too few trials to predict it: it belongs to the initial design.';
  return h(
    'div',
    {},
    h(
      'p',
      { class: 'faint' },
      opening,
      told.disturbed > 0 ? ` ${told.disturbed} with a disturbed latency, from which less is learned.` : '',
    ),
    told.outOfReach === null ? null : h('p', {}, told.outOfReach),
    h(
      'p',
      {},
      next.nearest === null
        ? 'It would try a configuration far from all others.'
        : `It would try trial ${next.nearest}${next.onFront ? ' of the front' : ''} with ${counted(next.changes.length, 'other rung')}. ${why}`,
    ),
    next.prediction
      ? h(
          'p',
          {},
          `Expected (± 95 %): ${expectedWords(
            next.prediction,
            objectives.map(({ name }) => name),
          ).join(', ')}.`,
        )
      : null,
    next.nearest === null || next.changes.length === 0
      ? null
      : tableBehind(
          'The other rungs',
          table(
            `Rungs that differ, in study ${study}`,
            [
              { header: 'Layer', cell: ({ site }) => site },
              { header: 'From', cell: ({ from }) => from },
              { header: 'To', cell: ({ to }) => to },
            ],
            next.changes,
          ),
        ),
  );
}

/** Of an accuracy, what is minimised is the share that is wrong: people read what is right. */
const shownAs = (kind: keyof typeof allObjectives, value: number): number =>
  kind === 'accuracy' ? 100 * (1 - value) : 100 * value;
const unitOf = (kind: string): string => (kind === 'accuracy' ? '%' : '% of dense');

const leftOutWords = (record: TunerRecord, told: Told, k: number): string => {
  const quality = told.calibration?.[k];
  return quality
    ? `${formatPercent(quality.within95, 0)} of ${quality.trials} trials lie in their 95 % interval. The error is ${(100 * quality.rmse).toFixed(2)} ${unitOf(record.objectives[k]?.kind ?? '')} (root mean square).`
    : '';
};

function leftOutOption(theme: Theme, { objectives, leftOut }: TunerRecord, k: number): ChartOption {
  const kind = objectives[k]?.kind ?? 'latency';
  const rows = leftOut.flatMap(({ trial, byObjective }) => {
    const found = byObjective[k];
    if (!found) return [];
    const half = 1.959964 * 100 * found.sd;
    const [x, y] = [shownAs(kind, found.mean), shownAs(kind, found.observed)];
    return [{ trial, x, y, half, inside: Math.abs(x - y) <= half + 1e-7 }];
  });
  const [low, high] = extent(rows.flatMap(({ x, y }) => [x, y]));
  const room = 0.04 * (high - low || 1);
  const axis = (name: string) => ({
    name: `${name} (${unitOf(kind)})`,
    min: Math.floor(low - room),
    max: Math.ceil(high + room),
  });
  const points = (name: string, color: string, symbol: string, inside: boolean): object => ({
    name,
    type: 'scatter',
    symbol,
    symbolSize: 8,
    itemStyle: { color },
    data: rows.filter(each => each.inside === inside).map(({ x, y, trial, half }) => [x, y, trial, half]),
    tooltip: {
      formatter: ({ value }: { value: [number, number, number, number] }) =>
        tip(
          `trial ${value[2]}`,
          `measured ${value[1].toFixed(2)}`,
          `predicted ${value[0].toFixed(2)} ± ${value[3].toFixed(2)} ${unitOf(kind)}`,
        ),
    },
  });
  return plot(theme, axis('predicted'), axis('measured'), [
    equals(theme, Math.floor(low - room), Math.ceil(high + room), 'as predicted'),
    ...(rows.length <= 300
      ? [
          {
            ...intervals(
              rows.map(({ x, y, half }) => [y, x - half, x + half]),
              theme.faint,
              true,
            ),
            clip: true,
          },
        ]
      : []),
    points('within 95 %', theme.front, 'circle', true),
    points('outside', theme.dense, 'triangle', false),
  ]);
}

const coverageWords = ({ coverage, objectives }: TunerRecord): string => {
  const at = coverage.find(({ said }) => said === 0.95);
  return objectives
    .map(({ words }, k) => `Of ${words}, ${formatPercent(at?.seen[k] ?? Number.NaN, 0)} lie in intervals for 95 %.`)
    .join(' ');
};

const coverageOption = (theme: Theme, { coverage, objectives }: TunerRecord): ChartOption =>
  plot(
    theme,
    { name: 'share that an interval is for (%)', min: 40, max: 100 },
    { name: 'share within it (%)', min: 0, max: 100 },
    [
      equals(theme, 40, 100, 'as said'),
      ...objectives.map(({ words }, k) => ({
        name: words,
        type: 'line',
        symbol: ['circle', 'diamond', 'triangle', 'rect'][k % 4],
        symbolSize: 8,
        lineStyle: { color: theme.series[k], width: 2 },
        itemStyle: { color: theme.series[k] },
        data: coverage.map(({ said, seen }) => [100 * said, 100 * (seen[k] ?? 0)]),
        tooltip: {
          formatter: ({ value }: { value: [number, number] }) =>
            tip(words, `${value[1].toFixed(0)} % lie in intervals for ${value[0]} %`),
        },
      })),
    ],
  );

const calibrationTable = ({ objectives, coverage }: TunerRecord, told: Told): HTMLElement =>
  table(
    'Quality of predictions by objective',
    [
      { header: 'Objective', cell: ({ objective }) => objective.words },
      { header: 'Trials', align: 'right', cell: ({ quality }) => quality.trials },
      {
        header: 'Error (rms)',
        align: 'right',
        cell: ({ quality, objective }) => `${(100 * quality.rmse).toFixed(2)} ${unitOf(objective.kind)}`,
      },
      {
        header: 'Spread (rms)',
        align: 'right',
        cell: ({ quality, objective }) => `${(100 * quality.spread).toFixed(2)} ${unitOf(objective.kind)}`,
      },
      ...coverage.map(({ said, seen }) => ({
        header: `In ${formatPercent(said, 0)}`,
        align: 'right' as const,
        cell: ({ k }: { readonly k: number }) => formatPercent(seen[k] ?? Number.NaN, 0),
      })),
    ],
    objectives.flatMap((objective, k) => {
      const quality = told.calibration?.[k];
      return quality ? [{ objective, quality, k }] : [];
    }),
  );

const mostLayers = 20;

function sortedLayers({ objectives }: TunerRecord, { importance }: Told) {
  const all = importance ?? [];
  const totals = objectives.map((_, k) => all.reduce((sum, { byObjective }) => sum + (byObjective[k] ?? 0), 0));
  const share = (values: readonly number[]): number =>
    values.reduce((sum, each, k) => sum + each / (totals[k] || 1), 0);
  return [...all].sort((a, b) => share(b.byObjective) - share(a.byObjective));
}

function importanceOption(theme: Theme, record: TunerRecord, told: Told): ChartOption {
  const shown = sortedLayers(record, told).slice(0, mostLayers).reverse();
  const base = plot(theme, { name: 'moves it by (hundredths: % of dense, points)', min: 0 }, { name: '' }, []);
  const short = (site: string): string => (site.length > 22 ? `...${site.slice(-20)}` : site);
  return {
    ...base,
    grid: { left: 150, right: 22, top: 34, bottom: 48 },
    yAxis: {
      type: 'category',
      data: shown.map(({ site }) => short(site)),
      axisLabel: { color: theme.ink, fontSize: 11 },
      axisLine: { lineStyle: { color: theme.faint } },
    },
    series: record.objectives.map(({ words, kind }, k) => ({
      name: words,
      type: 'bar',
      itemStyle: { color: theme.series[k] },
      data: shown.map(({ byObjective }) => 100 * (byObjective[k] ?? 0)),
      tooltip: {
        formatter: ({ value, dataIndex }: { value: number; dataIndex: number }) =>
          tip(
            shown[dataIndex]?.site ?? '',
            `${words}: ${value.toFixed(2)} ${kind === 'accuracy' ? 'pp' : unitOf(kind)}`,
          ),
      },
    })),
  };
}

const importanceTable = (record: TunerRecord, told: Told): HTMLElement =>
  table(
    'How far the choice of rung moves each objective around the front',
    [
      { header: 'Layer', cell: ({ site }) => site },
      ...record.objectives.map(({ words, kind }, k) => ({
        header: `${words}, ${kind === 'accuracy' ? 'pp' : unitOf(kind)}`,
        align: 'right' as const,
        cell: ({ byObjective }: { readonly byObjective: readonly number[] }) =>
          (100 * (byObjective[k] ?? 0)).toFixed(2),
      })),
    ],
    sortedLayers(record, told),
  );
